"""Every operation of the REST API under generated input, valid and not: no answer is a failure of the server, and each
is of the status and shape that the document promises.

An administrator asks, with one call and one draft of a review there, whose ids the generator is given to use.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from sapa.accounts.models import Person
from sapa.accounts.services import token_create
from sapa.calls.giving import calls_give
from sapa.calls.models import Call
from sapa.reviews.services import review_start

EXAMPLES = 20
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
    draft = review_start(administrator, call)
    known = {"call_id": call.pk, "review_id": draft.pk, "criterion": "need"}
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())

    @schema.hook
    def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
        """Ids are guessed by nobody; three of four cases reach what is there."""
        if path_parameters:
            for name, value in known.items():
                if name in path_parameters and hash(repr(path_parameters)) % 4:
                    path_parameters[name] = str(value)
        return path_parameters

    return schema


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
