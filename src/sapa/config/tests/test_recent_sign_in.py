"""Which forms and requests ask for a recent sign-in: walked over all addresses, so that a new dangerous one is not
forgotten, and none gets around the page by the REST API with the session of a browser."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import Client

from sapa.accounts.models import Person
from sapa.audit.models import AuditEntry
from sapa.config.tests.access_asking import addresses, ask, contents
from sapa.config.tests.access_sent import SENT
from sapa.config.tests.access_table import LOOKS, ROWS
from sapa.config.tests.access_world import World, arrange
from tests.fixtures.cast import session_give

DANGEROUS = ("people/", "account/")
ONLY_SHOW = {"people/", "account/"}
DANGEROUS_IN_API = ("api/v1/people", "api/v1/import/people", "api/v1/teams")
TELLS_OF_TOKENS = "api/v1/people/<username>/tokens"  # as the page of a person, which asks before it is shown


def test_whatever_changes_people_and_ways_in_asks_for_a_recent_sign_in() -> None:
    views = addresses()
    meant = {route for route in views if route.startswith(DANGEROUS)} - ONLY_SHOW
    silent = [route for route in meant if not all(hasattr(view, "asks_for_recent_sign_in") for view in views[route])]
    assert meant
    assert not silent, f"{silent}: put @recent_sign_in_required on the view"


def test_nothing_dangerous_is_done_by_an_old_sign_in(world: World, subtests: pytest.Subtests) -> None:
    client = Client()
    session_give(client, world.people["admin"], is_recent=False)
    people, entries = Person.objects.count(), AuditEntry.objects.count()
    routes = [row.route for row in ROWS if row.route.startswith(DANGEROUS) and "POST" in row.methods]
    for route in routes:
        with subtests.test(route):
            response = client.post(world.address(route), SENT[route](world) if route in SENT else {})
            assert response["Location"].startswith("/confirm?")
    assert (Person.objects.count(), AuditEntry.objects.count()) == (people, entries)


def test_an_old_session_does_nothing_dangerous_by_the_api_and_a_token_does(
    world: World, subtests: pytest.Subtests
) -> None:
    old = session_give(Client(), world.people["admin"], is_recent=False)
    world.sessions["admin"] = old
    asked = [
        (row, method)
        for row in ROWS
        if row.route.startswith(DANGEROUS_IN_API) and row.by in {"session", "token"}
        for method in row.methods
        if method not in LOOKS or row.route == TELLS_OF_TOKENS
    ]
    assert len(asked) > 20
    for row, method in asked:
        with subtests.test(f"{row.name} {method}"), transaction.atomic():
            arrange(row, world.call)
            answer = ask(world, world.client("admin", row.by), row.route, method, contents())
            transaction.set_rollback(True)
            if row.by == "token":
                assert answer.status == row.expected["admin"]
            else:
                assert (answer.status, answer.changed) == ("403", frozenset())
                assert b'"confirm_first"' in answer.body
