"""The audit trail, for administrators: who heard, changed and exported what; and a table of it to take away."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from sapa.accounts.models import Person
from sapa.accounts.selectors import acting_person, people
from sapa.audit.export import csv_lines
from sapa.audit.selectors import entry_stream
from sapa.audit.services import audit_write
from sapa.core.clock import now_at
from sapa.desk.sheets.audit import NOBODY, asked_from, audit_chain, audit_page
from sapa.desk.wording.acts import GROUPS


@require_safe
@never_cache
def audit_list(request: HttpRequest) -> HttpResponse:
    reader = _administrator(request)
    asked = asked_from(request.GET)
    context = {
        "page": audit_page(reader, asked, before=_row_id(request, "before"), after=_row_id(request, "after")),
        "chain": audit_chain(),
        "asked": asked,
        "people": [
            (NOBODY, _("Sapa or the command line")),
            *((one.username, one) for one in people().prefetch_related(None)),
        ],
        "groups": GROUPS,
    }
    return render(request, "desk/audit/list.html", context)


@require_POST
def audit_export(request: HttpRequest) -> StreamingHttpResponse:
    """Everything that the filter finds, as CSV. That somebody took it is written first."""
    reader = _administrator(request)
    asked = asked_from(request.POST)
    audit_write("audit.exported", subject="audit", person=reader, form="csv", filter=asked.pairs())
    response = StreamingHttpResponse(csv_lines(entry_stream(asked.as_filter())), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="audit-{now_at():%Y%m%d-%H%M%S}.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


def _administrator(request: HttpRequest) -> Person:
    """Anybody else is told that there is no such page."""
    person = acting_person(request)
    if not person.is_administrator:
        raise Http404
    return person


def _row_id(request: HttpRequest, name: str) -> int | None:
    given = request.GET.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None
