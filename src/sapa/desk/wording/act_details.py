"""What the audit trail keeps of an act beside who, when and on what, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from sapa.accounts.models import Role
from sapa.consultations.types import Outcome
from sapa.desk.wording.acts import GROUPS, act_words
from sapa.desk.wording.figures import day, language_name, number, percent_cut
from sapa.desk.wording.form_parts import FACT_NAMES, fact_values
from sapa.desk.wording.hearing import engine_words
from sapa.pipeline.stages import STAGES

_LABELS: dict[str, Promise | str] = {
    "name": gettext_lazy("Name"),
    "review": gettext_lazy("Review"),
    "reason": gettext_lazy("Why"),
    "is_blind": gettext_lazy("Blind"),
    "cqr_pct": gettext_lazy("CQR"),
    "role": gettext_lazy("Role"),
    "team": gettext_lazy("Team"),
    "queue": gettext_lazy("Queue"),
    "queues": gettext_lazy("Queues"),
    "project": gettext_lazy("Project"),
    "before": gettext_lazy("Before"),
    "taken_from": gettext_lazy("Taken from"),
    "given_to": gettext_lazy("Given to"),
    "given_until": pgettext_lazy("of a day", "Until"),
    "day": gettext_lazy("Day"),
    "names": gettext_lazy("Names of agents and customers"),
    "label": pgettext_lazy("of a token", "Purpose"),
    "count": pgettext_lazy("how many", "Number"),
    "tokens_revoked": gettext_lazy("Tokens revoked"),
    "file": gettext_lazy("File"),
    "file_name": gettext_lazy("File"),
    "agent_file": gettext_lazy("The agent's file"),
    "channel": gettext_lazy("The agent's channel"),
    "stage": pgettext_lazy("of processing", "Step"),
    "code": gettext_lazy("Failure"),
    "calls": gettext_lazy("Calls"),
    "revision": gettext_lazy("Revision"),
    "based_on": gettext_lazy("From revision"),
    "version": gettext_lazy("Changes made"),
    "change": pgettext_lazy("what was changed", "Change"),
    "part": pgettext_lazy("of a form", "Part"),
    "conditions": pgettext_lazy("of calls", "Which"),
    "place": pgettext_lazy("in a list", "Place"),
    "which": pgettext_lazy("of sessions", "Which"),
    "address": gettext_lazy("Network address"),
    "uid": gettext_lazy("Known there as"),
    "blobs": gettext_lazy("Files"),
    "lacking": gettext_lazy("Missing files"),
    "made_at": gettext_lazy("Made at"),
    "rows": gettext_lazy("Rows read"),
    "number": gettext_lazy("Up to row"),
    "problems": gettext_lazy("Problems"),
    "since": gettext_lazy("After row"),
    "form": pgettext_lazy("of a file", "Form"),
    "filter": gettext_lazy("Filter"),
    "key": pgettext_lazy("of a seal", "Key"),
    "key_before": gettext_lazy("Key before"),
    "person": gettext_lazy("Person"),
    "verb": gettext_lazy("What was done"),
    "subject": gettext_lazy("On what"),
    "from": gettext_lazy("From"),
    "to": gettext_lazy("To"),
    "until": gettext_lazy("To"),
    "teams": gettext_lazy("Teams"),
    "is_shared": gettext_lazy("Comments are read by all"),
    "comment": gettext_lazy("Comment"),
    "outcome": pgettext_lazy("of a comment", "What became of it"),
    "language_heard": pgettext_lazy("a rule is for", "Calls in"),
    "language_told": gettext_lazy("Language told"),
    "engine": gettext_lazy("Speech engine"),
    "model": gettext_lazy("Speech model"),
    "hints": gettext_lazy("Names and words to listen for"),
}
_LABELS_OF_ACT: dict[tuple[str, str], Promise | str] = {
    ("form_rule.saved", "form"): gettext_lazy("Form"),
    ("form_rule.deleted", "form"): gettext_lazy("Form"),
}
_NAMES: dict[str, Promise | str] = {
    "hidden": pgettext_lazy("names", "hidden"),
    "shown": pgettext_lazy("names", "shown"),
}
_OUTCOMES: dict[str, Promise | str] = {
    Outcome.OPEN: gettext_lazy("No reply yet"),
    Outcome.ANSWERED: pgettext_lazy("of a comment", "Answered"),
    Outcome.TAKEN_UP: pgettext_lazy("of a comment", "Taken up"),
}
_SESSIONS: dict[str, Promise | str] = {
    "one": pgettext_lazy("of sessions", "one"),
    "others": pgettext_lazy("of sessions", "all but the own"),
    "all": pgettext_lazy("of sessions", "all"),
}
_CHANGES: dict[str, Promise | str] = {
    "form_set": gettext_lazy("title, calls or bands"),
    "call_type_add": gettext_lazy("a call type is added"),
    "call_type_set": gettext_lazy("a call type is changed"),
    "call_type_delete": gettext_lazy("a call type is deleted"),
    "section_add": gettext_lazy("a section is added"),
    "section_set": gettext_lazy("a section is changed"),
    "section_delete": gettext_lazy("a section is deleted"),
    "section_up": gettext_lazy("a section is moved up"),
    "section_down": gettext_lazy("a section is moved down"),
    "criterion_add": gettext_lazy("a criterion is added"),
    "criterion_set": gettext_lazy("a criterion is changed"),
    "criterion_delete": gettext_lazy("a criterion is deleted"),
    "criterion_up": gettext_lazy("a criterion is moved up"),
    "criterion_down": gettext_lazy("a criterion is moved down"),
    "criterion_place": gettext_lazy("a criterion is moved"),
    "marker_save": gettext_lazy("a rule of the machine is saved"),
    "marker_delete": gettext_lazy("a rule of the machine is deleted"),
    "condition_add": gettext_lazy("a condition is added"),
    "condition_delete": gettext_lazy("a condition is deleted"),
    "replaced": gettext_lazy("all of it, from a file"),
    "undo": gettext_lazy("the last change is taken back"),
}


def label_of(verb: str, name: str) -> str:
    return str(_LABELS_OF_ACT.get((verb, name), _LABELS.get(name, name)))


def is_labelled(verb: str, name: str) -> bool:
    return name in _LABELS or (verb, name) in _LABELS_OF_ACT


def change_words(change: str) -> str:
    """What was done to the draft of a form; its code where nobody has words for it."""
    return str(_CHANGES.get(change, change))


def details_words(verb: str, details: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What it is and what it was, each in words; idle zeros are left out."""
    for name, value in details.items():
        if value in ("", 0, None) and name not in _TELLS_NOTHING_TOO and (verb, name) != ("audit.verified", "problems"):
            continue
        yield label_of(verb, name), _value(name, value)


def _value(name: str, value: Any) -> str:
    if name in _WORDS:
        return _WORDS[name](value)
    if isinstance(value, Mapping):
        return "; ".join(f"{label}: {words}" for label, words in details_words("", value)) or "–"
    if isinstance(value, list):
        return ", ".join(_value(name, one) for one in value)
    return number(value) if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _one_of(words: Mapping[str, Promise | str]) -> Callable[[Any], str]:
    return lambda value: str(words.get(value, value))


def _yes_or_no(value: Any) -> str:
    return _("yes") if value else _("no")


def _stage(key: str) -> str:
    return next((str(stage.title) for stage in STAGES if stage.key == key), key)


def _channel(channel: int) -> str:
    return {0: _("channel 1 (left)"), 1: _("channel 2 (right)")}.get(channel, str(channel))


def _verb(verb: str) -> str:
    return str(GROUPS[verb][0]) if verb in GROUPS else act_words(verb)


def _person(username: str) -> str:
    return _("Sapa or the command line") if username == "*" else username


def _role(role: str) -> str:
    return str(Role(role).label) if role in Role.values else role


def _conditions(facts: Mapping[str, list[str]]) -> str:
    words = [f"{FACT_NAMES.get(fact, fact)}: {fact_values(fact, values)}" for fact, values in facts.items()]
    return "; ".join(words) or pgettext("calls a form is for", "all calls")


def _day(text: str) -> str:
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        return text


def _moment(text: str) -> str:
    try:
        at = localtime(datetime.fromisoformat(text))
    except ValueError:
        return text
    return f"{day(at)} {at:%H:%M}"


_TELLS_NOTHING_TOO = {"channel", "is_blind", "is_shared"}
"""Their zero is a fact."""
_WORDS: dict[str, Callable[[Any], str]] = {
    "cqr_pct": percent_cut,
    "is_blind": _yes_or_no,
    "is_shared": _yes_or_no,
    "role": _role,
    "names": _one_of(_NAMES),
    "outcome": _one_of(_OUTCOMES),
    "which": _one_of(_SESSIONS),
    "change": change_words,
    "conditions": _conditions,
    "stage": _stage,
    "channel": _channel,
    "verb": _verb,
    "person": _person,
    "language_heard": language_name,
    "language_told": language_name,
    "engine": engine_words,
    "given_until": _day,
    "day": _day,
    "until": _day,
    "from": _day,
    "to": _day,
    "made_at": _moment,
}
