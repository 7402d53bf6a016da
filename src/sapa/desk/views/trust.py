"""How far the machine's marks can be trusted, criterion by criterion, by what people said blind of the same calls."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sapa.accounts.selectors import acting_person
from sapa.calls.selectors import calls_visible_to
from sapa.desk.sheets.trust import trust_sheets
from sapa.reviews.agreement import LEAST_AGREEMENT_LOW, LEAST_ALPHA, LEAST_CALLS
from sapa.reviews.trust import trust_by_criterion


@require_safe
@never_cache
def trust(request: HttpRequest) -> HttpResponse:
    person = acting_person(request)
    if not person.may_manage:
        raise Http404
    context = {
        "cards": trust_sheets(trust_by_criterion(calls_visible_to(person))),
        "least_calls": LEAST_CALLS,
        "least_low_pct": LEAST_AGREEMENT_LOW * 100,
        "least_alpha": LEAST_ALPHA,
    }
    return render(request, "desk/review/trust.html", context)
