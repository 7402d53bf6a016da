"""The picture of the README can be made at any time, and the one in the repository is such a picture."""

from __future__ import annotations

from pathlib import Path

from sapa.accounts.models import Person
from sapa.calls.models import Call
from tests.browser.conftest import ROOT, OpenPage, SignIn
from tests.browser.picture import LARGEST_BYTES, SIZE, picture_take


def _size_of(png: bytes) -> tuple[int, int]:
    """From its first chunk, IHDR."""
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


def test_the_picture_is_taken_of_the_call_page(
    call: Call, bogdan: Person, open_page: OpenPage, sign_in: SignIn, tmp_path: Path
) -> None:
    page = open_page(viewport=SIZE)
    sign_in(page, bogdan)
    target = tmp_path / "call-page.png"
    picture_take(page, f"/calls/{call.pk}/", target)
    assert _size_of(target.read_bytes()) == (SIZE["width"], SIZE["height"])


def test_the_readme_shows_a_picture_of_that_size() -> None:
    assert "docs/call-page.png" in (ROOT / "README.md").read_text(encoding="utf-8")
    kept = (ROOT / "docs" / "call-page.png").read_bytes()
    assert _size_of(kept) == (SIZE["width"], SIZE["height"])
    assert len(kept) <= LARGEST_BYTES
