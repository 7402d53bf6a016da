"""Too many wrong passwords lock one name at one address for a while."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.utils import timezone

from sapa.accounts.lock_out import lock_lift, locked_until
from sapa.accounts.models import Person
from sapa.accounts.services import link_create
from sapa.audit.models import AuditEntry
from tests.fixtures.cast import SignedIn

PASSWORD = "correct horse battery"


@pytest.fixture
def bogdan(bogdan: Person) -> Person:
    bogdan.set_password(PASSWORD)
    bogdan.save(update_fields=["password"])
    return bogdan


def _try(password: str, *, name: str = "bogdan", address: str = "192.0.2.7", agent: str = "test") -> Any:
    return Client(REMOTE_ADDR=address, headers={"user-agent": agent}).post(
        "/sign-in", {"username": name, "password": password}
    )


def _lock() -> Any:
    return [_try("wrong", agent=f"agent {number}") for number in range(5)][-1]


def test_the_fifth_wrong_password_locks_and_says_until_when(bogdan: Person) -> None:
    response = _lock()
    assert response.status_code == 429
    until = locked_until("bogdan", "192.0.2.7")
    assert until is not None
    assert timezone.localtime(until).strftime("%H:%M") in response.content.decode()


def test_the_right_password_opens_nothing_while_it_is_locked(bogdan: Person) -> None:
    _lock()
    assert _try(PASSWORD).status_code == 429
    assert _try(PASSWORD, agent="another browser").status_code == 429


def test_capitals_are_no_way_round(bogdan: Person) -> None:
    for name in ("bogdan", "Bogdan", "BOGDAN", "boGdan", " bogdan "):
        response = _try("wrong", name=name)
    assert response.status_code == 429


def test_another_address_and_another_name_stay_open(bogdan: Person, celina: Person) -> None:
    _lock()
    assert _try(PASSWORD, address="192.0.2.8").status_code == 302
    assert _try("wrong", name="celina").status_code == 200


def test_tries_while_it_is_locked_make_it_no_longer(bogdan: Person) -> None:
    _lock()
    until = locked_until("bogdan")
    _try("wrong")
    assert locked_until("bogdan") == until


def test_it_ends_by_itself(bogdan: Person) -> None:
    _lock()
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert locked_until("bogdan") is None
    assert _try(PASSWORD).status_code == 302


def test_the_right_password_forgets_the_wrong_ones(bogdan: Person) -> None:
    for _ in range(2):
        assert [_try("wrong").status_code for _ in range(4)] == [200] * 4
        assert _try(PASSWORD).status_code == 302


def test_a_link_opens_all_the_same(bogdan: Person) -> None:
    _lock()
    assert Client(REMOTE_ADDR="192.0.2.7").post(f"/enter/{link_create(bogdan)}")["Location"] == "/calls/"


def test_the_lock_is_written_down_once_with_its_address(bogdan: Person) -> None:
    _lock()
    _try("wrong")
    entry = AuditEntry.objects.get(verb="sign_in.locked")
    assert (entry.subject, entry.person, entry.details) == ("person bogdan", bogdan, {"address": "192.0.2.7"})


def test_no_password_is_kept_with_the_tries(bogdan: Person) -> None:
    _try("a slip of the finger")
    assert "slip" not in str(
        AccessAttempt.objects.values_list("post_data", "get_data", "http_accept", "path_info").get()
    )


def test_an_administrator_lifts_it(
    bogdan: Person, administrator: Person, signed_in: SignedIn, refused: Callable[..., Any]
) -> None:
    _lock()
    with refused("not_administrator"):
        lock_lift(bogdan, "bogdan")
    page = signed_in(administrator).get(f"/people/{bogdan.pk}/")
    assert b"Lift the lock" in page.content
    signed_in(administrator).post(f"/people/{bogdan.pk}/unlock")
    assert _try(PASSWORD).status_code == 302
    assert AuditEntry.objects.get(verb="sign_in.unlocked").person == administrator


def test_behind_a_proxy_the_callers_address_counts(bogdan: Person, settings: Any) -> None:
    settings.SAPA_PROXIES = 1
    told = {"username": "bogdan", "password": "wrong"}
    for _ in range(5):
        # What stands left of the proxy's own word is made up, and makes no new counter.
        forwarded = {"x-forwarded-for": f"{_}.1.1.1, 203.0.113.5"}
        response = Client(REMOTE_ADDR="127.0.0.1", headers=forwarded).post("/sign-in", told)
    assert response.status_code == 429
    assert Client(headers={"x-forwarded-for": "203.0.113.6"}).post("/sign-in", told).status_code == 200
