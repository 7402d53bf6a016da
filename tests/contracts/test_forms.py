"""The shipped scorecards can be read in every language of the screens."""

from __future__ import annotations

import pytest
from django.conf import settings

from sapa.scorecards.library import scorecard_shipped, shipped_keys
from sapa.scorecards.types import Scorecard, Text

LANGUAGES = {code for code, _ in settings.LANGUAGES}


def texts_of(card: Scorecard) -> dict[str, Text]:
    """Everything a person reads, by its place in the form; a text that is left out altogether is allowed."""
    texts = {"title": card.title, "purpose": card.purpose}
    texts |= {f"call type {call_type.key}": call_type.title for call_type in card.call_types}
    texts |= {f"section {section.key}": section.title for section in card.sections}
    for criterion in card.criteria:
        texts[f"{criterion.key}: title"] = criterion.title
        texts[f"{criterion.key}: help"] = criterion.help
        texts |= {f"{criterion.key}: anchor {value}": words for value, words in criterion.anchors.items()}
    return {place: text for place, text in texts.items() if text}


def test_there_are_shipped_forms() -> None:
    assert shipped_keys()


@pytest.mark.parametrize("key", shipped_keys())
def test_form_speaks_every_language(key: str) -> None:
    lacking = [
        f"{place}: {', '.join(sorted(LANGUAGES - set(text)))}"
        for place, text in texts_of(scorecard_shipped(key)).items()
        if LANGUAGES - set(text)
    ]
    assert not lacking, "\n".join(lacking)
