"""Every operation of the REST API under generated input, valid and not: no answer is a failure of the server, and each
is of the status and shape that the document promises.

An administrator asks, with one of each there, whose ids and versions the generator is given to use.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from sapa.accounts.models import Person, Role
from sapa.accounts.services import token_create
from sapa.calls.giving import calls_give
from sapa.calls.models import Call
from sapa.calls.people import Arrangement, person_add
from sapa.reviews.services import review_mark, review_start
from sapa.reviews.types import Judgement, MarkChange
from sapa.scorecards.drafts import draft_edit, draft_make
from sapa.scorecards.exchange import EXPORTS
from sapa.scorecards.rules import rule_save

EXAMPLES = 20
PBX_NAME = "Local/101@from-queue/n"
FORM = "test_service"  # that of the call
GIVEN_ANEW = {"username", "key"}  # in a body they name what is to be made
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]

generated = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much, HealthCheck.too_slow],
)


@pytest.fixture
def one_connection(db: None) -> Iterator[None]:
    """A server would close its connection after each request; here it is the one that the test rolls back."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def token(administrator: Person) -> str:
    return token_create(administrator, label="fuzz")


@pytest.fixture
def api_schema(one_connection: None, administrator: Person, farida: Person, call: Call) -> Any:
    calls_give(administrator, farida, [call.pk])
    known = _known(administrator, call)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())

    @schema.hook
    def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
        _reach(path_parameters, known)
        return path_parameters

    @schema.hook
    def map_query(context: Any, query: dict[str, Any] | None) -> dict[str, Any] | None:
        _reach(query, known)
        return query

    @schema.hook
    def map_body(context: Any, body: Any) -> Any:
        _reach(body, {name: value for name, value in known.items() if name not in GIVEN_ANEW})
        if isinstance(body, dict) and isinstance(body.get("content"), dict):
            body["content"]["key"] = FORM
        return body

    return schema


def _known(administrator: Person, call: Call) -> dict[str, Any]:
    """Name of a parameter or field → what is there."""
    name = (PBX_NAME,)
    erlan = person_add(administrator, "erlan", Arrangement("Erlan", Role.AGENT, PBX_NAME, name, name, name))
    token_create(erlan, label="crm")
    draft_make(administrator, FORM)
    draft_edit(administrator, FORM, lambda card: card.model_copy(update={"band_pct": 75.0}), version=1, verb="form_set")
    rule = rule_save(administrator, FORM, {"queue": ["night"]})
    review = review_start(administrator, call)
    review_mark(administrator, review, "greeting", MarkChange(Judgement.FULL), version=1)
    known = {"call_id": str(call.pk), "review_id": str(review.pk), "criterion": "need", "username": "erlan"}
    known |= {"key": FORM, "number": "1", "rule_id": str(rule.pk), "label": "crm", "name": PBX_NAME, "form": FORM}
    return {**known, "version": 2}


def _reach(given: Any, known: dict[str, Any]) -> None:
    """Ids are guessed by nobody; three of four cases reach what is there."""
    if isinstance(given, dict) and zlib.crc32(repr(given).encode("utf-8", "replace")) % 4:
        given |= {name: known[name] for name in given if name in known}


def test_no_answer_is_a_failure_of_the_server(api_schema: Any, token: str, subtests: pytest.Subtests) -> None:
    for result in api_schema.get_all_operations():
        operation = result.ok()

        @generated
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            with transaction.atomic():
                case.call_and_validate(checks=CHECKS, headers={"Authorization": f"Bearer {token}"})
                transaction.set_rollback(True)

        with subtests.test(operation.label):
            ask()


def test_whatever_is_kept_as_a_draft_can_be_checked_tried_and_sent_out(api_schema: Any, token: str) -> None:
    client = Client(headers={"authorization": f"Bearer {token}"})
    address = f"/api/v1/forms/{FORM}"
    shapes = [f"export?draft=true&shape={shape}" for shape in EXPORTS]
    asked = [f"{address}/{rest}" for rest in ("draft", "draft/check", "draft/trial", *shapes)]
    kept = 0

    @generated
    @given(case=api_schema["/api/v1/forms/{key}/draft"]["PUT"].as_strategy())
    def ask(case: Any) -> None:
        nonlocal kept
        with transaction.atomic():
            body = json.dumps(case.body, default=str)
            if client.put(f"{address}/draft", body, content_type="application/json").status_code == 200:
                kept += 1
                answers = {one: client.get(one).status_code for one in asked}
                assert set(answers.values()) <= {200, 409}, answers
                done = client.post(f"{address}/draft/publish", {"version": 3}, content_type="application/json")
                assert done.status_code in {200, 409}
            transaction.set_rollback(True)

    ask()
    assert kept
