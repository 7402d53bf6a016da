// The buttons of the player: play, skip, speed, and the clock.
import { audio, now, player, seek, toggle } from "./sound.js";

const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3];

export function clock(seconds) {
  const whole = Math.floor(seconds);
  const [hours, minutes, left] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const pad = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${pad(minutes)}:${pad(left)}` : `${minutes}:${pad(left)}`;
}

const speed = player?.querySelector("[data-speed]");

export function changeSpeed(steps) {
  if (!speed) return;
  const place = SPEEDS.indexOf(Number(speed.value)) + steps;
  setSpeed(SPEEDS[Math.max(0, Math.min(place, SPEEDS.length - 1))]);
}

function setSpeed(value) {
  speed.value = String(value);
  audio.preservesPitch = true;
  audio.defaultPlaybackRate = value;
  audio.playbackRate = value;
}

if (audio) {
  const button = player.querySelector("[data-play]");
  const shown = player.querySelector("[data-now]");
  button.addEventListener("click", toggle);
  for (const skip of player.querySelectorAll("[data-skip]")) {
    skip.addEventListener("click", () => seek(now() + Number(skip.dataset.skip)));
  }
  speed.addEventListener("change", () => setSpeed(Number(speed.value)));
  const showState = () => {
    button.classList.toggle("is-playing", !audio.paused);
    button.setAttribute("aria-label", audio.paused ? button.dataset.labelPlay : button.dataset.labelPause);
  };
  for (const name of ["play", "pause", "ended"]) audio.addEventListener(name, showState);
  document.addEventListener("sapa:time", (event) => {
    const text = clock(event.detail);
    if (shown.textContent !== text) shown.textContent = text;
  });
}
