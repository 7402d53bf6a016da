"""Which pages of the log `make bench-log` asks for, and as whom."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.test import Client

from sapa.accounts.models import Person
from sapa.accounts.services import token_create
from sapa.calls.log_orders import Cursor, by_measure, by_text, by_time
from sapa.calls.models import Call
from sapa.desk.filters import SORT_KEYS
from tests.bench.call_log import Case
from tests.bench.call_log_rows import ENDS_AT, agent_name, queue_name

PEOPLE = ("administrator", "supervisor", "scoped", "agent", "reviewer", "team reviewer")
_DAY = (ENDS_AT - timedelta(days=360)).date().isoformat()
_MONTH = f"period=dates&from={(ENDS_AT - timedelta(days=330)).date()}&to={(ENDS_AT - timedelta(days=300)).date()}"
FILTERS = {
    "inbound": "direction=inbound", "internal": "direction=internal", "direction unknown": "direction=unknown",
    "agent": f"agent={agent_name(500)}", "busy agent": f"agent={agent_name(0)}",
    "big queue": f"queue={queue_name(1)}", "small queue": f"queue={queue_name(20)}", "no such queue": "queue=none",
    "team": "team=Team 07", "abandoned": "result=abandoned", "voicemail": "result=voicemail",
    "ended by agent": "ended_by=agent", "ended by system": "ended_by=system", "transferred": "moved=yes",
    "not transferred": "moved=no", "successful": "verdict=successful", "undecided": "verdict=undecided",
    "done": "state=done", "failed": "state=failed", "waiting": "state=waiting", "no recording": "state=none",
    "recording missing": "state=missing", "talk over 30 min": "talk_from=30:00", "talk under 10 s": "talk_to=0:10",
    "wait over 5 min": "wait_from=5:00", "hold over 5 min": "hold_from=5:00", "CQR under 20": "cqr_to=20",
    "CQR over 80": "cqr_from=80", "a day a year ago": f"period=dates&from={_DAY}&to={_DAY}", "a month": _MONTH,
    "number begins": "number=%2B77010000", "rare number": "number=%2B77012345", "number in the middle": "q=000012",
    "number that is not": "q=99999998888", "name": "q=agent 07", "text that is not": "q=zzzzzz",
}  # fmt: skip
HARD = {
    "small queue, voicemail": f"queue={queue_name(20)}&result=voicemail",
    "internal, voicemail, by system": "direction=internal&result=voicemail&ended_by=system",
    "outbound by wait": "direction=outbound&sort=-wait", "abandoned by talk": "result=abandoned&sort=-talk",
    "internal by hold": "direction=internal&sort=-hold", "transferred by talk, up": "moved=yes&sort=talk",
    "big queue by wait": f"queue={queue_name(1)}&sort=-wait", "agent by CQR": f"agent={agent_name(500)}&sort=-cqr",
    "team by CQR": "team=Team 07&sort=-cqr", "month by talk": f"{_MONTH}&sort=-talk",
    "month, internal, by hold": f"{_MONTH}&direction=internal&sort=-hold",
    "day, outbound, by CQR": f"period=dates&from={_DAY}&to={_DAY}&direction=outbound&sort=cqr",
    "unknown direction by talk": "direction=unknown&sort=-talk",
    "day by verdict": f"period=dates&from={_DAY}&sort=verdict",
    "undecided, internal, by talk": "verdict=undecided&direction=internal&sort=-talk",
}  # fmt: skip


def clients() -> dict[str, Client]:
    settings.ALLOWED_HOSTS = ["testserver"]
    found = {}
    for name in PEOPLE:
        found[name] = Client()
        found[name].force_login(Person.objects.get(username=name))
    token = token_create(Person.objects.get(username="supervisor"), label="bench")
    found["program"] = Client(headers={"Authorization": f"Bearer {token}"})
    return found


def cases() -> Iterator[Case]:
    sorts = {f"by {key}{', down' if sign else ''}": f"sort={sign}{key}" for key in SORT_KEYS for sign in ("", "-")}
    for person in PEOPLE:
        yield Case(person, "first page", "/calls/", is_asked_by_screen=False)
        for name, cursor in _cursors().items():
            yield Case(person, name, f"/calls/?sort={cursor.order}&after={cursor.as_text()}")
    for person in ("supervisor", "scoped", "agent"):
        for name, query in (sorts | FILTERS | HARD).items():
            yield Case(person, name, f"/calls/?{query}")
    for person in ("reviewer", "team reviewer"):
        for name in ("by cqr, down", "by talk, down"):
            yield Case(person, name, f"/calls/?{sorts[name]}")
    yield Case("program", "API, first page", "/api/v1/calls?limit=50", is_asked_by_screen=False)
    deep = _cursors()["deep page"].as_text()
    yield Case("program", "API, deep page", f"/api/v1/calls?limit=50&cursor={deep}", is_asked_by_screen=False)


def _cursors() -> dict[str, Cursor]:
    """The second page, and deep ones: past nine tenths of all calls, and in the middle of other orders."""
    newest, count = Call.objects.order_by("-started_at", "id"), Call.objects.count()
    found = {}
    for name, place in (("second page", 49), ("deep page", count * 9 // 10)):
        at, call_id = newest.values_list("started_at", "id")[place]
        found[name] = Cursor(by_time().name, True, (at, call_id), place + 1)
    at, call_id, talk, agent = newest.exclude(agent_name="").values_list("started_at", "id", "talk_s", "agent_name")[
        count // 2
    ]
    found["deep by talk"] = Cursor(by_measure("talk", is_descending=True).name, True, (talk, at, call_id), count // 4)
    order = by_text("agent", "agent_name", is_descending=False)
    found["deep by agent"] = Cursor(order.name, True, (agent, at, call_id), count // 4)
    found["talk unknown"] = Cursor(by_measure("talk", is_descending=False).name, False, (at, call_id), count // 4)
    return found
