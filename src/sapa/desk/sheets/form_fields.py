"""Fields of the form builder: each with its name, its words, what is stored and what was typed, so that nothing typed
is lost when it could not be saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from sapa.desk.wording.figures import plain
from sapa.scorecards.types import Criterion, Text

ANCHOR_FIELDS = {"1": "anchor_1", "0.5": "anchor_half", "0": "anchor_0"}


@dataclass(frozen=True)
class Field:
    """`stored` is shown beside where somebody else changed it while this person typed."""

    name: str
    label: str
    value: str
    stored: str = ""
    rows: int = 1

    @property
    def differs(self) -> bool:
        return self.value.strip() != self.stored.strip()


@dataclass(frozen=True)
class LanguagePanel:
    code: str
    title: str
    fields: tuple[Field, ...]
    is_open: bool


Given = Mapping[str, str] | None


def field_of(name: str, label: str, stored: str, given: Given, *, rows: int = 1) -> Field:
    return Field(name, label, stored if given is None else given.get(name, ""), stored, rows)


def language_panels(
    texts: Mapping[str, tuple[str, Text, int]], given: Given, language: str
) -> tuple[LanguagePanel, ...]:
    """`texts`: name → label, wording, rows. Open are the reader's language and those that say something."""
    panels = []
    for code, title in settings.LANGUAGES:
        fields = tuple(
            field_of(f"{name}_{code}", label, text.get(code, ""), given, rows=rows)
            for name, (label, text, rows) in texts.items()
        )
        panels.append(LanguagePanel(code, title, fields, is_open=code == language))
    return tuple(sorted(panels, key=lambda panel: panel.code != language))


def criterion_texts(one: Criterion) -> dict[str, tuple[str, Text, int]]:
    anchors = {
        field: (_("What %(value)s sounds like") % {"value": plain(float(value))}, dict(one.anchors).get(value, {}), 2)  # type: ignore[call-overload]
        for value, field in ANCHOR_FIELDS.items()
    }
    return {"title": (_("Title"), one.title, 1), "help": (_("Help for the reviewer"), one.help, 2), **anchors}


def text_given(given: Mapping[str, str], name: str) -> Text:
    """The wordings in the languages that say something."""
    typed = {code: given.get(f"{name}_{code}", "").strip() for code, _title in settings.LANGUAGES}
    return {code: words for code, words in typed.items() if words}
