"""Who gets what: every address, every method it takes, every kind of person, in one table.

A page alone cannot show that something was forgotten. Here the addresses are walked, so one that nobody thought about
has no row and fails; and what is refused must leave the database exactly as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.db import transaction
from django.http import HttpResponseBase

from sapa.config.tests.access_asking import Answer, addresses, ask, contents
from sapa.config.tests.access_sent import ASKED_WITH, SENT, SENT_AS_JSON
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
from sapa.config.tests.access_world import ARRANGED, World, arrange


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
            arrange(row, world.call)
            wrong = _wrong_in(row, world)
            transaction.set_rollback(True)
            assert not wrong, "\n".join(wrong)


def _wrong_in(row: Row, world: World) -> list[str]:
    before = contents()
    return [
        problem
        for method in row.methods
        for who in row.expected
        for problem in _wrong_with(row, method, who, ask(world, world.client(who, row.by), row.route, method, before))
    ]


def _asks_to_sign_in(view: Callable[..., HttpResponseBase]) -> bool:
    return bool(getattr(view, "login_required", True))


def _methods_listed(route: str) -> set[str]:
    return {method for row in ROWS if row.route == route for method in row.methods}


def test_every_address_has_its_rows_and_every_row_its_address() -> None:
    there, listed = set(addresses()), {row.route for row in ROWS}
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
    before, taken = contents(), []
    for route in {row.route for row in ROWS}:
        client = world.client("nobody" if route == "sign-in" else "admin", "session")
        for method in set(METHODS) - _methods_listed(route):
            answer = ask(world, client, route, method, before)
            if answer.status != "405" or answer.changed:
                taken.append(f"{method} {route}: {answer.status}; say in TABLE of {HERE} who gets what by it")
    assert not taken, "\n".join(sorted(taken))


def test_whoever_is_not_signed_in_is_sent_to_sign_in_but_for_the_listed(world: World) -> None:
    there = addresses()
    open_to_all = {route for route, views in there.items() if not all(map(_asks_to_sign_in, views))}
    assert open_to_all == NO_SIGN_IN, f"whoever comes in without signing in is listed in NO_SIGN_IN of {HERE}"
    before = contents()
    let_in = [
        f"{method} {route}"
        for route in there.keys() - NO_SIGN_IN
        for method in METHODS
        if ask(world, world.client("nobody", "session"), route, method, before) != Answer("in", b"", frozenset())
    ]
    assert not let_in, "\n".join(sorted(let_in))


def test_a_session_changes_nothing_without_the_token_of_its_form(world: World) -> None:
    """A page of another site can send a form with the cookie, and not with the token."""
    before = contents()
    done = [
        f"{method} {row.route}: {answer.status} {sorted(answer.changed)}"
        for row in ROWS
        if row.by == "session"
        for method in set(row.methods) - LOOKS
        for answer in [ask(world, world.client("admin", "bare"), row.route, method, before)]
        if answer.status != "403" or answer.changed
    ]
    assert not done, "\n".join(sorted(done))


def test_looking_changes_what_the_list_says(world: World) -> None:
    """An exception that is none any more would hide the next change."""
    for (route, method), models in CHANGED_BY_LOOKING.items():
        with transaction.atomic():
            if route in ARRANGED:
                ARRANGED[route](world.call)
            assert ask(world, world.client("bogdan", "session"), route, method, contents()).changed == models, route
            transaction.set_rollback(True)
