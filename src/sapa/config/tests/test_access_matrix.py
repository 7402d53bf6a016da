"""Who gets what: every address, every method it takes, every kind of person, in one table.

A page alone cannot show that something was forgotten. Here the addresses are walked, so one that nobody thought about
has no row and fails; and what is refused must leave the database exactly as it was.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY, generate_totp_secret
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.apps import apps
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.http import HttpResponseBase
from django.test import Client
from django.test.client import ClientHandler
from django.urls import URLPattern, URLResolver, get_resolver

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
from sapa.calls.models import Call, Queue
from sapa.calls.services import queue_grant
from sapa.config.tests.access_table import (
    CHANGED_BY_LOOKING,
    CHANGES,
    HERE,
    KEPT_FROM_FARIDA,
    LOOKS,
    METHODS,
    NO_SIGN_IN,
    REFUSED,
    ROWS,
    SEE_THE_CALL,
    SPOKEN,
    TOLD_BY_THE_CALL,
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
from sapa.pipeline.tests.workbench import tiny_wav
from sapa.reviews.models import Review, ReviewMark, ReviewState
from sapa.reviews.services import review_mark, review_start
from sapa.reviews.types import Judgement, MarkChange
from sapa.scorecards.drafts import draft_edit, draft_make
from sapa.scorecards.library import scorecard_parse
from sapa.scorecards.models import FormRule, ScorecardDraft
from sapa.scorecards.rules import rule_save
from sapa.scorecards.types import Scorecard
from tests.fixtures.cast import code_now, session_give
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


@pytest.fixture
def world(
    call: Call,
    daniyar: Person,
    aigerim: Person,
    celina: Person,
    farida: Person,
    bogdan: Person,
    administrator: Person,
    settings: Any,
) -> World:
    """Every step of the call is done but the last, which failed. The people of the table are all there."""
    settings.SAPA_METRICS_TOKEN = MONITOR_TOKEN
    erlan = person_create("erlan", role=Role.AGENT, name="Erlan")
    pbx_name_give(erlan, name="Erlan")
    gulnara = person_create("gulnara", role=Role.SUPERVISOR, name="Gulnara")
    queue_grant(None, "gulnara", "loans")
    cast = {"daniyar": daniyar, "aigerim": aigerim, "erlan": erlan, "celina": celina, "farida": farida}
    cast |= {"bogdan": bogdan, "gulnara": gulnara, "admin": administrator}
    draft = review_mark(celina, review_start(celina, call), "greeting", MarkChange(Judgement.FULL), version=1)
    calls_give(bogdan, farida, [call.pk])
    draft_make(bogdan, "cqr")
    draft_edit(bogdan, "cqr", _kinder, version=1, verb="form_set")
    rule = rule_save(bogdan, "cqr", {"queue": ["loans"]})
    made = World(call, draft, link_create(erlan), cast, rule, *_consultation(bogdan, aigerim, call))
    for who, person in cast.items():
        client = Client()
        made.sessions[who] = session_give(client, person, **{SECRET_SESSION_KEY: TOTP_SECRET})
        made.tokens[who] = token_create(person, label="test")
    StageRow.objects.filter(call=call, stage="grade").update(state=StageState.FAILED, error_code="engine_failed")
    return made


def _consultation(bogdan: Person, aigerim: Person, call: Call) -> tuple[Comment, Trial]:
    """Open to Aigerim's team."""
    aigerim.team = team_create(None, "Cards")
    aigerim.save(update_fields=["team"])
    draft_make(bogdan, "test_service")
    terms = Terms(to_everybody=False, team_ids=(aigerim.team.pk,))
    opened = consultation_open(bogdan, "test_service", terms)
    comment = comment_add(aigerim, opened, Said("need", "unclear", "Whose need?", _read("need")))
    return comment, trial_start(aigerim, opened, call.pk)


def _read(criterion: str) -> str:
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


def _arrange(row: Row, call: Call) -> None:
    for key in (row.route, *(f"{method} {row.route}" for method in row.methods)):
        if key in ARRANGED:
            ARRANGED[key](call)


def _recording() -> SimpleUploadedFile:
    return SimpleUploadedFile("new.wav", tiny_wav())


# What whoever may do it sends with a POST, so that a refusal is one of the person and not of the form.
SENT: dict[str, Callable[[World], dict[str, Any]]] = {
    "api/v1/calls": lambda world: {"file": _recording(), "agent": "Aigerim"},
    "sign-in": lambda world: {"username": "bogdan", "password": "a guess"},
    "language": lambda world: {"language": "pl"},
    "theme": lambda world: {"theme": "dark"},
    "recordings/<uuid:call_id>/heard": lambda world: {"start_s": "1", "end_s": "2"},
    "calls/upload": lambda world: {"recordings": _recording()},
    "calls/<uuid:call_id>/agent-channel": lambda world: {"channel": "0"},
    "line/retry": lambda world: {"call": str(world.call.pk)},
    "reviews/<uuid:review_id>/marks/<slug:criterion>": lambda world: {"version": 2, "judgement": "0"},
    "reviews/<uuid:review_id>/note": lambda world: {"version": 2, "comment": "Well done"},
    "reviews/<uuid:review_id>/call-type": lambda world: {"version": 2, "call_type": "service"},
    "reviews/<uuid:review_id>/undo": lambda world: {"version": 2},
    "reviews/<uuid:review_id>/submit": lambda world: {"version": 2},
    "reviews/<uuid:review_id>/discard": lambda world: {"version": 2},
    "reviews/<uuid:review_id>/reopen": lambda world: {"reason": "heard again"},
    "forms/new-form": lambda world: {"act": "blank", "title": "New"},
    "forms/choice-rules": lambda world: {"form": "cqr", "direction": "inbound"},
    "forms/choice-rules/<int:rule_id>": lambda world: {"act": "delete"},
    "forms/<slug:key>/draft": lambda world: {"act": "section_add", "new_title": "New", "version": "2"},
    "forms/<slug:key>/draft/undo": lambda world: {"version": "2"},
    "forms/<slug:key>/draft/discard": lambda world: {"version": "2"},
    "forms/<slug:key>/draft/publish": lambda world: {"version": "2"},
    "forms/<slug:key>/draft/consultation": lambda world: {"to": "everybody", "version": "0"},
    "forms/<slug:key>/consultations/<int:consultation_id>/": lambda world: {
        "comment": str(world.comment.pk),
        "version": "1",
        "outcome": "taken_up",
    },
    "open-forms/<int:consultation_id>/": lambda world: {
        "act": "add",
        "part": "greeting",
        "kind": "idea",
        "text": "Say it in Kazakh too",
        "read": _read("greeting"),
    },
    "open-forms/<int:consultation_id>/trials": lambda world: {"call": str(world.call.pk)},
    "open-forms/trials/<uuid:trial_id>/marks/<slug:criterion>": lambda world: {"version": "1", "judgement": "0"},
    "open-forms/trials/<uuid:trial_id>/finish": lambda world: {"version": "1"},
    "open-forms/trials/<uuid:trial_id>/discard": lambda world: {"version": "1"},
    "open-forms/trials/<uuid:trial_id>/comment": lambda world: {"criterion": "need"},
    "given/new": lambda world: {"person": "farida", "count": "5"},
    "given/<int:reviewer_id>/take-back": lambda world: {"call": str(world.call.pk)},
    "people/new": lambda world: {"username": "zarina", "name": "Zarina", "role": "administrator"},
    "people/import": lambda world: {
        "table": SimpleUploadedFile("people.csv", b"username,role\nzarina,administrator\n")
    },
    "people/names": lambda world: {"person": str(world.people["erlan"].pk), "name": "Aigerim"},
    "people/<int:person_id>/": lambda world: {"name": "Erlan", "role": "administrator", "pbx_names": "Aigerim"},
    "people/<int:person_id>/revoke": lambda world: {"label": "test"},
    "api/v1/import/people": lambda world: {"file": SimpleUploadedFile("people.csv", b"username\nzarina\n")},
    "api/v1/import/forms": lambda world: {"file": SimpleUploadedFile("new.yaml", b"key: new\ntitle: {en: New}\n")},
    "account/codes": lambda world: {"code": code_now(TOTP_SECRET)},
    "account/passkeys/<int:key_id>/name": lambda world: {"name": "blue key"},
    "account/password": lambda world: {"password": LONG_PASSWORD, "password_again": LONG_PASSWORD},
}


SENT_AS_JSON: dict[str, Callable[[World], dict[str, Any]]] = {
    "api/v1/consultations/<consultation_id>/comments": lambda world: {
        "kind": "idea",
        "text": "Fewer",
        "read": _read(""),
    },
    "api/v1/reviews/<review_id>/marks/<criterion>": lambda world: {"version": 2, "judgement": "0"},
    "api/v1/reviews/<review_id>/note": lambda world: {"version": 2, "comment": "Well done"},
    "api/v1/reviews/<review_id>/undo": lambda world: {"version": 2},
    "api/v1/reviews/<review_id>/submit": lambda world: {"version": 2},
    "api/v1/reviews/<review_id>/reopen": lambda world: {"reason": "heard again"},
    "api/v1/people": lambda world: {"username": "zarina", "role": "administrator"},
    "api/v1/people/<username>": lambda world: {"role": "administrator", "pbx_names": ["Aigerim"]},
    "api/v1/teams": lambda world: {"name": "Loans"},
    "api/v1/forms": lambda world: {"title": {"en": "New"}},
    "POST api/v1/forms/<key>/draft": lambda world: {},
    "PUT api/v1/forms/<key>/draft": lambda world: {"version": 2, "content": {"key": "cqr", "title": {"en": "Other"}}},
    "api/v1/forms/<key>/draft/undo": lambda world: {"version": 2},
    "api/v1/forms/<key>/draft/publish": lambda world: {"version": 2},
    "api/v1/form-rules": lambda world: {"form": "cqr", "conditions": {"direction": ["inbound"]}},
    "api/v1/form-rules/<rule_id>": lambda world: {"form": "cqr", "conditions": {"direction": ["inbound"]}},
    "api/v1/form-rules/<rule_id>/move": lambda world: {"place": 1},
    "api/v1/given": lambda world: {"person": "farida", "call_ids": [str(world.call.pk)]},
    "api/v1/given/take-back": lambda world: {"person": "farida", "call_ids": [str(world.call.pk)]},
}
ASKED_WITH = {
    ("api/v1/reviews/<review_id>", "DELETE"): "?version=2",
    ("api/v1/people/<username>/tokens", "DELETE"): "?label=test",
    ("api/v1/people/<username>/pbx-names", "PUT"): "?name=Aigerim",
    ("api/v1/people/<username>/pbx-names", "DELETE"): "?name=Erlan",
    ("api/v1/people/<username>/granted-teams", "PUT"): "?name=Cards",
    ("api/v1/people/<username>/granted-teams", "DELETE"): "?name=Cards",
    ("api/v1/people/<username>/granted-queues", "PUT"): "?name=loans",
    ("api/v1/people/<username>/granted-queues", "DELETE"): "?name=loans",
    ("api/v1/forms/<key>/draft", "DELETE"): "?version=2",
}


@dataclass(frozen=True)
class Answer:
    status: str
    body: bytes
    changed: frozenset[str]


def _ask(world: World, client: Client, route: str, method: str, before: dict[str, Any]) -> Answer:
    """The request in a transaction of its own, which is then undone."""
    address = world.address(route)
    asked = address + ASKED_WITH.get((route, method), "")
    with transaction.atomic():
        sent = SENT_AS_JSON.get(f"{method} {route}", SENT_AS_JSON.get(route))
        if method in {"POST", "PUT", "PATCH"} and sent is not None:
            response = client.generic(method, asked, json.dumps(sent(world)), content_type="application/json")
        elif method == "POST":
            response = client.post(address, SENT[route](world) if route in SENT else {})
        else:
            response = client.generic(method, asked)
        body = _body(response)
        after = _contents()
        transaction.set_rollback(True)
    asked_in = response.headers.get("Location", "") == f"/sign-in?next={quote(address)}"
    changed = frozenset(name for name in after if after[name] != before[name])
    return Answer("in" if asked_in else str(response.status_code), body, changed)


def _body(response: Any) -> bytes:
    """Read to its end: what is streamed is written down only as it leaves."""
    content: bytes = b"".join(response.streaming_content) if response.streaming else response.content
    return content


def _contents() -> dict[str, Any]:
    """Everything in the database, by the name of the model; as it lies there, which is quicker than by objects."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(model._meta.db_table)} ORDER BY 1")
            found[model.__name__] = cursor.fetchall()
    return found


def _wrong_with(row: Row, method: str, who: str, answer: Answer) -> Iterator[str]:
    expected = row.expected[who]
    if answer.status != expected:
        yield f"{method} as {who}: answered by {answer.status}, the table says {expected}"
    if expected in REFUSED and answer.changed:
        yield f"{method} as {who}: refused, and yet changed {sorted(answer.changed)}"
    if method == "POST" and expected not in REFUSED and row.route in CHANGES and not answer.changed - {"Session"}:
        yield f"{method} as {who}: did nothing, so that it shows nothing; see SENT"
    if method in LOOKS and answer.changed - CHANGED_BY_LOOKING.get((row.route, method), set()):
        yield f"{method} as {who}: only looked, and yet changed {sorted(answer.changed)}"
    if who not in SEE_THE_CALL and any(told in answer.body for told in TOLD_BY_THE_CALL):
        yield f"{method} as {who}: reads of a call that is not theirs to see"
    if who == "farida" and any(name in answer.body.replace(SPOKEN, b"") for name in KEPT_FROM_FARIDA):
        yield f"{method} as {who}: reads a name that is kept from her"


def test_everybody_gets_what_the_table_says_and_a_refusal_changes_nothing(
    world: World, subtests: pytest.Subtests
) -> None:
    """Every row by itself, in one world: to build one costs more than to ask in it."""
    for row in ROWS:
        with subtests.test(row.name), transaction.atomic():
            _arrange(row, world.call)
            wrong = _wrong_in(row, world)
            transaction.set_rollback(True)
            assert not wrong, "\n".join(wrong)


def _wrong_in(row: Row, world: World) -> list[str]:
    before = _contents()
    return [
        problem
        for method in row.methods
        for who in row.expected
        for problem in _wrong_with(row, method, who, _ask(world, world.client(who, row.by), row.route, method, before))
    ]


def _addresses() -> dict[str, list[Callable[..., HttpResponseBase]]]:
    """Route → its views, as Django itself would look them up."""
    found: dict[str, list[Callable[..., HttpResponseBase]]] = {}

    def walk(resolver: URLResolver, before: str) -> None:
        for pattern in resolver.url_patterns:
            if isinstance(pattern, URLPattern):
                found.setdefault(before + str(pattern.pattern) or "/", []).append(pattern.callback)
            else:
                walk(pattern, before + str(pattern.pattern))

    walk(get_resolver(), "")
    return found


def _asks_to_sign_in(view: Callable[..., HttpResponseBase]) -> bool:
    return bool(getattr(view, "login_required", True))


def _methods_listed(route: str) -> set[str]:
    return {method for row in ROWS if row.route == route for method in row.methods}


def test_every_address_has_its_rows_and_every_row_its_address() -> None:
    there, listed = set(_addresses()), {row.route for row in ROWS}
    assert not there - listed, f"{sorted(there - listed)}: say in TABLE of {HERE} who gets what there"
    assert not listed - there, f"{sorted(listed - there)}: no such address any more; take it out of TABLE of {HERE}"
    keyed = {key.rpartition(" ")[2] for key in (*ARRANGED, *SENT_AS_JSON)}
    named = {*SENT, *keyed, *NO_SIGN_IN, *(route for route, _ in {*CHANGED_BY_LOOKING, *ASKED_WITH})}
    assert not named - there, f"{sorted(named - there)}: no such address any more; take it out of the lists of {HERE}"


def test_whoever_calls_the_api_is_listed_by_session_by_token_and_by_a_wrong_one() -> None:
    ways: dict[tuple[str, str], set[str]] = {}
    for row in ROWS:
        for method in row.methods:
            if row.route.startswith("api/v1/") and row.expected["nobody"] == "401":
                ways.setdefault((row.route, method), set()).add(row.by)
    lacking = {way: sorted({"session", "token", "wrong"} - by) for way, by in ways.items()}
    assert not any(lacking.values()), f"{lacking}: say in TABLE of {HERE} who gets what by it"


def test_a_method_without_a_row_is_not_taken(world: World) -> None:
    """As the one who may do everything; as nobody where that one is sent on before the method is looked at."""
    before, taken = _contents(), []
    for route in {row.route for row in ROWS}:
        client = world.client("nobody" if route == "sign-in" else "admin", "session")
        for method in set(METHODS) - _methods_listed(route):
            answer = _ask(world, client, route, method, before)
            if answer.status != "405" or answer.changed:
                taken.append(f"{method} {route}: {answer.status}; say in TABLE of {HERE} who gets what by it")
    assert not taken, "\n".join(sorted(taken))


def test_whoever_is_not_signed_in_is_sent_to_sign_in_but_for_the_listed(world: World) -> None:
    addresses = _addresses()
    open_to_all = {route for route, views in addresses.items() if not all(map(_asks_to_sign_in, views))}
    assert open_to_all == NO_SIGN_IN, f"whoever comes in without signing in is listed in NO_SIGN_IN of {HERE}"
    before = _contents()
    let_in = [
        f"{method} {route}"
        for route in addresses.keys() - NO_SIGN_IN
        for method in METHODS
        if _ask(world, world.client("nobody", "session"), route, method, before) != Answer("in", b"", frozenset())
    ]
    assert not let_in, "\n".join(sorted(let_in))


def test_a_session_changes_nothing_without_the_token_of_its_form(world: World) -> None:
    """A page of another site can send a form with the cookie, and not with the token."""
    before = _contents()
    done = [
        f"{method} {row.route}: {answer.status} {sorted(answer.changed)}"
        for row in ROWS
        if row.by == "session"
        for method in set(row.methods) - LOOKS
        for answer in [_ask(world, world.client("admin", "bare"), row.route, method, before)]
        if answer.status != "403" or answer.changed
    ]
    assert not done, "\n".join(sorted(done))


def test_looking_changes_what_the_list_says(world: World) -> None:
    """An exception that is none any more would hide the next change."""
    for (route, method), models in CHANGED_BY_LOOKING.items():
        with transaction.atomic():
            if route in ARRANGED:
                ARRANGED[route](world.call)
            assert _ask(world, world.client("bogdan", "session"), route, method, _contents()).changed == models, route
            transaction.set_rollback(True)
