"""What the audit trail tells of, in the reader's language: each act, and what is known about it.

An act without words here is shown by its code; a test finds those that the program writes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from sapa.accounts.models import Role
from sapa.desk.wording.figures import number
from sapa.pipeline.stages import STAGES

GROUPS: dict[str, tuple[Promise | str, dict[str, Promise | str]]] = {
    "listening": (
        gettext_lazy("Listening"),
        {
            "recording.heard": gettext_lazy("Listened to a recording"),
            "recording.served": gettext_lazy("Was sent the sound of a recording"),
            "recording.downloaded": gettext_lazy("Downloaded a recording"),
        },
    ),
    "calls": (
        gettext_lazy("Calls"),
        {
            "call.taken": gettext_lazy("Handed in a call"),
            "recording.agent_channel_told": gettext_lazy("Said which party is the agent"),
            "stage.retried": gettext_lazy("Started a failed step again"),
            "stages.retried": gettext_lazy("Started failed steps again"),
            "scorecard.published": gettext_lazy("Published a scorecard"),
            "scorecard.draft_made": gettext_lazy("Began the draft of a form"),
            "scorecard.draft_changed": gettext_lazy("Changed the draft of a form"),
            "scorecard.draft_discarded": gettext_lazy("Discarded the draft of a form"),
            "form_rule.saved": gettext_lazy("Saved a rule that chooses the form"),
            "form_rule.moved": gettext_lazy("Moved a rule that chooses the form"),
            "form_rule.deleted": gettext_lazy("Deleted a rule that chooses the form"),
            "consultation.opened": gettext_lazy("Opened the draft of a form for comment"),
            "consultation.changed": gettext_lazy("Changed to whom a draft is open for comment"),
            "consultation.closed": gettext_lazy("Closed a draft for comment"),
            "consultation.replied": gettext_lazy("Answered a comment on a draft"),
            "consultation.exported": gettext_lazy("Exported the comments on a draft"),
        },
    ),
    "marks": (
        gettext_lazy("Marks by people"),
        {
            "review.submitted": gettext_lazy("Submitted a review"),
            "review.reopened": gettext_lazy("Opened a submitted review again"),
            "review.discarded": gettext_lazy("Put the draft of a review away"),
        },
    ),
    "people": (
        gettext_lazy("People"),
        {
            "person.created": gettext_lazy("Added a person"),
            "person.changed": gettext_lazy("Changed a person"),
            "person.disabled": gettext_lazy("Disabled a person"),
            "person.enabled": gettext_lazy("Let a disabled person sign in again"),
            "person.pbx_name": gettext_lazy("Gave a person a name of the phone system"),
            "person.pbx_name_taken": gettext_lazy("Took a name of the phone system from a person"),
            "team.created": gettext_lazy("Made a team"),
            "team.granted": gettext_lazy("Granted a team"),
            "team.grant_ended": gettext_lazy("Ended the grant of a team"),
            "queue.granted": gettext_lazy("Granted a queue"),
            "queue.grant_ended": gettext_lazy("Ended the grant of a queue"),
            "call.given": gettext_lazy("Gave a call to an outside reviewer"),
            "call.taken_back": gettext_lazy("Took a call back from an outside reviewer"),
        },
    ),
    "access": (
        gettext_lazy("Ways in"),
        {
            "person.signed_in": gettext_lazy("Signed in"),
            "link.used": gettext_lazy("Signed in by a link"),
            "link.created": gettext_lazy("Made a link that signs in once"),
            "person.password_set": pgettext_lazy("of an act", "Set a password"),
            "sessions.ended": gettext_lazy("Ended sessions"),
            "second_factor.reset": gettext_lazy("Took a second factor off"),
            "sign_in.locked": gettext_lazy("Was locked out"),
            "sign_in.unlocked": gettext_lazy("Lifted a lock"),
            "token.created": gettext_lazy("Made a token for a program"),
            "token.revoked": gettext_lazy("Revoked a token"),
        },
    ),
    "house": (
        gettext_lazy("The installation"),
        {
            "backup.made": gettext_lazy("Made a backup"),
            "backup.restored": gettext_lazy("Restored a backup"),
            "audit.exported": gettext_lazy("Exported the audit trail"),
            "audit.verified": gettext_lazy("Verified the audit trail"),
            "audit.key_changed": gettext_lazy("The audit trail is sealed with another key"),
        },
    ),
}
_ACTS = {verb: words for _group, acts in GROUPS.values() for verb, words in acts.items()}
_DETAILS: dict[str, Promise | str] = {
    "name": gettext_lazy("Name"),
    "review": gettext_lazy("Review"),
    "reason": gettext_lazy("Why"),
    "is_blind": gettext_lazy("Blind"),
    "cqr_pct": gettext_lazy("CQR"),
    "role": gettext_lazy("Role"),
    "team": gettext_lazy("Team"),
    "queue": gettext_lazy("Queue"),
    "taken_from": gettext_lazy("Taken from"),
    "given_to": gettext_lazy("Given to"),
    "given_until": pgettext_lazy("of a day", "Until"),
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
    "blobs": gettext_lazy("Files"),
    "lacking": gettext_lazy("Missing files"),
    "made_at": gettext_lazy("Made at"),
    "rows": gettext_lazy("Rows read"),
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
}
_NAMES = {"hidden": pgettext_lazy("names", "hidden"), "shown": pgettext_lazy("names", "shown")}
_ROW_NUMBER = gettext_lazy("Up to row")


def act_words(verb: str) -> str:
    return str(_ACTS.get(verb, verb))


def is_worded(verb: str) -> bool:
    return verb in _ACTS


def verbs_of(wanted: str) -> tuple[str, ...]:
    """An act, or all acts of a group; empty for anything else."""
    if wanted in GROUPS:
        return tuple(GROUPS[wanted][1])
    return (wanted,) if wanted in _ACTS else ()


def details_words(verb: str, details: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What it is and what it was, each in words; idle zeros are left out."""
    for name, value in details.items():
        if value in ("", 0, None) and name != "channel" and (verb, name) != ("audit.verified", "problems"):
            continue
        label = _ROW_NUMBER if name == "number" else _DETAILS.get(name, name)
        yield str(label), _value(name, value)


def _value(name: str, value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{label}: {words}" for label, words in details_words("", value)) or "–"
    if isinstance(value, list):
        return ", ".join(_value(name, one) for one in value)
    if name == "role" and value in Role.values:
        return str(Role(value).label)
    if name == "names" and value in _NAMES:
        return str(_NAMES[value])
    if name == "stage":
        return next((str(stage.title) for stage in STAGES if stage.key == value), str(value))
    if name == "verb":
        return str(GROUPS[value][0]) if value in GROUPS else act_words(value)
    if name == "person" and value == "*":
        return _("Sapa or the command line")
    if name == "channel":
        return {0: _("channel 1 (left)"), 1: _("channel 2 (right)")}.get(value, str(value))
    return number(value) if isinstance(value, int) and not isinstance(value, bool) else str(value)
