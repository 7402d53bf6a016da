"""The orders of the call list. Those that an index carries hold for any number of calls, the others for some."""

from __future__ import annotations

from django.db.models import Case, Count, F, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact

from sapa.accounts.models import Person
from sapa.analytics.models import CallTag
from sapa.calls.log_conditions import Unled
from sapa.calls.log_orders import Column, Order, by_measure, by_text, by_time, by_value
from sapa.calls.models import MEASURES
from sapa.desk.call_conditions import newest_evaluation
from sapa.desk.filters import CallFilter
from sapa.pipeline.models import StageRow, StageState
from sapa.reviews.selectors import evaluations_shown_to, is_blind
from sapa.transcripts.models import TranscriptRecord

FOR_FEW = frozenset({"direction", "queue", "language", "state", "verdict", "tags"})
"""What has few values is filtered by rather than sorted by; no index is kept for it."""
MOST_SORTED = 3_000  # calls, for which such a value is worked out within a page's time
_FIRST = (StageState.FAILED, StageState.RUNNING, StageState.WAITING)  # of several stages the state that is told


def order_of(person: Person, wanted: CallFilter, *, is_few: bool) -> Order:
    """With many calls, the newest first instead of an order that is for few."""
    key, is_descending = wanted.sort_key, wanted.is_descending
    if key in MEASURES:
        return by_measure(key, is_descending=is_descending)
    if key == "agent":
        return by_text(key, "agent_name", is_descending=is_descending)
    if key == "customer" and not is_few:  # no index holds who has no name by the number
        return by_text(key, "customer_number", is_descending=is_descending)
    if key == "cqr":
        return _by_cqr(person, is_descending=is_descending)
    if is_few and key in FOR_FEW | {"customer"}:
        return _by_value(person, key, is_descending=is_descending)
    return by_time(is_descending=is_descending or key != "time")


def _by_cqr(person: Person, *, is_descending: bool) -> Order:
    """Calls with the same CQR as they were graded; the way back is the same list backwards."""
    newest = newest_evaluation(person)
    walked = newest_evaluation(person, of="evaluations__call")  # so that each row of the index is asked, not each call
    is_newest = Q(Exact(Unled(F("evaluations__id")), Subquery(walked.values("pk")[:1])))
    known = Q(evaluations__cqr_pct__isnull=False) & is_newest
    if is_blind(person):  # few are shown; told one by one, these are gone through and not all that there are
        known &= Q(evaluations__in=list(evaluations_shown_to(person).values_list("pk", flat=True)))
    return Order(
        ("-" if is_descending else "") + "cqr",
        (
            Column("evaluations__cqr_pct", is_descending, float, "key_order", "key_order"),
            Column("evaluations__id", is_descending, int, "tie_order", "tie_order"),
        ),
        known=known,
        known_unled=Q(key_order__isnull=False),
        unknown=Q(key_order__isnull=True),
        unled={
            "key_order": Subquery(newest.values("cqr_pct")[:1]),
            "tie_order": Subquery(newest.values("pk")[:1]),
        },
        is_joined=True,
    )


def _by_value(person: Person, key: str, *, is_descending: bool) -> Order:
    if key == "direction":
        return by_value(key, F("direction"), str, is_descending=is_descending)
    if key == "customer":
        called = Case(When(customer_name__gt="", then=F("customer_name")), default=F("customer_number"))
        return by_value(key, called, str, is_descending=is_descending)
    if key == "queue":
        return by_value(key, F("queue__name"), str, is_descending=is_descending)
    if key == "language":
        heard = TranscriptRecord.objects.filter(call=OuterRef("pk")).values("language")[:1]
        return by_value(key, Coalesce(Subquery(heard), F("language")), str, is_descending=is_descending)
    if key == "verdict":
        verdict = Subquery(newest_evaluation(person).values("verdict")[:1])
        return by_value(key, verdict, str, is_descending=is_descending)
    if key == "state":
        return by_value(key, _line_state(), str, is_descending=is_descending)
    tags = CallTag.objects.filter(call=OuterRef("pk")).order_by().values("call").annotate(n=Count("pk")).values("n")
    count = Coalesce(Subquery(tags), Value(0), output_field=IntegerField())
    return by_value(key, count, int, is_descending=is_descending)


def _line_state() -> Subquery:
    """None where no stage was begun. Asked by the call alone: with a state, SQLite goes through all in that state."""
    before = Case(*(When(state=state, then=Value(place)) for place, state in enumerate(_FIRST)), default=Value(9))
    stages = StageRow.objects.filter(call=OuterRef("pk")).order_by(before)
    return Subquery(stages.values("state")[:1])
