"""The world that the access matrix asks in: one graded call, the people around it, and what a row needs to be there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY, generate_totp_secret
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.conf import settings
from django.test import Client
from django.test.client import ClientHandler

from sapa.accounts.models import Person, Role
from sapa.accounts.services import (
    link_create,
    pbx_name_give,
    person_create,
    person_disable,
    team_create,
    token_create,
)
from sapa.calls.giving import calls_give
from sapa.calls.models import Call, Project, Queue
from sapa.calls.projects import queue_project_set
from sapa.calls.services import queue_grant
from sapa.config.tests.access_table import (
    Row,
)
from sapa.consultations.comments import comment_add
from sapa.consultations.models import Comment, Trial, TrialMark
from sapa.consultations.readings import part_digest
from sapa.consultations.services import consultation_open
from sapa.consultations.trials import trial_start
from sapa.consultations.types import Said, Terms
from sapa.core.clock import now_at
from sapa.pipeline.models import StagePriority, StageRow, StageState
from sapa.reviews.models import Review, ReviewMark, ReviewState
from sapa.reviews.services import review_mark, review_start
from sapa.reviews.types import Judgement, MarkChange
from sapa.scorecards.drafts import draft_edit, draft_make
from sapa.scorecards.library import scorecard_parse
from sapa.scorecards.models import FormRule, ScorecardDraft
from sapa.scorecards.rules import rule_save
from sapa.scorecards.types import Scorecard
from sapa.transcripts.models import HearingRule
from sapa.transcripts.plans import Rule
from sapa.transcripts.rules import hearing_rule_set
from tests.fixtures.cast import session_give
from tests.fixtures.graded_marks import FORM

OF_ADMINISTRATOR = 404_404  # the number of what is the administrator's own
TOTP_SECRET = generate_totp_secret()
LONG_PASSWORD = "a sentence that nobody guesses"
MONITOR_TOKEN = "for-the-monitor"  # not a secret of anybody


@dataclass(frozen=True)
class World:
    """One graded call and the people around it. A cell leaves no trace, so that all of them share one."""

    call: Call
    draft: Review  # Celina's, of the call
    link: str
    people: Mapping[str, Person]
    rule: FormRule
    comment: Comment  # Aigerim's, on the draft of the form that the call was marked by
    trial: Trial  # hers, not done
    hearing_rule: HearingRule  # for the call's queue
    project: Project  # of another queue than the call's
    sessions: dict[str, str] = field(default_factory=dict)  # who → the value of the cookie
    tokens: dict[str, str] = field(default_factory=dict)
    # Clients share them: to set up the middleware takes longer than most answers. True: forms need their token.
    handlers: Mapping[bool, ClientHandler] = field(
        default_factory=lambda: {strict: ClientHandler(enforce_csrf_checks=strict) for strict in (False, True)}
    )

    def address(self, route: str) -> str:
        values = {
            "<uuid:call_id>": str(self.call.pk),
            "<call_id>": str(self.call.pk),
            "<int:person_id>": str(self.people["erlan"].pk),
            "<username>": "erlan",
            "<key>": "cqr",
            "<number>": "1",
            "<rule_id>": str(self.rule.pk),
            "<slug:key>": "test_service" if "/consultations/" in route else "cqr",
            "<int:consultation_id>": str(self.trial.consultation_id),
            "<consultation_id>": str(self.trial.consultation_id),
            "<uuid:trial_id>": str(self.trial.pk),
            "<slug:shape>": "yaml",
            "<int:number>": "1",
            "<int:rule_id>": str(self.rule.pk),
            "<int:hearing_rule_id>": str(self.hearing_rule.pk),
            "<int:queue_id>": str(self.project.queues.values_list("pk", flat=True)[0]),
            "<int:project_id>": str(self.project.pk),
            "<int:reviewer_id>": str(self.people["farida"].pk),
            "<str:secret>": self.link,
            "<uuid:review_id>": str(self.draft.pk),
            "<review_id>": str(self.draft.pk),
            "<slug:criterion>": "need",
            "<criterion>": "need",
            "<path:rest>": "nothing/here",
            "<str:provider_id>": "sso",
            "<int:key_id>": str(OF_ADMINISTRATOR),
            "<int:session_id>": str(OF_ADMINISTRATOR),
        }
        for hole, value in values.items():
            route = route.replace(hole, value)
        assert "<" not in route, f"say in `World.address` what stands for the hole in {route}"
        return "/" + route.removeprefix("/")

    def client(self, who: str, by: str) -> Client:
        headers = {
            "token": {"authorization": f"Bearer {self.tokens[who]}"} if who in self.tokens else {},
            "wrong": {"authorization": "Bearer sapa_guess"},
            "monitor": {"authorization": f"Bearer {MONITOR_TOKEN}"},
        }
        client = Client(headers=headers.get(by, {}))
        client.handler = self.handlers[by == "bare"]
        if by != "token" and who in self.sessions:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[who]
        return client


def world_made(call: Call, people: Mapping[str, Person]) -> World:
    """Every step of the call is done but the last, which failed. The people of the table are all there."""
    erlan = person_create("erlan", role=Role.AGENT, name="Erlan")
    pbx_name_give(erlan, name="Erlan")
    gulnara = person_create("gulnara", role=Role.SUPERVISOR, name="Gulnara")
    queue_grant(None, "gulnara", "loans")
    cast = {**people, "erlan": erlan, "gulnara": gulnara}
    aigerim, bogdan, celina, farida = (cast[who] for who in ("aigerim", "bogdan", "celina", "farida"))
    draft = review_mark(celina, review_start(celina, call), "greeting", MarkChange(Judgement.FULL), version=1)
    calls_give(bogdan, farida, [call.pk])
    draft_make(bogdan, "cqr")
    draft_edit(bogdan, "cqr", _kinder, version=1, verb="form_set")
    rule = rule_save(bogdan, "cqr", {"queue": ["loans"]})
    hearing = hearing_rule_set(None, Rule("cards", model="large"))
    queue_project_set(None, Queue.objects.get(name="loans").pk, "Loans", may_make=True)
    project = Project.objects.get()
    made = World(call, draft, link_create(erlan), cast, rule, *_consultation(bogdan, aigerim, call), hearing, project)
    for who, person in cast.items():
        client = Client()
        made.sessions[who] = session_give(client, person, **{SECRET_SESSION_KEY: TOTP_SECRET})
        made.tokens[who] = token_create(person, label="test")
    StageRow.objects.filter(call=call, stage="grade").update(state=StageState.FAILED, error_code="engine_failed")
    return made


def _consultation(bogdan: Person, aigerim: Person, call: Call) -> tuple[Comment, Trial]:
    """Open to Aigerim's team."""
    aigerim.team = team_create(None, "Savings")
    aigerim.save(update_fields=["team"])
    draft_make(bogdan, "test_service")
    terms = Terms(to_everybody=False, team_ids=(aigerim.team.pk,))
    opened = consultation_open(bogdan, "test_service", terms)
    comment = comment_add(aigerim, opened, Said("need", "unclear", "Whose need?", words_read("need")))
    return comment, trial_start(aigerim, opened, call.pk)


def words_read(criterion: str) -> str:
    return part_digest(scorecard_parse(FORM, name="test_service"), criterion)


def _kinder(card: Scorecard) -> Scorecard:
    return card.model_copy(update={"band_pct": 70.0})


def _no_draft(call: Call) -> None:
    ScorecardDraft.objects.all().delete()


def _grade_waits(call: Call) -> None:
    later = {"next_try_at": now_at() + timedelta(minutes=4), "priority": StagePriority.BULK}
    StageRow.objects.filter(call=call, stage="grade").update(state=StageState.WAITING, **later)


def _all_done(call: Call) -> None:
    StageRow.objects.filter(call=call).update(state=StageState.DONE)


def _nobody_marked(call: Call) -> None:
    call.reviews.all().delete()
    _in_a_queue_of_gulnara(call)  # for her to have a next call


def _in_a_queue_of_gulnara(call: Call) -> None:
    queue, _ = Queue.objects.get_or_create(name="loans")
    Call.objects.filter(pk=call.pk).update(queue=queue)


def _not_given(call: Call) -> None:
    call.given.all().delete()
    _in_a_queue_of_gulnara(call)


def _not_begun(call: Call) -> None:
    call.reviews.all().delete()


def _all_marked(call: Call) -> None:
    ReviewMark.objects.filter(review__call=call).update(judgement=Judgement.FULL)


def _nothing_tried(call: Call) -> None:
    Trial.objects.all().delete()


def _trial_marked(call: Call) -> None:
    TrialMark.objects.all().update(judgement=Judgement.FULL, machine="0")


def _trial_done(call: Call) -> None:
    _trial_marked(call)
    Trial.objects.update(done_at=now_at())


def _submitted(call: Call) -> None:
    call.reviews.update(state=ReviewState.SUBMITTED)


def _everybody_has_codes(call: Call) -> None:
    for person in Person.objects.all():
        Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": TOTP_SECRET})
        RecoveryCodes.activate(person)


def _administrator_has_a_passkey(call: Call) -> None:
    person = Person.objects.get(username="administrator")
    Authenticator.objects.create(
        pk=OF_ADMINISTRATOR, user=person, type=Authenticator.Type.WEBAUTHN, data={"name": "phone"}
    )


def _administrator_is_elsewhere_too(call: Call) -> None:
    person = Person.objects.get(username="administrator")
    UserSession.objects.create(pk=OF_ADMINISTRATOR, user=person, ip="192.0.2.7", session_key="elsewhere")


def _erlan_is_locked(call: Call) -> None:
    AccessAttempt.objects.create(username="erlan", ip_address="192.0.2.7", failures_since_start=9)


def _erlan_is_disabled(call: Call) -> None:
    person_disable(None, "erlan")


def _cards_is_a_team(call: Call) -> None:
    team_create(None, "Cards")


# By route, or by method and route where the methods need different things.
ARRANGED: dict[str, Callable[[Call], None]] = {
    "calls/<uuid:call_id>/": _grade_waits,
    "api/v1/calls/<call_id>": _all_done,
    "calls/<uuid:call_id>/review": _not_begun,
    "api/v1/calls/<call_id>/reviews": _not_begun,
    "reviews/next": _nobody_marked,
    "reviews/<uuid:review_id>/submit": _all_marked,
    "api/v1/reviews/<review_id>/submit": _all_marked,
    "reviews/<uuid:review_id>/reopen": _submitted,
    "api/v1/reviews/<review_id>/reopen": _submitted,
    "given/new": _not_given,
    "api/v1/given": _not_given,
    "api/v1/given/take-back": _in_a_queue_of_gulnara,
    "given/<int:reviewer_id>/take-back": _in_a_queue_of_gulnara,
    "forms/<slug:key>/edit": _no_draft,
    "open-forms/<int:consultation_id>/trials": _nothing_tried,
    "open-forms/trials/<uuid:trial_id>/finish": _trial_marked,
    "open-forms/trials/<uuid:trial_id>/comment": _trial_done,
    "account/codes/off": _everybody_has_codes,
    "account/recovery": _everybody_has_codes,
    "account/passkeys/<int:key_id>/name": _administrator_has_a_passkey,
    "account/passkeys/<int:key_id>/remove": _administrator_has_a_passkey,
    "account/sessions/<int:session_id>/end": _administrator_is_elsewhere_too,
    "people/<int:person_id>/second-factor": _everybody_has_codes,
    "people/<int:person_id>/unlock": _erlan_is_locked,
    "api/v1/people/<username>/enable": _erlan_is_disabled,
    "api/v1/people/<username>/granted-teams": _cards_is_a_team,
    "POST api/v1/forms/<key>/draft": _no_draft,
}


def arrange(row: Row, call: Call) -> None:
    for key in (row.route, *(f"{method} {row.route}" for method in row.methods)):
        if key in ARRANGED:
            ARRANGED[key](call)
