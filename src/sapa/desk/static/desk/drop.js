// Recordings dropped anywhere on the page go into the upload form and are sent at once; the two files of one call are
// chosen, or dropped each on its own place.
const panel = document.querySelector("[data-upload]");

if (panel) {
  const form = panel.querySelector("form");
  const zone = panel.querySelector("[data-drop]");
  const input = zone.querySelector("input[type=file]");
  const chosen = zone.querySelector("[data-chosen]");
  const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

  const isLeg = (event) => event.target.closest?.("[data-leg]"); // the file of one party: the browser puts it in

  const tell = () => {
    const names = [...input.files].map((file) => file.name);
    const { wordsOne, wordsMany } = chosen.dataset;
    if (names.length === 0) chosen.textContent = "";
    else if (names.length === 1) chosen.textContent = `${wordsOne}: ${names[0]}`;
    else chosen.textContent = `${wordsMany} ${names.length}`;
  };

  document.addEventListener("dragover", (event) => {
    if (!hasFiles(event) || isLeg(event)) return;
    event.preventDefault();
    panel.open = true;
    zone.classList.add("is-over");
  });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) zone.classList.remove("is-over");
  });
  document.addEventListener("drop", (event) => {
    if (!hasFiles(event) || isLeg(event)) return;
    event.preventDefault();
    zone.classList.remove("is-over");
    form.elements.files.value = "one";
    input.files = event.dataTransfer.files;
    tell();
    form.requestSubmit();
  });
  input.addEventListener("change", tell);
  form.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt !== form || !event.detail.successful) return;
    for (const file of form.querySelectorAll("input[type=file]")) file.value = "";
    form.elements.agent_offset_s.value = "";
    tell();
  });
}
