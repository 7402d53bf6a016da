"""The picture of the README: the call page of a graded sample, as a supervisor meets it on a desk.

`SAPA_DATA_DIR=… python -m tests.browser.picture docs/call-page.png` after `sapa demo --no-serve`; see `make picture`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, expect

SAMPLE = "auto-repairs-40.wav"
ADMINISTRATOR = "administrator"
SIZE: ViewportSize = {"width": 1440, "height": 900}
LARGEST_BYTES = 300_000
A_WORD_OF_THE_LONGEST_TURN = """() => [...document.querySelectorAll("[data-turn].side-agent")]
  .reduce((longest, turn) => turn.textContent.length > longest.textContent.length ? turn : longest)
  .querySelectorAll(".w")[3].dataset.s"""
# The transcript glides to the turn; it rests when it has stood still for 20 frames.
UNTIL_THE_TRANSCRIPT_RESTS = """() => new Promise((done) => {
  const turns = document.querySelector("[data-turns]");
  let [before, still] = [-1, 0];
  const look = () => {
    still = turns.scrollTop === before ? still + 1 : 0;
    before = turns.scrollTop;
    if (still < 20) requestAnimationFrame(look);
    else done();
  };
  look();
})"""


def picture_take(page: Page, call_address: str, target: Path) -> None:
    """The page is `SIZE`; the sound stands in the agent's longest turn: player and transcript show what they do."""
    page.goto(call_address)
    start_s = float(page.evaluate(A_WORD_OF_THE_LONGEST_TURN))
    page.goto(f"{call_address}#t={start_s + 0.1:.2f}")
    page.reload()  # only the fragment has changed, which loads nothing
    expect(page.locator(".w.is-now")).to_be_visible()
    expect(page.locator("[data-wave] canvas").first).to_be_attached()
    page.evaluate(UNTIL_THE_TRANSCRIPT_RESTS)
    page.screenshot(path=target, caret="initial", animations="disabled")
    size = target.stat().st_size
    if size > LARGEST_BYTES:
        raise SystemExit(f"{target}: {size} bytes are too many for a README; at most {LARGEST_BYTES}")


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sapa.config.settings")
    django.setup()
    from django.test import Client

    from sapa.accounts.selectors import person_named
    from sapa.calls.models import Call
    from tests.browser.site import chromium_started, site_served

    call = Call.objects.get(file_name=SAMPLE)
    visitor = Client()
    visitor.force_login(person_named(ADMINISTRATOR))
    with site_served() as address, chromium_started() as browser:
        context = browser.new_context(base_url=address, viewport=SIZE, locale="en-GB", color_scheme="light")
        session = visitor.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
        picture_take(context.new_page(), f"/calls/{call.pk}/", Path(sys.argv[1]))


if __name__ == "__main__":
    main()
