"""The call list: who sees which calls, filters, order, pages, and the rows that move."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils.html import escape
from pytest_django import DjangoAssertNumQueries

from sapa.accounts.models import Person
from sapa.calls.models import Call, Queue
from sapa.core.clock import now_at
from sapa.pipeline.models import StageRow, StageState
from sapa.scorecards.models import EvaluationRecord
from tests.fixtures.cast import SignedIn

LIST = "/calls/"


def add_calls(count: int, **values: object) -> list[Call]:
    at = now_at()
    start = Call.objects.count()
    return Call.objects.bulk_create(
        Call(source_key=f"test:{start + place}", started_at=at - timedelta(hours=place), created_at=at, **values)
        for place in range(count)
    )


def page(client: Client, query: str = "") -> str:
    response = client.get(LIST + query)
    assert response.status_code == 200
    return response.content.decode()


ODD = "<script>x</script> & \"y\" 'z'"


def test_names_are_shown_as_they_are_and_are_no_markup(bogdan: Person, signed_in: SignedIn) -> None:
    queue = Queue.objects.create(name=ODD)
    names = {"agent_name": ODD, "customer_name": ODD, "customer_number": ODD, "language": "<b>\"'&"}
    add_calls(1, queue=queue, **names)
    add_calls(1, file_name=ODD)
    shown = page(signed_in(bogdan))
    assert "<script>x" not in shown
    assert "<b>&quot;" not in shown
    rows = shown[shown.index("<tbody") :]
    assert rows.count(escape(ODD)) == 5


def test_the_first_page_leads_to_the_list(bogdan: Person, signed_in: SignedIn) -> None:
    assert signed_in(bogdan).get("/")["Location"] == LIST


def test_it_shows_a_call_with_what_was_found(call: Call, bogdan: Person, signed_in: SignedIn) -> None:
    shown = page(signed_in(bogdan))
    for words in ("Robert Johnson", "+77015550101", "Aigerim", "cards", "0:34", "Inbound", f"/calls/{call.pk}/"):
        assert words in shown


def test_an_agent_sees_her_own_calls_only(call: Call, aigerim: Person, signed_in: SignedIn) -> None:
    add_calls(1, agent_name="Somebody else")
    shown = page(signed_in(aigerim))
    assert "Robert Johnson" in shown
    assert "Somebody else" not in shown


def test_a_reviewer_without_calls_is_told_neither_to_add_any_nor_to_wait_for_own(
    celina: Person, signed_in: SignedIn
) -> None:
    shown = page(signed_in(celina))
    assert "No calls yet" in shown
    assert "Drop a recording" not in shown
    assert "name you as their agent" not in shown


def test_outsider_is_told_that_a_role_is_missing(call: Call, daniyar: Person, signed_in: SignedIn) -> None:
    shown = page(signed_in(daniyar))
    assert "You have no role yet" in shown
    assert "Robert Johnson" not in shown


def test_an_empty_list_says_what_to_do(bogdan: Person, signed_in: SignedIn) -> None:
    assert "sapa ingest" in page(signed_in(bogdan))


@pytest.mark.parametrize(
    "query",
    ["?q=robert", "?q=%2B7+(701)+555", "?direction=inbound", "?agent=Aigerim", "?queue=cards", "?state=done",
     "?period=dates&from=2026-03-09&to=2026-03-09"],
)  # fmt: skip
def test_a_filter_keeps_what_matches(call: Call, bogdan: Person, signed_in: SignedIn, query: str) -> None:
    add_calls(1, agent_name="Other", direction="outbound")
    StageRow.objects.create(
        call=Call.objects.get(agent_name="Other"), stage="recording", state=StageState.WAITING, opened_at=now_at()
    )
    shown = page(signed_in(bogdan), query)
    assert f"call-{call.pk}" in shown
    assert 'role="row" id="call-' in shown
    assert shown.count('role="row" id="call-') == 1


def test_it_filters_by_verdict(call: Call, bogdan: Person, signed_in: SignedIn) -> None:
    verdict = EvaluationRecord.objects.get(call=call).verdict
    other = "undecided" if verdict != "undecided" else "successful"
    assert f"call-{call.pk}" in page(signed_in(bogdan), f"?verdict={verdict}")
    assert "No call matches" in page(signed_in(bogdan), f"?verdict={other}")


@pytest.mark.parametrize(
    "query", ["?page=0", "?page=-1", "?page=99999999", "?page=x", "?sort=nonsense", "?verdict=x", "?from=2026-99-99",
              "?period=dates&to=9999-12-31", "?q=%00", "?line=nonsense"]
)  # fmt: skip
def test_nonsense_in_the_address_is_no_filter(call: Call, bogdan: Person, signed_in: SignedIn, query: str) -> None:
    assert signed_in(bogdan).get(LIST + query).status_code == 200


@pytest.mark.parametrize(
    "key",
    ["time", "direction", "agent", "customer", "queue", "duration", "language", "state", "cqr", "verdict", "tags"],
)
def test_every_column_sorts_both_ways(call: Call, bogdan: Person, signed_in: SignedIn, key: str) -> None:
    add_calls(2)
    client = signed_in(bogdan)
    assert 'aria-sort="ascending"' in page(client, f"?sort={key}")
    assert 'aria-sort="descending"' in page(client, f"?sort=-{key}&direction=&q=")


def test_sorting_puts_the_unknown_last(call: Call, bogdan: Person, signed_in: SignedIn) -> None:
    short = add_calls(1, duration_s=3.0)[0]
    unknown = add_calls(1)[0]
    shown = page(signed_in(bogdan), "?sort=duration")
    places = [shown.index(f'id="call-{one.pk}"') for one in (short, call, unknown)]
    assert places == sorted(places)


def test_an_old_address_of_a_page_by_number_leads_to_the_first(bogdan: Person, signed_in: SignedIn) -> None:
    add_calls(61)
    assert "61 calls · 1–50" in page(signed_in(bogdan), "?page=2")


def test_htmx_gets_the_table_alone(call: Call, bogdan: Person, signed_in: SignedIn) -> None:
    response = signed_in(bogdan).get(LIST + "?q=robert", headers={"hx-request": "true"})
    assert b"<html" not in response.content
    assert response["HX-Push-Url"] == LIST + "?q=robert"
    assert "HX-Request" in response["Vary"]


def test_moving_rows_ask_again_until_they_are_done(call: Call, bogdan: Person, signed_in: SignedIn) -> None:
    StageRow.objects.filter(call=call, stage="grade").update(state=StageState.RUNNING)
    client = signed_in(bogdan)
    assert f"?line={call.pk}" in page(client)
    moving = page(client, f"?line={call.pk}")
    StageRow.objects.filter(call=call).update(state=StageState.DONE)
    done = page(client, f"?line={call.pk}")
    assert "every 2s" in moving
    assert f'id="call-{call.pk}" hx-swap-oob="true"' in done
    assert "every 2s" not in done


def test_rows_of_others_are_not_told(call: Call, daniyar: Person, signed_in: SignedIn) -> None:
    assert "Robert" not in page(signed_in(daniyar), f"?line={call.pk}")


def test_the_list_needs_signing_in(call: Call) -> None:
    assert Client().get(LIST).status_code == 302


def test_the_number_of_queries_does_not_grow_with_calls(
    bogdan: Person, signed_in: SignedIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    add_calls(40)
    client = signed_in(bogdan)
    with django_assert_max_num_queries(18):
        page(client)
