"""What an administrator does to somebody's sign-in: end it everywhere, reset the second factor, lift the lock."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sapa.accounts.lock_out import lock_lift
from sapa.accounts.recent import recent_sign_in_required
from sapa.accounts.second_factor import second_factor_reset
from sapa.accounts.sessions import places_end
from sapa.desk.views.people import administrator_of, person_of


@require_POST
@recent_sign_in_required
def person_sign_out(request: HttpRequest, person_id: int) -> HttpResponse:
    actor, person = administrator_of(request), person_of(person_id)
    places_end(actor, person.username)
    messages.success(request, _("%(name)s is signed out everywhere.") % {"name": person})
    return redirect("person", person.pk)


@require_POST
@recent_sign_in_required
def person_second_factor(request: HttpRequest, person_id: int) -> HttpResponse:
    actor, person = administrator_of(request), person_of(person_id)
    second_factor_reset(actor, person.username)
    messages.success(request, _("The second factor of %(name)s is reset.") % {"name": person})
    return redirect("person", person.pk)


@require_POST
@recent_sign_in_required
def person_unlock(request: HttpRequest, person_id: int) -> HttpResponse:
    actor, person = administrator_of(request), person_of(person_id)
    lock_lift(actor, person.username)
    messages.success(request, _("The lock of %(name)s is lifted.") % {"name": person})
    return redirect("person", person.pk)
