"""A draft that is open for comment, teams, and what people say of it, with as little as each test is about."""

from __future__ import annotations

from functools import partial
from typing import Any

from sapa.accounts.models import Person, Role, Team
from sapa.accounts.services import person_create, team_create, team_grant
from sapa.calls.models import Call
from sapa.consultations.comments import comment_add
from sapa.consultations.models import Comment, Consultation, Trial
from sapa.consultations.readings import part_digest
from sapa.consultations.services import consultation_open
from sapa.consultations.trials import trial_finish, trial_mark, trial_start
from sapa.consultations.types import Said, Terms
from sapa.reviews.types import Judgement
from sapa.scorecards.drafts import draft_edit
from sapa.scorecards.editing import CriterionFacts, criterion_set
from sapa.scorecards.selectors import card_of, draft_of
from sapa.scorecards.tests.cards import ANCHORS, criterion
from sapa.scorecards.tests.drafted import KEY, drafted
from sapa.scorecards.tests.test_findings import PHRASE

SAID_HELLO = {"key": "hello", "said": {"en": ["hello"]}}
NEVER_SAID = {"kind": "phrase", "elements": [SAID_HELLO | {"said": {"en": ["never ever said"]}}]}


def opened(editor: Person, *criteria: dict[str, Any], terms: Terms | None = None, **form: Any) -> Consultation:
    """Of a form with the criteria greeting, which the machine finds, and closing, which it does not."""
    given = criteria or (criterion("greeting", markers=[PHRASE]), criterion("closing", markers=[NEVER_SAID]))
    drafted(editor, *given, **form)
    return consultation_open(editor, KEY, terms or Terms())


def team_of(name: str, *members: Person) -> Team:
    team = Team.objects.filter(name=name).first() or team_create(None, name)
    for person in members:
        person.team = team
        person.save(update_fields=["team"])
    return team


def person_of(username: str, role: Role, *, granted: str = "") -> Person:
    person = person_create(username, role=role, name=username.title())
    if granted:
        team_of(granted)
        team_grant(None, username, granted)
    return Person.objects.get(pk=person.pk)


def digest(part: str = "") -> str:
    return part_digest(card_of(draft_of(KEY)), part)


def said(criterion: str = "", text: str = "Say which greeting", kind: str = "unclear") -> Said:
    """Of the draft as it stands."""
    return Said(criterion, kind, text, digest(criterion))


def commented(person: Person, consultation: Consultation, criterion: str = "greeting", **more: Any) -> Comment:
    return comment_add(person, consultation, said(criterion, **more))


def reworded(editor: Person, key: str = "greeting", title: str = "Greets by name", **more: Any) -> None:
    """The draft gets another title of this criterion."""
    draft = draft_of(KEY)
    before = next(one for one in card_of(draft).criteria if one.key == key)
    given: dict[str, Any] = {"title": {"en": title}, "help": {}, "anchors": ANCHORS, "weights": before.weights}
    facts = CriterionFacts(**{**given, "critical": False, "na_allowed": True, **more})
    draft_edit(editor, KEY, partial(criterion_set, key=key, facts=facts), version=draft.version, verb="criterion_set")


def tried(person: Person, consultation: Consultation, call: Call, *, greeting: str = "1", closing: str = "0") -> Trial:
    trial = trial_start(person, consultation, call.pk)
    for key, value in {"greeting": greeting, "closing": closing}.items():
        trial = trial_mark(person, trial, key, Judgement(value), version=trial.version)
    return trial_finish(person, trial, version=trial.version)
