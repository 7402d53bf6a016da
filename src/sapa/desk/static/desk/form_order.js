// Criteria are put in order by dragging the handle, or by Alt with an arrow; both end in a form that works without.
const row = (element) => element.closest?.("[data-criterion]");
let dragged = null;

document.addEventListener("pointerdown", (event) => {
  if (event.target.closest("[data-grip]")) row(event.target).draggable = true;
});
document.addEventListener("pointerup", () => {
  for (const one of document.querySelectorAll("[data-criterion][draggable=true]")) one.draggable = false;
});
document.addEventListener("dragstart", (event) => {
  dragged = row(event.target);
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.dataset.criterion);
  dragged.classList.add("is-dragged");
});
document.addEventListener("dragend", () => {
  dragged?.classList.remove("is-dragged");
  if (dragged) dragged.draggable = false;
  dragged = null;
  unmark();
});
document.addEventListener("dragover", (event) => {
  const section = dragged && event.target.closest("[data-section]");
  if (!section) return;
  event.preventDefault();
  unmark();
  const before = following(section, event.clientY);
  (before ?? section).classList.add(before ? "drop-before" : "drop-last");
});
document.addEventListener("drop", (event) => {
  const section = dragged && event.target.closest("[data-section]");
  if (!section) return;
  event.preventDefault();
  const others = rest(section);
  const before = following(section, event.clientY);
  place(dragged.dataset.criterion, section.dataset.section, before ? others.indexOf(before) : others.length);
});
document.addEventListener("keydown", (event) => {
  if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  const here = row(event.target);
  if (!here || event.target.matches("input, textarea, select")) return;
  event.preventDefault();
  const act = event.key === "ArrowUp" ? "criterion_up" : "criterion_down";
  const button = document.getElementById(`${act}-${here.dataset.criterion}`);
  button.focus();
  button.click();
});

function rest(section) {
  return [...section.querySelectorAll("[data-criterion]")].filter((one) => one !== dragged);
}
// The criterion that the dragged one would stand before: the first whose middle is below the pointer.
function following(section, y) {
  return rest(section).find((one) => {
    const { top, height } = one.getBoundingClientRect();
    return y < top + height / 2;
  });
}
function unmark() {
  for (const one of document.querySelectorAll(".drop-before, .drop-last")) one.classList.remove("drop-before", "drop-last");
}
function place(criterion, section, number) {
  const form = document.querySelector("[data-place]");
  form.elements.part.value = criterion;
  form.elements.section.value = section;
  form.elements.place.value = number;
  form.requestSubmit();
}
