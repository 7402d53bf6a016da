// The keyboard of a reviewer. Keys are left alone while something is being typed.
import { changeSpeed } from "./controls.js";
import { audio, now, seek, toggle } from "./sound.js";
import { stepTurn } from "./transcript.js";

const help = document.querySelector("[data-help]");

function stepMark(step) {
  const marks = [...document.querySelectorAll("[data-mark]")];
  const place = marks.findIndex((mark) => mark.contains(document.activeElement));
  const target = marks[place === -1 ? (step > 0 ? 0 : marks.length - 1) : place + step];
  if (!target) return;
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: "nearest" });
}

const actions = {
  " ": toggle,
  k: () => stepMark(-1),
  j: () => stepMark(1),
  ArrowLeft: (event) => seek(now() - (event.shiftKey ? 1 : 5)),
  ArrowRight: (event) => seek(now() + (event.shiftKey ? 1 : 5)),
  ArrowUp: () => stepMark(-1),
  ArrowDown: () => stepMark(1),
  n: () => stepTurn(1),
  p: () => stepTurn(-1),
  "[": () => changeSpeed(-1),
  "]": () => changeSpeed(1),
  f: () => document.querySelector("[data-find] input")?.focus(),
  "?": () => help.showModal(),
  Enter: () => document.activeElement.querySelector("[data-stretch-start]")?.click(),
};

// Whether the element under the keyboard wants this key for itself.
function isTaken(event) {
  const target = event.target;
  if (target.matches("input, textarea, select, audio, [contenteditable]")) return true;
  if (event.key === "Enter") return !target.matches("[data-mark]");
  if (event.key === " ") return target.matches("button, summary, a");
  // Up and down scroll the page unless a criterion is under the keyboard.
  if (event.key === "ArrowUp" || event.key === "ArrowDown") return !target.matches("[data-mark]");
  return false;
}

if (audio && help) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open || isTaken(event)) return;
    const action = actions[event.key] ?? actions[event.key.toLowerCase()] ?? actions[latin(event.code)];
    if (!action) return;
    event.preventDefault();
    action(event);
  });
  document.querySelector("[data-help-open]").addEventListener("click", () => help.showModal());
}

// A Cyrillic layout gives other letters; the place of the key on the keyboard is the same.
function latin(code) {
  const places = { BracketLeft: "[", BracketRight: "]", Slash: "" };
  return places[code] ?? (code.startsWith("Key") ? code.slice(3).toLowerCase() : "");
}
