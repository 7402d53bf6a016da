"""Pages hold no script and no style of their own: the content security policy would block them."""

from __future__ import annotations

import re

import pytest

from tests.contracts import sources

INLINE = {
    "an inline script": re.compile(r"<script\b(?![^>]*\bsrc=)(?![^>]*\btype=[\"']application/(ld\+)?json)[^>]*>", re.I),
    "a style element": re.compile(r"<style\b", re.I),
    "a style attribute": re.compile(r"\sstyle\s*=\s*[\"']", re.I),
    "an event attribute": re.compile(r"\son[a-z]+\s*=\s*[\"']", re.I),
    "a javascript: address": re.compile(r"[\"']\s*javascript:", re.I),
    "an htmx script attribute": re.compile(r"\shx-(on|vals=[\"']js:)", re.I),
    "something from another site": re.compile(r"\b(?:src|href)=[\"'](?:https?:)?//", re.I),
}
COMMENT = re.compile(r"{#.*?#}|{%\s*comment\b.*?{%\s*endcomment\s*%}", re.S)


@pytest.mark.parametrize("what", INLINE)
def test_no_template_holds(what: str) -> None:
    found = [
        f"{path.relative_to(sources.ROOT)}:{text.count(chr(10), 0, match.start()) + 1}"
        for path in sources.templates()
        for text in [COMMENT.sub("", path.read_text(encoding="utf-8"))]
        for match in INLINE[what].finditer(text)
    ]
    assert not found, f"{what}:\n" + "\n".join(found)


def test_scripts_write_no_markup_from_text() -> None:
    unsafe = re.compile(r"\.(innerHTML|outerHTML)\s*=|insertAdjacentHTML|document\.write|\beval\(|new Function\(")
    found = [
        f"{path.relative_to(sources.ROOT)}:{number}"
        for path in sources.scripts()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if unsafe.search(line)
    ]
    assert not found, "use textContent or a template element:\n" + "\n".join(found)
