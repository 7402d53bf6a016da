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

  let pressed = null;
  // The version is that of the last answer, also for what waited in the queue meanwhile.
  desk.addEventListener("htmx:configRequest", (event) => {
    const { elt, parameters } = event.detail;
    parameters.version = total().dataset.version;
    // htmx goes on sending the button that was pressed last; a moment is pointed at, or taken away, once.
    for (const name of ["attach_s", "without"]) delete parameters[name];
    if (pressed?.form === elt) {
      parameters[pressed.name] = pressed.value;
      pressed = null;
    }
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
  desk.addEventListener("click", (event) => {
    const button = event.target.closest("[name=attach_s], [name=without]");
    if (button) pressed = { form: button.form, name: button.name, value: button.value || now().toFixed(2) };
  });
  // To submit or put away waits until all that was said before is stored.
  let running = 0;
  let then = null;
  const goOnWhenIdle = () => {
    if (running || unsaved.size || !then) return;
    const form = then;
    then = null;
    form.elements.version.value = total().dataset.version;
    form.submit();
  };
  desk.addEventListener("htmx:beforeRequest", () => {
    running += 1;
  });
  desk.addEventListener("htmx:afterRequest", () => {
    running -= 1;
    setTimeout(goOnWhenIdle); // what waits in the queue has begun by then
  });
  for (const form of desk.querySelectorAll("[data-submit], .discard form")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      document.activeElement?.blur(); // a text that is being typed is saved by that
      then = form;
      setTimeout(goOnWhenIdle);
    });
  }
  addEventListener("beforeunload", (event) => {
    if (unsaved.size) event.preventDefault();
  });
}
