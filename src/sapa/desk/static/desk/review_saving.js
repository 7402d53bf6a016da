// Saves each mark as it is made, one after another; what could not be saved is kept, said and sent again.
import { now } from "./sound.js";

const desk = document.querySelector("[data-desk]");
const RETRY_MS = 3000;
const unsaved = new Set();

const total = () => document.getElementById("desk-total");

function showUnsaved() {
  const place = total().querySelector("[data-saved]");
  if (unsaved.size) place.textContent = desk.dataset.wordsUnsaved;
  place.classList.toggle("is-unsaved", unsaved.size > 0);
}

function again() {
  for (const form of unsaved) window.htmx.trigger(form, "retry");
}

if (desk) {
  const ours = (event) => desk.contains(event.detail.elt);

  // The version is that of the last answer, also for what waited in the queue meanwhile.
  desk.addEventListener("htmx:configRequest", (event) => {
    event.detail.parameters.set?.("version", total().dataset.version);
    if (!event.detail.parameters.set) event.detail.parameters.version = total().dataset.version;
  });
  // A refusal says what to do on the desk itself.
  desk.addEventListener("htmx:beforeSwap", (event) => {
    const { status } = event.detail.xhr;
    if (status < 400 || status >= 500) return;
    event.detail.shouldSwap = true;
    event.detail.isError = false;
    event.detail.swapOverride = "innerHTML";
    event.detail.target = document.getElementById("desk-trouble");
  });
  for (const failed of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    desk.addEventListener(failed, (event) => {
      if (!ours(event)) return;
      if (!unsaved.size) setTimeout(again, RETRY_MS);
      unsaved.add(event.detail.elt);
      showUnsaved();
    });
  }
  desk.addEventListener("htmx:afterRequest", (event) => {
    if (!event.detail.successful) {
      if (unsaved.has(event.detail.elt)) setTimeout(again, RETRY_MS);
      return;
    }
    unsaved.delete(event.detail.elt);
    if (event.detail.xhr.status < 400 && !unsaved.size) document.getElementById("desk-trouble").replaceChildren();
    showUnsaved();
  });
  // The moment that is heard goes with the button, not with every later save.
  desk.addEventListener("click", (event) => {
    const button = event.target.closest("[data-attach]");
    if (button) button.value = now().toFixed(2);
  });
  for (const form of document.querySelectorAll("[data-submit]")) {
    form.addEventListener("submit", () => {
      form.elements.version.value = total().dataset.version;
    });
  }
  for (const form of desk.querySelectorAll(".discard form")) {
    form.addEventListener("submit", () => {
      form.elements.version.value = total().dataset.version;
    });
  }
  addEventListener("beforeunload", (event) => {
    if (unsaved.size) event.preventDefault();
  });
}
