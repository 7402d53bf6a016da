// One key marks a criterion and goes on to the next; the others point, praise, comment, undo and submit.
const desk = document.querySelector("[data-desk]");

const stops = () => [...desk.querySelectorAll("[data-mark]")];
const current = () => desk.querySelector("[data-criterion].is-current") ?? firstOpen();
const isUnsaid = (item) => item.matches("[data-criterion]") && !item.querySelector("[name=judgement]:checked");
const firstOpen = () => stops().find(isUnsaid) ?? stops().at(-1);

// The one at work is opened out. Not by its focus: a press of the mouse would move the list away under the pointer.
function open(item) {
  for (const other of desk.querySelectorAll(".is-current")) if (other !== item) other.classList.remove("is-current");
  item?.classList.add("is-current");
}

function goTo(item) {
  if (!item) return;
  open(item);
  item.focus({ preventScroll: true });
  item.scrollIntoView({ block: "nearest" });
}

function goOn(item) {
  const all = stops();
  goTo(all[all.indexOf(item) + 1] ?? item);
}

function answer(key) {
  const item = current();
  const choice = item?.querySelector(`[name=judgement][data-key="${key}"]`);
  if (!choice) return;
  choice.checked = true;
  choice.dispatchEvent(new Event("change", { bubbles: true }));
  goOn(item);
}

const press = (selector) => current()?.querySelector(selector)?.click();

function comment() {
  const box = current()?.querySelector(".comment");
  if (!box) return;
  box.open = true;
  box.querySelector("textarea").focus();
}

function nextFault() {
  const choice = current()?.querySelector("[data-fault]");
  if (!choice || choice.closest(".fault").checkVisibility?.() === false) return;
  choice.selectedIndex = (choice.selectedIndex + 1) % choice.options.length;
  choice.dispatchEvent(new Event("change", { bubbles: true }));
}

function undo() {
  desk.querySelector("[data-undo]")?.requestSubmit();
}

const actions = {
  1: () => answer("1"),
  5: () => answer("5"),
  0: () => answer("0"),
  x: () => answer("x"),
  q: () => answer("q"),
  e: () => press("[data-attach]"),
  w: () => press("[data-praise]"),
  c: comment,
  a: nextFault,
  z: undo,
};
const typed = (event) => (event.code.startsWith("Key") ? event.code.slice(3).toLowerCase() : event.key);

if (desk) {
  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]")) return;
    const isWriting = event.target.matches("textarea, select, input:not([type=radio], [type=checkbox])");
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      event.preventDefault();
      document.querySelector("[data-submit]").requestSubmit();
    } else if (isWriting) {
      if (event.key === "Escape") goTo(event.target.closest("[data-mark]"));
    } else if ((event.ctrlKey || event.metaKey) && typed(event) === "z") {
      event.preventDefault();
      undo();
    } else if (!event.ctrlKey && !event.metaKey && !event.altKey) {
      const action = actions[event.key] ?? actions[typed(event)];
      if (!action) return;
      event.preventDefault();
      action();
    }
  });
  for (const done of ["click", "keyup"]) {
    document.addEventListener(done, (event) => {
      const item = event.target.closest?.("[data-desk] [data-mark]");
      if (item) open(item);
    });
  }
  // After the list was made anew, as by undo, the keyboard stays where it was.
  desk.addEventListener("sapa:saved", (event) => {
    if (!desk.querySelector(".is-current")) goTo(document.getElementById(event.detail) ?? firstOpen());
  });
  // A radio that keeps the focus of a click would take the arrows, which seek, for another mark.
  desk.addEventListener("click", (event) => {
    const item = event.detail && event.target.closest(".answer") && event.target.closest("[data-mark]");
    if (item) setTimeout(() => item.focus({ preventScroll: true }));
  });
  if (!location.hash) goTo(firstOpen());
}
