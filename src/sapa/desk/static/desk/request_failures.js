// When a request of htmx fails, say so in words; it is cleared by the next one that works.
const place = document.querySelector("[data-request-failures]");

function say(words) {
  const note = document.createElement("p");
  note.className = "toast-words";
  note.textContent = words;
  place.replaceChildren(note);
}

document.body.addEventListener("htmx:sendError", () => say(place.dataset.wordsOffline));
document.body.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  if (status === 502 || status === 503 || status === 504) say(place.dataset.wordsOffline);
  else say(status === 413 ? place.dataset.wordsTooLarge : place.dataset.wordsRefused);
});
document.body.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) place.replaceChildren();
});
