"""What the audit trail tells of, in the reader's language: each act. What is known about one is in `act_details`.

An act without words here is shown by its code; a test finds those that the program writes.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

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
            "transcript.heard_again": gettext_lazy("Had a call heard again by the bigger model"),
            "stage.retried": gettext_lazy("Started a failed step again"),
            "stages.retried": gettext_lazy("Started failed steps again"),
            "scorecard.published": gettext_lazy("Published a scorecard"),
            "scorecard.draft_made": gettext_lazy("Began the draft of a form"),
            "scorecard.draft_changed": gettext_lazy("Changed the draft of a form"),
            "scorecard.draft_discarded": gettext_lazy("Discarded the draft of a form"),
            "form_rule.saved": gettext_lazy("Saved a rule that chooses the form"),
            "form_rule.moved": gettext_lazy("Moved a rule that chooses the form"),
            "form_rule.deleted": gettext_lazy("Deleted a rule that chooses the form"),
            "queue.project_set": gettext_lazy("Said of which project a queue is"),
            "project.created": gettext_lazy("Made a project"),
            "project.renamed": gettext_lazy("Renamed a project"),
            "project.deleted": gettext_lazy("Deleted a project"),
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
            "agents.exported": gettext_lazy("Exported a day of agents"),
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
            "second_factor.codes_on": gettext_lazy("Turned codes from an app on"),
            "second_factor.codes_off": gettext_lazy("Turned codes from an app off"),
            "second_factor.recovery_made": gettext_lazy("Made recovery codes"),
            "second_factor.reset": gettext_lazy("Took a second factor off"),
            "passkey.added": gettext_lazy("Added a passkey"),
            "passkey.renamed": gettext_lazy("Renamed a passkey"),
            "passkey.removed": gettext_lazy("Removed a passkey"),
            "sso.tied": gettext_lazy("Signed in by single sign-on for the first time"),
            "sign_in.locked": gettext_lazy("Was locked out"),
            "sign_in.unlocked": gettext_lazy("Lifted a lock"),
            "token.created": gettext_lazy("Made a token for a program"),
            "token.revoked": gettext_lazy("Revoked a token"),
        },
    ),
    "house": (
        gettext_lazy("The installation"),
        {
            "hearing_rule.set": gettext_lazy("Set a rule for hearing calls"),
            "hearing_rule.removed": gettext_lazy("Removed a rule for hearing calls"),
            "backup.made": gettext_lazy("Made a backup"),
            "backup.restored": gettext_lazy("Restored a backup"),
            "audit.exported": gettext_lazy("Exported the audit trail"),
            "audit.verified": gettext_lazy("Verified the audit trail"),
            "audit.key_changed": gettext_lazy("The audit trail is sealed with another key"),
        },
    ),
}
_ACTS = {verb: words for _group, acts in GROUPS.values() for verb, words in acts.items()}


def act_words(verb: str) -> str:
    return str(_ACTS.get(verb, verb))


def is_worded(verb: str) -> bool:
    return verb in _ACTS


def verbs_of(wanted: str) -> tuple[str, ...]:
    """An act, or all acts of a group; empty for anything else."""
    if wanted in GROUPS:
        return tuple(GROUPS[wanted][1])
    return (wanted,) if wanted in _ACTS else ()
