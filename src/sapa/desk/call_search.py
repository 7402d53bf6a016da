"""The search of the call list: in numbers and names; and where names of files and of the phone system begin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Func, Q, QuerySet, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from sapa.calls.agent_names import agent_names
from sapa.calls.log_conditions import Condition, Unled, begins_with, unled
from sapa.calls.models import Call

MOST_TOLD = 1_000
"""Numbers, names or calls that are told to the database one by one."""
_LEAST_DIGITS = 3  # of a number that is looked for in the middle of numbers


def text_is_in(text: str, *, is_small: bool) -> Condition:
    """`is_small`: whoever asks sees few enough calls for all of each to be searched."""
    wanted = text.casefold()
    agents = [name for name in agent_names() if wanted in name.casefold()]
    found = unled(Q(agent_name__in=agents)) | _number_holds(text, Unled(F("customer_number")))
    if is_small:
        rest = Q(file_name__icontains=text) | Q(external_id__icontains=text)
        return Condition(found | rest | unled(Q(customer_name__icontains=text)))
    if _has_letters(text):
        found |= unled(_name_holds(text))
    begun = _begun(text)
    if begun is None:
        for field, start in _beginnings(text):
            found |= Q(pk__in=Call.objects.order_by().filter(begins_with(field, start)).values("pk"))
        return Condition(found)
    check = found | Q(pk__in=begun)
    return Condition(check, seek=partial(_sought, text, Condition(check), agents, begun))


def _sought(text: str, condition: Condition, agents: Sequence[str], begun: Sequence[UUID]) -> Condition | None:
    """The different numbers and names that hold the text are few where few calls fit, and are found in an index of
    nothing else, a quarter of the time that all facts take. None where there are many."""
    calls = Call.objects.order_by()
    numbers = _different("customer_number", _number_holds(text, F("customer_number")))
    names = _different("customer_name", _name_holds(text)) if _has_letters(text) else []
    if len(numbers) > MOST_TOLD or len(names) > MOST_TOLD:
        return None
    told: list[UUID] = list(begun)
    if names:
        named = calls.filter(customer_name__gt="", customer_name__in=names)
        told += named.values_list("pk", flat=True)[: MOST_TOLD + 1]
    if len(told) > MOST_TOLD:
        return None
    parts = (Q(agent_name__in=agents), Q(customer_number__in=numbers), Q(pk__in=told))
    by_agent, by_number, by_id = (calls.filter(part) for part in parts)
    entries: tuple[QuerySet[Any, Any], ...] = (
        by_agent.values("agent_name"),
        by_number.values("customer_number"),
        by_id.values("pk"),
    )
    return replace(condition, lead=parts[0] | parts[1] | parts[2], entries=entries)


def _different(field: str, holds: Q) -> list[str]:
    """One more than may be told where there are more."""
    found = Call.objects.order_by().filter(holds).values_list(field, flat=True).distinct()
    return list(found[: MOST_TOLD + 1])


def _begun(text: str) -> list[UUID] | None:
    """Calls whose file or name in the phone system begins so; None where there are many."""
    found: list[UUID] = []
    for field, start in _beginnings(text):
        calls = Call.objects.order_by().filter(begins_with(field, start))
        found += calls.values_list("pk", flat=True)[: MOST_TOLD + 1]
    return found if len(found) <= MOST_TOLD else None


def _beginnings(text: str) -> tuple[tuple[str, str], ...]:
    return (("file_name", text), ("source_key", f"id:{text}"))


def _name_holds(text: str) -> Q:
    return Q(customer_name__gt="") & Q(customer_name__icontains=text)


def _number_holds(text: str, column: F | Func) -> Q:
    """As it was typed; and its digits alone, so that "+7 (701) 555" finds 7701555…"""
    found = _holds(text, column)
    digits = "".join(sign for sign in text if sign.isdigit())
    if not _has_letters(text) and len(digits) >= _LEAST_DIGITS and digits != text:
        found |= _holds(digits, column)
    return found


def _holds(text: str, column: F | Func) -> Q:
    """SQLite finds what has no upper case in half the time that its LIKE takes."""
    if connection.vendor == "sqlite" and not _has_letters(text):
        return Q(GreaterThan(StrIndex(column, Value(text)), 0))
    found = Q(customer_number__contains=text)
    return unled(found) if isinstance(column, Unled) else found


def _has_letters(text: str) -> bool:
    return any(sign.isalpha() for sign in text)
