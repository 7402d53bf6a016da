// Tells the server which stretches were really played: on pause, seek, end, leaving, and every half minute.
import { audio, player } from "./sound.js";

const SHORTEST_S = 0.2;
const EVERY_S = 30;

if (audio) {
  const token = player.querySelector("[name=csrfmiddlewaretoken]").value;
  let start = null;
  let last = 0;

  const tell = () => {
    if (start === null) return;
    const [from, to] = [start, last];
    start = null;
    if (to - from < SHORTEST_S) return;
    const body = new URLSearchParams({ start_s: from.toFixed(2), end_s: to.toFixed(2), csrfmiddlewaretoken: token });
    fetch(player.dataset.heardUrl, { method: "POST", body, keepalive: true }).catch(() => undefined);
  };
  const begin = () => {
    start = audio.currentTime;
    last = start;
  };

  audio.addEventListener("play", begin);
  audio.addEventListener("timeupdate", () => {
    if (start === null || audio.seeking) return;
    last = Math.max(last, audio.currentTime);
    if (last - start < EVERY_S) return;
    tell();
    begin();
  });
  audio.addEventListener("seeking", tell); // the clock has jumped already; `last` is where the sound was
  audio.addEventListener("seeked", () => {
    if (!audio.paused) begin();
  });
  for (const name of ["pause", "ended"]) {
    audio.addEventListener(name, () => {
      if (start !== null && !audio.seeking) last = Math.max(last, audio.currentTime);
      tell();
    });
  }
  addEventListener("pagehide", tell);
}
