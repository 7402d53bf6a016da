"""Rows of the call list, cell by cell, without a template's nodes: those of fifty rows took half the time of a page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from uuid import UUID

from django import template
from django.template.loader import get_template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from sapa.calls.models import MEASURES
from sapa.desk.selectors import CallRow
from sapa.desk.templatetags.desk import drawn, escaped, moment, or_dash, still
from sapa.desk.wording import figures

_NO_CALL = UUID(int=0)

register = template.Library()


@register.simple_tag
def call_row(row: CallRow, columns: Iterable[str], sort_key: str, *, is_swap: bool = False) -> SafeString:
    """One call, in the columns that the heading has. `is_swap`: to take the place of the row that is on screen."""
    cells = "".join(
        f'<td role="cell" class="{_class_of(key, sort_key)}">{escaped(_DRAWN[key](row))}</td>\n' for key in columns
    )
    return drawn(
        '<tr role="row" id="call-{}"{} class="{}">\n{}</tr>\n',
        str(row.id),
        mark_safe(' hx-swap-oob="true"') if is_swap else "",
        "" if row.line.is_settled else f"is-{row.line.state}",
        mark_safe(cells),  # noqa: S308 - each is escaped above
    )


def call_address(call_id: UUID) -> str:
    """A page has fifty; to work one out takes a tenth of a millisecond."""
    return _address_of_none().replace(str(_NO_CALL), str(call_id))


@cache
def _address_of_none() -> str:
    return reverse("call-detail", args=[_NO_CALL])


@cache
def _class_of(key: str, sort_key: str) -> str:
    return f"col-measure col-{key}{' is-sorted' if key == sort_key else ''}" if key in MEASURES else f"col-{key}"


def _time(row: CallRow) -> SafeString:
    id_, opens = str(row.id), call_address(row.id)
    return drawn('<a class="row-link" id="open-{}" href="{}">{}</a>', id_, opens, moment(row.started_at))


def _direction(row: CallRow) -> SafeString:
    return still("desk/_direction.html", direction=row.direction)


def _customer(row: CallRow) -> SafeString | str:
    if row.customer_name and row.customer_number:
        both = '<span>{}</span><span class="quiet number">{}</span>'
        return drawn(both, row.customer_name, row.customer_number)
    if row.customer_name:
        return drawn("<span>{}</span>", row.customer_name)
    if row.customer_number:
        return drawn('<span class="number">{}</span>', row.customer_number)
    return drawn('<span class="quiet file-name">{}</span>', row.file_name) if row.file_name else or_dash("")


def _language(row: CallRow) -> SafeString:
    return still("desk/call_list/_language.html", language=row.language)


def _state(row: CallRow) -> SafeString:
    if not row.line.is_settled:
        return mark_safe(get_template("desk/_line_state.html").render({"line": row.line}))  # noqa: S308 - it escapes
    return still("desk/_settled_state.html", is_begun=row.line.is_begun, sound=row.sound, result=row.result)


def _cqr(row: CallRow) -> SafeString | str:
    if not (row.verdict or row.people_verdict):
        return ""
    return still(
        "desk/call_list/_cqr.html", verdict=row.verdict, cqr_pct=row.cqr_pct, coverage_pct=row.coverage_pct,
        people_verdict=row.people_verdict, people_cqr_pct=row.people_cqr_pct,
    )  # fmt: skip


def _verdict(row: CallRow) -> SafeString:
    """Of one that was heard and not marked why; of one without a recording that stands where its processing would."""
    is_heard = row.line.is_begun and row.line.is_settled
    return still("desk/call_list/_verdict_cell.html", verdict=row.verdict, is_heard=is_heard, result=row.result)


def _tags(row: CallRow) -> SafeString | str:
    return still("desk/call_list/_tags.html", tag_count=row.tag_count) if row.tag_count else ""


def _measured(measure: str) -> Callable[[CallRow], str]:
    """A dash for what there was none of; a recording of no length is there."""

    def length(row: CallRow) -> str:
        value: float | None = getattr(row, f"{measure}_s")
        return figures.clock(value) if value or (value is not None and measure == "duration") else "–"

    return length


_DRAWN: dict[str, Callable[[CallRow], str]] = {
    "time": _time, "direction": _direction, "agent": lambda row: or_dash(row.agent_name), "customer": _customer,
    "queue": lambda row: or_dash(row.queue), "language": _language, "state": _state, "cqr": _cqr, "verdict": _verdict,
    "tags": _tags, **{measure: _measured(measure) for measure in MEASURES},
}  # fmt: skip
