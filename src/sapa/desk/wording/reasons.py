"""Why a mark is as it is: the marker gives a code with facts, the reader gets a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sapa.analytics.measures import DEFINITIONS
from sapa.desk.wording.figures import in_unit, language_name, percent
from sapa.scorecards.types import Criterion, Element, PhraseSpec, text_in

Facts = dict[str, Any]


def reason_words(code: str, facts: Facts, criterion: Criterion | None) -> str:
    """A code nobody has worded is shown as it is: better a bare fact than none."""
    wording = _WORDINGS.get(code)
    if wording is None:
        return code
    try:
        return wording(_Told(facts, criterion))
    except (KeyError, TypeError, ValueError):
        return code


class _Told:
    """The facts of one reason, with titles for the element keys in them."""

    def __init__(self, facts: Facts, criterion: Criterion | None) -> None:
        self.facts = facts
        self._titles = {element.key: _title(element) for element in _elements_of(criterion)}

    def elements(self, fact: str) -> str:
        return _quoted(self._titles.get(key, key.replace("_", " ")) for key in self.facts[fact])

    @property
    def measure(self) -> dict[str, str]:
        key = self.facts["measure"]
        definition = DEFINITIONS.get(key)
        title = str(definition.title) if definition else key
        value = self.facts.get("value")
        return {"measure": title, "value": in_unit(value, definition.unit if definition else "")}


def _elements_of(criterion: Criterion | None) -> Iterable[Element]:
    if criterion is None:
        return
    specs = [*criterion.markers, *([criterion.only_if] if criterion.only_if else [])]
    for spec in specs:
        if isinstance(spec, PhraseSpec):
            yield from spec.elements


def _title(element: Element) -> str:
    return text_in(element.title, get_language() or "en") or element.key.replace("_", " ")


def _quoted(titles: Iterable[str]) -> str:
    return ", ".join(_("“%(words)s”") % {"words": title} for title in titles)


def _some_said(told: _Told) -> str:
    if not told.facts["missing"]:
        return _("Heard: %(found)s.") % {"found": told.elements("found")}
    return _("Heard: %(found)s. Not heard: %(missing)s.") % {
        "found": told.elements("found"),
        "missing": told.elements("missing"),
    }


_WORDINGS: dict[str, Callable[[_Told], str]] = {
    "phrases_all_said": lambda told: _("Heard: %(found)s.") % {"found": told.elements("elements")},
    "phrases_some_said": _some_said,
    "phrases_missing": lambda told: _("Not heard: %(missing)s.") % {"missing": told.elements("missing")},
    "phrases_uncertain": lambda told: (
        _("Not heard: %(missing)s. But it can be said in many ways, or was heard unsurely, so this proves nothing.")
        % {"missing": told.elements("missing")}
    ),
    "phrases_forbidden_said": lambda told: (
        _("Heard what must not be said: %(found)s.") % {"found": told.elements("found")}
    ),
    "phrases_forbidden_none": lambda told: _("Nothing was heard that must not be said."),
    "measure_in_full": lambda told: _("%(measure)s: %(value)s. This is as it should be.") % told.measure,
    "measure_in_half": lambda told: _("%(measure)s: %(value)s. This is close, but not as it should be.") % told.measure,
    "measure_outside": lambda told: _("%(measure)s: %(value)s. This is outside the limits.") % told.measure,
    "measure_missing": lambda told: _("%(measure)s could not be measured in this call.") % told.measure,
    "too_little_talk": lambda told: (
        _("Too little talk to judge by: %(talk)s, at least %(needs)s are needed.")
        % {"talk": in_unit(told.facts["talk_s"], "s"), "needs": in_unit(told.facts["needs_s"], "s")}
    ),
    "condition_absent": lambda told: _("What this criterion is about did not come up in the call."),
    "condition_unmet": lambda told: _("By its condition this criterion is not asked in this call."),
    "condition_unknown": lambda told: _("It cannot be told whether the condition of this criterion holds."),
    "condition_uncertain": lambda told: _("It is not certain that what this criterion is about came up in the call."),
    "language_not_heard": lambda told: (
        _("The speech model does not understand this language well enough: %(language)s.")
        % {"language": language_name(told.facts["language"]) or _("unknown")}
    ),
    "parties_unknown": lambda told: _("It is not known which party is the agent."),
    "recording_mono": lambda told: _("The recording is mono: who speaks is not known."),
    "no_marker": lambda told: _("No machine rule can tell this; a person marks it."),
    "heard_too_poorly": lambda told: (
        _("The words were heard too poorly to judge by (%(confidence)s sure).")
        % {"confidence": percent(told.facts["confidence"] * 100)}
    ),
    "no_speech": lambda told: _("No speech was heard."),
}
