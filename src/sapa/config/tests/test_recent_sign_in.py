"""Which forms ask for a recent sign-in: walked over all addresses, so that a new dangerous one is not forgotten."""

from __future__ import annotations

import pytest
from django.test import Client

from sapa.accounts.models import Person
from sapa.audit.models import AuditEntry
from sapa.config.tests.access_table import ROWS
from sapa.config.tests.test_access_matrix import SENT, World, _addresses, world
from tests.fixtures.cast import session_give

__all__ = ["world"]  # the fixture
DANGEROUS = ("people/", "account/")
ONLY_SHOW = {"people/", "account/"}


def test_whatever_changes_people_and_ways_in_asks_for_a_recent_sign_in() -> None:
    views = _addresses()
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
