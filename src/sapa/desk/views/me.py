"""An agent's own page: what people said of one's calls, what was praised, what to work on, and how it goes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sapa.accounts.selectors import acting_person, pbx_names_of
from sapa.desk.sheets.consultation import entry_of
from sapa.desk.sheets.me import me_sheet
from sapa.reviews.selectors import reviews_about

MOST_READ = 300  # of the newest; each is put together with its form


@require_safe
@never_cache
def me(request: HttpRequest) -> HttpResponse:
    person = acting_person(request)
    names = pbx_names_of(person)
    about = reviews_about(person, names)[:MOST_READ] if names else []
    context = {"sheet": me_sheet(about), "names": names, **entry_of(person)}
    return render(request, "desk/review/me.html", context)
