"""The search of a large log: what it asks of each call that it meets, and what it looks for when it met none."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from sapa.calls import log_counting, log_page
from sapa.calls.log_conditions import log_calls
from sapa.calls.log_orders import by_measure, by_time
from sapa.calls.models import Call
from sapa.core.clock import now_at
from sapa.desk import call_search
from sapa.desk.call_search import text_is_in

pytestmark = pytest.mark.django_db
FOUND = {
    "aigerim": 4, "7701555": 6, "+7 (701) 555-00": 2, "00-00": 2, "anon": 2, "olga": 2, "talk-": 1,
    "17000": 12, "99999": 0, "zzz": 0, "50%": 0, "_": 0, "м": 2,
}  # fmt: skip


@pytest.fixture(autouse=True)
def calls() -> list[Call]:
    """Twelve, of agents, numbers and names that repeat; one has a file."""
    return Call.objects.bulk_create(
        Call(
            source_key=f"id:17000{place:02}.1", started_at=now_at(), created_at=now_at(), talk_s=place,
            agent_name=("Aigerim", "Bogdan", "")[place % 3],
            customer_number=("+77015550101", "7701555", "+77015550000", "anonymous", "", "+7701 555")[place % 6],
            customer_name=("", "", "Olga", "", "Дмитрий", "")[place % 6],
            file_name="talk-1.wav" if place == 7 else "",
        )
        for place in range(12)
    )  # fmt: skip


@pytest.mark.parametrize(("text", "count"), FOUND.items(), ids=FOUND)
def test_what_is_asked_of_each_call_and_what_is_looked_for_mean_the_same(text: str, count: int) -> None:
    condition = text_is_in(text, is_small=False)
    assert condition.seek is not None
    sought = condition.seek()
    assert sought is not None
    assert sought.lead is not None
    asked, led = (set(log_calls().filter(form).values_list("pk", flat=True)) for form in (condition.check, sought.lead))
    assert asked == led
    assert len(led) == count
    assert sought.size(1_000) >= count


@pytest.mark.parametrize("text", ["7701555", "olga", "17000"])
def test_where_too_much_would_be_told_no_index_leads(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(call_search, "MOST_TOLD", 0)
    condition = text_is_in(text, is_small=False)
    assert condition.seek is None or condition.seek() is None
    assert log_calls().filter(condition.check).count() == FOUND[text]


@pytest.mark.parametrize("order", [by_time(), by_measure("talk", is_descending=True)], ids=lambda order: order.name)
@pytest.mark.parametrize(("text", "count"), FOUND.items(), ids=FOUND)
def test_a_page_of_what_lies_too_thin_to_walk_for_is_whole(
    text: str, count: int, order: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_counting, "WALKED", 1)
    for name in ("MOST_WALKED", "MOST_WALKED_IN_TIME", "LEAST_WALKED"):
        monkeypatch.setattr(log_page, name, 1)
    conditions = [text_is_in(text, is_small=False)]
    page = log_page.log_page(conditions, order, None, 50, counted=log_counting.log_count(conditions))
    ids: set[UUID] = set(page.ids)
    assert len(page.ids) == len(ids) == count
