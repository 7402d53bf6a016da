"""The sound of a call page as a test hears it: where it is, when it comes to a state, and what it did on the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

PATIENCE_MS = 10_000
# The condition is part of the function that is sent; the page's policy lets no text become code inside the page.
UNTIL = """() => new Promise((done, fail) => {
  const audio = document.querySelector("[data-sound]");
  const deadline = performance.now() + %d;
  const look = () => {
    if (%s) done(audio.currentTime);
    else if (performance.now() > deadline) fail(new Error(`at ${audio.currentTime} s, paused: ${audio.paused}`));
    else setTimeout(look, 10);
  };
  look();
})"""
NOTE = """() => {
  const audio = document.querySelector("[data-sound]");
  window.soundNotes = [];
  for (const name of ["play", "pause", "seeked", "timeupdate"]) {
    audio.addEventListener(name, () => window.soundNotes.push([name, audio.currentTime]));
  }
}"""


@dataclass
class Sound:
    """Of one page; times in seconds."""

    page: Page

    @property
    def now_s(self) -> float:
        return float(self.page.evaluate("document.querySelector('[data-sound]').currentTime"))

    @property
    def is_paused(self) -> bool:
        return bool(self.page.evaluate("document.querySelector('[data-sound]').paused"))

    def until(self, condition: str) -> float:
        """Wait until the JavaScript condition on `audio` holds; where the sound is then."""
        return float(self.page.evaluate(UNTIL % (PATIENCE_MS, condition)))

    def take_notes(self) -> None:
        self.page.evaluate(NOTE)

    def notes(self, name: str) -> list[float]:
        """Where the sound was at each event of this name since the notes began."""
        noted: list[Any] = self.page.evaluate("window.soundNotes")
        return [time_s for event, time_s in noted if event == name]
