// The transcript follows the sound word by word, and a word clicked plays from there.
// Following yields as soon as the person scrolls, until asked back by its button.
import { audio, now, playFrom, seek } from "./sound.js";

const box = document.querySelector("[data-transcript]");
const turnsBox = box?.querySelector("[data-turns]");
const turns = [...(turnsBox?.querySelectorAll("[data-turn]") ?? [])].map((element) => ({
  element,
  start: Number(element.dataset.start),
  end: Number(element.dataset.end),
}));

// To the start of the next (1) or previous (-1) turn; "previous" within the first second goes one further back.
export function stepTurn(step) {
  const time = now();
  const later = turns.findIndex((turn) => turn.start > time + 0.05);
  const next = later === -1 ? turns.length : later;
  const target = step > 0 ? turns[next] : turns.slice(0, next).findLast((turn) => turn.start < time - 1) ?? turns[0];
  if (target) seek(target.start);
}

if (turnsBox && audio) {
  const words = [...turnsBox.querySelectorAll(".w")].map((element) => ({
    element,
    start: Number(element.dataset.s),
    end: Number(element.dataset.e),
  }));
  words.sort((one, other) => one.start - other.start);
  const followButton = box.querySelector("[data-follow]");
  let lit = [];
  let turnNow = null;
  let following = true;
  let scrollingByUs = 0;

  const spokenAt = (time) => {
    let low = 0;
    let high = words.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (words[middle].start <= time) low = middle + 1;
      else high = middle;
    }
    // Two parties may speak at once, so a few words back are looked at too.
    return words.slice(Math.max(0, low - 6), low).filter((word) => time < word.end).map((word) => word.element);
  };

  const bringIntoView = (element) => {
    if (getComputedStyle(turnsBox).overflowY !== "auto") return; // on a phone the page itself stays where it is
    const middle = element.offsetTop - (turnsBox.clientHeight - element.offsetHeight) / 2;
    if (Math.abs(turnsBox.scrollTop - middle) < 8) return;
    scrollingByUs = performance.now();
    turnsBox.scrollTo({ top: middle, behavior: "smooth" });
  };

  document.addEventListener("sapa:time", (event) => {
    const spoken = spokenAt(event.detail);
    for (const element of lit) if (!spoken.includes(element)) element.classList.remove("is-now");
    for (const element of spoken) element.classList.add("is-now");
    lit = spoken;
    const turn = turns.findLast((one) => one.start <= event.detail + 0.02 && event.detail < one.end) ?? null;
    if (turn === turnNow || !turn) return;
    turnNow?.element.classList.remove("is-now");
    turn.element.classList.add("is-now");
    turnNow = turn;
    if (following) bringIntoView(turn.element);
  });

  const yieldToPerson = () => {
    if (audio.paused || performance.now() - scrollingByUs < 150) return;
    following = false;
    followButton.hidden = false;
  };
  for (const name of ["wheel", "touchmove"]) turnsBox.addEventListener(name, yieldToPerson, { passive: true });
  turnsBox.addEventListener("keydown", (event) => {
    if (["ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End"].includes(event.key)) yieldToPerson();
  });
  followButton.addEventListener("click", () => {
    following = true;
    followButton.hidden = true;
    if (turnNow) bringIntoView(turnNow.element);
  });

  turnsBox.addEventListener("click", (event) => {
    const word = event.target.closest(".w");
    if (word && getSelection().isCollapsed) playFrom(Number(word.dataset.s));
  });
}
