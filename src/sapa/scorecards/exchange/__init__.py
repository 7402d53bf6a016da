"""Forms in the shapes of other systems. One module for each: pure functions from a card and to a card, each with the
list of what its shape cannot carry."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sapa.scorecards.errors import ScorecardInvalid
from sapa.scorecards.exchange import amazon_connect, google_qa
from sapa.scorecards.exchange.losses import Loss
from sapa.scorecards.library import scorecard_dump, scorecard_shape
from sapa.scorecards.types import Scorecard


@dataclass(frozen=True)
class Export:
    """`write` takes the language in which the other system will speak; YAML holds all of them and loses nothing."""

    key: str
    title: str
    ending: str
    content_type: str
    write: Callable[[Scorecard, str], str | dict[str, Any]]


EXPORTS = {
    one.key: one
    for one in (
        Export("yaml", "YAML", ".yaml", "application/yaml", lambda card, language: scorecard_dump(card)),
        Export(
            "amazon_connect",
            "Amazon Connect (JSON)",
            ".connect.json",
            "application/json",
            lambda card, language: amazon_connect.form_to_connect(card, language=language).content,
        ),
        Export(
            "google_qa",
            "Google QA (JSON)",
            ".google-qa.json",
            "application/json",
            lambda card, language: google_qa.form_to_google(card, language=language).content,
        ),
    )
}


def form_read(content: bytes, *, name: str, language: str) -> tuple[Scorecard, list[Loss]]:
    """A form from a file of any shape that is known: which one it is shows by its own words, not by its name. It may
    still lack what a draft may lack. Raises `ScorecardInvalid`."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise ScorecardInvalid(name, ["is not UTF-8 text"]) from exc
    if not text.lstrip().startswith("{"):
        return scorecard_shape(text, name=name), []
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise ScorecardInvalid(name, ["is not JSON that can be read"]) from exc
    if isinstance(raw, dict) and isinstance(raw.get("EvaluationForm"), dict):  # as DescribeEvaluationForm answers
        raw = raw["EvaluationForm"]
    if amazon_connect.is_one(raw):
        return amazon_connect.form_from(raw, name=name, language=language)
    if google_qa.is_one(raw):
        return google_qa.form_from(raw, name=name, language=language)
    return scorecard_shape(text, name=name), []
