"""Parts of a form in words: modes, directions, conditions and machine rules."""

from __future__ import annotations

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from sapa.analytics.measures import DEFINITIONS
from sapa.calls.models import DirectionChoice
from sapa.desk.wording.figures import language_name
from sapa.scorecards.types import AnswerIs, Condition, FactIs, Limit, MeasureSpec, PhraseSpec, Scorecard, Text, text_in

MODES = {
    "cqr": gettext_lazy("CQR: a share from 0 to 100"),
    "points": gettext_lazy("Points"),
    "plain": gettext_lazy("Plain: a person says successful or not"),
}
FACT_NAMES = {
    "direction": gettext_lazy("Direction"),
    "queue": gettext_lazy("Queue"),
    "team": gettext_lazy("Team"),
    "language": gettext_lazy("Language"),
    "call_type": gettext_lazy("Call type"),
}
PARTIES = {"agent": gettext_lazy("Agent"), "customer": gettext_lazy("Customer"), "anyone": gettext_lazy("Anybody")}


def in_words(text: Text, key: str) -> str:
    """In the reader's language; the key where nothing is written."""
    return text_in(text, get_language() or "en").strip() or key


def part_title(card: Scorecard, where: str) -> str:
    """What findings and changes call a place; `where` as there."""
    kind, _separator, key = where.partition(":")
    parts = {
        "call_type": [(one.key, one.title) for one in card.call_types],
        "section": [(one.key, one.title) for one in card.sections],
        "criterion": [(one.key, one.title) for one in card.criteria],
    }.get(kind, [])
    title = next((title for one, title in parts if one == key), {})
    return in_words(title, key) if key else _("The form")


def fact_values(fact: str, values: list[str]) -> str:
    if fact == "direction":
        return ", ".join(str(DirectionChoice(one).label) if one in DirectionChoice.values else one for one in values)
    if fact == "language":
        return ", ".join(language_name(one) for one in values)
    return ", ".join(values)


def condition_words(condition: Condition, card: Scorecard) -> str:
    if isinstance(condition, AnswerIs):
        title = part_title(card, f"criterion:{condition.criterion}")
        return _("“%(title)s” is %(values)s") % {"title": title, "values": ", ".join(condition.values)}
    if isinstance(condition, FactIs):
        return f"{FACT_NAMES[condition.fact]}: {fact_values(condition.fact, condition.values)}"
    return f"{measure_title(condition.measure)}: {limit_words(condition.limit)}"


def measure_title(key: str) -> str:
    return str(DEFINITIONS[key].title) if key in DEFINITIONS else key


def limit_words(limit: Limit) -> str:
    sides = []
    if limit.at_least is not None:
        sides.append(_("at least %(number)s") % {"number": f"{limit.at_least:g}"})
    if limit.at_most is not None:
        sides.append(_("at most %(number)s") % {"number": f"{limit.at_most:g}"})
    return ", ".join(sides) or "–"


def rule_words(spec: PhraseSpec | MeasureSpec) -> str:
    if isinstance(spec, MeasureSpec):
        return f"{measure_title(spec.measure)}: 1 – {limit_words(spec.full)}; 0.5 – {limit_words(spec.half)}"
    groups = ", ".join(in_words(one.title, one.key.replace("_", " ")) for one in spec.elements)
    if spec.forbidden:
        return _("%(party)s must not say: %(groups)s") % {"party": PARTIES[spec.by], "groups": groups}
    return _("%(party)s says: %(groups)s") % {"party": PARTIES[spec.by], "groups": groups}
