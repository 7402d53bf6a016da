"""Reading JSON that others wrote: every value is looked at before it is used, and what is wrong is told all at once."""

from __future__ import annotations

import math
import re
from typing import Any

from django.utils.text import slugify

from sapa.scorecards.errors import ScorecardInvalid
from sapa.scorecards.types import AnchorValue, Text

MOST_QUESTIONS = 100  # of one form, as in Amazon Connect
LONGEST_TEXT = 5_000
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


class Reading:
    """One file being read: collects problems and gives keys that are ours and stand once."""

    def __init__(self, name: str, language: str) -> None:
        self.name, self.language = name, language
        self.problems: list[str] = []
        self.taken: set[str] = set()

    def refuse_if_wrong(self) -> None:
        if self.problems:
            raise ScorecardInvalid(self.name, self.problems[:20])

    def text(self, value: Any, where: str, *, needed: bool = False) -> str:
        if value is None and not needed:
            return ""
        if not isinstance(value, str) or len(value) > LONGEST_TEXT or (needed and not value.strip()):
            self.problems.append(f"{where}: a text of at most {LONGEST_TEXT} characters is needed")
            return ""
        return "".join(sign for sign in value.strip() if sign.isprintable() or sign in "\n\t")

    def wording(self, value: Any, where: str, *, needed: bool = False) -> Text:
        words = self.text(value, where, needed=needed)
        return {self.language: words} if words else {}

    def number(self, value: Any, where: str) -> float:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not math.isfinite(value) or abs(value) > 1_000_000:
            self.problems.append(f"{where}: a number is needed")
            return 0.0
        return float(value)

    def items(self, value: Any, where: str) -> list[dict[str, Any]]:
        if not isinstance(value, list) or any(not isinstance(one, dict) for one in value):
            self.problems.append(f"{where}: a list of objects is needed")
            return []
        if len(value) > MOST_QUESTIONS:
            self.problems.append(f"{where}: more than {MOST_QUESTIONS} of them")
        return value[:MOST_QUESTIONS]

    def key(self, value: Any, title: str, kind: str) -> str:
        """Theirs where it fits, else made of it or of the title."""
        for words in (value if isinstance(value, str) else "", title):
            key = slugify(words[:200]).replace("-", "_").strip("_")[:36]
            if _KEY.fullmatch(key):
                break
        else:
            key = kind
        number, stem = 2, key
        while key in self.taken:
            key, number = f"{stem}_{number}", number + 1
        self.taken.add(key)
        return key


def three_of(choices: list[tuple[float, str]]) -> tuple[dict[AnchorValue, str], bool]:
    """Texts of the best, the middle and the worst of answers with scores, and whether others were left out."""
    ordered = sorted(choices, key=lambda choice: -choice[0])
    best, worst = ordered[0], ordered[-1]
    found: dict[AnchorValue, str] = {"1": best[1], "0": worst[1]}
    between = ordered[1:-1]
    if between:
        half = (best[0] + worst[0]) / 2
        found["0.5"] = min(between, key=lambda choice: abs(choice[0] - half))[1]
    return found, len(between) > 1


def anchors_of(texts: dict[AnchorValue, str], language: str) -> dict[AnchorValue, Text]:
    order: tuple[AnchorValue, ...] = ("1", "0.5", "0")
    return {value: {language: texts[value]} for value in order if texts.get(value)}
