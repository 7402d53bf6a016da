// With the toggle on, stretches in which nobody speaks are jumped over. The proof of a mark is never cut.
import { audio, inStretch, player } from "./sound.js";

const BEFORE_SPEECH_S = 0.35;
const CLOCK_S = 0.05; // a jump lands a little before what it asked for; that must not count as silence again
const button = player?.querySelector("[data-skip-silence]");

if (button) {
  const { speech } = JSON.parse(document.getElementById(player.dataset.waveform).textContent);
  const isOn = () => button.getAttribute("aria-pressed") === "true";
  button.addEventListener("click", () => button.setAttribute("aria-pressed", String(!isOn())));
  audio.addEventListener("timeupdate", () => {
    if (!isOn() || audio.paused || inStretch()) return;
    const time = audio.currentTime;
    const near = BEFORE_SPEECH_S + CLOCK_S;
    if (speech.some(([start, end]) => time >= start - near && time <= end + near)) return;
    const next = speech.find(([start]) => start - near > time);
    if (next) audio.currentTime = next[0] - BEFORE_SPEECH_S;
  });
}
