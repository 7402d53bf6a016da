// A form with [data-passkey] asks the browser for a passkey before it is sent: the address named there tells what to ask.
// It stays hidden where the browser cannot, and where the site has no name but an address: a passkey is tied to a name.
const hasName = !/^[\d.]+$|:/.test(location.hostname);
const canAsk = hasName && Boolean(window.PublicKeyCredential?.parseRequestOptionsFromJSON);

const begin = async (form) => {
  const answer = await fetch(form.dataset.passkey, { method: "POST", body: new FormData(form), redirect: "error" });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
};

const ask = async (form) => {
  const told = await begin(form);
  if ("passkeyNew" in form.dataset) {
    return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(told) });
  }
  return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(told) });
};

const send = async (event) => {
  const form = event.currentTarget;
  event.preventDefault();
  const words = form.querySelector("[data-passkey-words]");
  words.textContent = "";
  try {
    const credential = await ask(form);
    form.elements.credential.value = JSON.stringify(credential.toJSON());
    form.submit();
  } catch {
    words.textContent = words.dataset.wordsFailed;
  }
};

for (const form of canAsk ? document.querySelectorAll("[data-passkey]") : []) {
  form.hidden = false;
  form.addEventListener("submit", send);
}
if (canAsk) for (const words of document.querySelectorAll("[data-passkey-missing]")) words.hidden = true;
