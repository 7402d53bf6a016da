// The sound of the page: one audio element, and the stretch it is asked to stop at the end of.
// Others listen to "sapa:time" (detail: seconds) and "sapa:stretch" (detail: the element playing, or null).
export const player = document.querySelector("[data-player]");
export const audio = player?.querySelector("[data-sound]") ?? null;
export const duration = Number(player?.dataset.duration ?? 0);

let stretch = null;

export const now = () => audio?.currentTime ?? 0;
export const inStretch = () => stretch !== null;

const emit = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));

function leaveStretch() {
  if (!stretch) return;
  stretch = null;
  emit("sapa:stretch", null);
}

export function seek(seconds) {
  if (!audio) return;
  leaveStretch();
  audio.currentTime = Math.max(0, Math.min(seconds, Math.max(0, duration - 0.05)));
  emit("sapa:time", audio.currentTime);
}

export function play() {
  // A browser may refuse to play before the first click; the button then simply stays as it is.
  return audio?.play().catch(() => undefined);
}

export function toggle() {
  if (!audio) return;
  if (audio.paused) play();
  else audio.pause();
}

export function playFrom(seconds) {
  seek(seconds);
  play();
}

// Plays exactly from start to end; `owner` is the element that asked.
export function playStretch(start, end, owner) {
  seek(start);
  stretch = { end, owner };
  emit("sapa:stretch", owner);
  play();
}

function tick() {
  emit("sapa:time", audio.currentTime);
  if (stretch && audio.currentTime >= stretch.end) {
    audio.pause();
    leaveStretch();
    return;
  }
  if (!audio.paused) requestAnimationFrame(tick);
}

if (audio) {
  audio.addEventListener("play", () => requestAnimationFrame(tick));
  audio.addEventListener("pause", leaveStretch);
  audio.addEventListener("seeked", () => emit("sapa:time", audio.currentTime));
  // Frames stop in a hidden tab, the sound does not: the end of a stretch is kept by the media clock too.
  audio.addEventListener("timeupdate", () => {
    if (stretch && audio.currentTime >= stretch.end) audio.pause();
  });
}
