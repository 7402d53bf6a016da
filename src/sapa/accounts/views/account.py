"""One's own account: password, second factor, passkeys, and where one is signed in."""

from __future__ import annotations

from typing import Any

from allauth.mfa.adapter import get_adapter as factor_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.flows import generate_recovery_codes
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.flows import activate_totp, deactivate_totp
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sapa.accounts.errors import PasswordWeak
from sapa.accounts.forms import PasswordForm
from sapa.accounts.recent import recent_sign_in_required
from sapa.accounts.second_factor import (
    drawing_of,
    has_second_factor,
    recovery_codes_of,
    second_factor_audit,
    second_factor_of,
)
from sapa.accounts.selectors import acting_person
from sapa.accounts.sessions import other_places_end, password_change, place_end, places_of


@require_safe
@never_cache
def account(request: HttpRequest) -> HttpResponse:
    person = acting_person(request)
    context = {
        "factor": second_factor_of(person),
        "places": places_of(person, request.session.session_key),
        "has_password": person.has_usable_password(),
        "is_demanded": settings.SAPA_ADMINISTRATOR_SECOND_FACTOR and person.is_administrator,
    }
    return render(request, "accounts/account.html", context)


@sensitive_post_parameters("password", "password_again")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@recent_sign_in_required
def password(request: HttpRequest) -> HttpResponse:
    """Another one, or the first for who came by a link or single sign-on."""
    person = acting_person(request)
    form = PasswordForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"has_password": person.has_usable_password()}
    if request.method != "POST":
        return render(request, "accounts/password.html", context)
    if not form.is_valid() or form.differs:
        context["problems"] = [_("The two passwords differ.")] if form.is_valid() else [_("Give the password twice.")]
        return render(request, "accounts/password.html", context, status=400)
    try:
        password_change(request, person, form.cleaned_data["password"])
    except PasswordWeak as exc:
        return render(request, "accounts/password.html", {**context, "problems": exc.reasons}, status=400)
    messages.success(request, _("The password is set. You are signed out everywhere else."))
    return redirect("account")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@recent_sign_in_required
def codes(request: HttpRequest) -> HttpResponse:
    """Turn on the codes of an app: the secret as a drawing, and the first code as the proof."""
    person = acting_person(request)
    if second_factor_of(person).has_codes:
        return redirect("account")
    form = ActivateTOTPForm(request.POST if request.method == "POST" else None, user=person)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            made = activate_totp(request, form)[1]
            second_factor_audit("second_factor.codes_on", person)
        messages.success(request, _("Codes of an app are on."))
        return redirect("account-recovery" if made else "account")
    address = factor_adapter().build_totp_url(person, form.secret)
    secret = " ".join(form.secret[at : at + 4] for at in range(0, len(form.secret), 4))
    context = {"drawing": drawing_of(address), "secret": secret, "is_wrong": request.method == "POST"}
    return render(request, "accounts/codes.html", context)


@require_POST
@recent_sign_in_required
def codes_off(request: HttpRequest) -> HttpResponse:
    person = acting_person(request)
    row = Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).first()
    if row is not None:
        with transaction.atomic():
            deactivate_totp(request, row)
            second_factor_audit("second_factor.codes_off", person)
        messages.success(request, _("Codes of an app are off."))
    return redirect("account")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@recent_sign_in_required
def recovery(request: HttpRequest) -> HttpResponse:
    """The codes that are left; a POST makes new ones, and the old ones end."""
    person = acting_person(request)
    if not has_second_factor(person):
        return redirect("account")
    if request.method == "POST":
        with transaction.atomic():
            generate_recovery_codes(request)
            second_factor_audit("second_factor.recovery_made", person)
        messages.success(request, _("New recovery codes are made; the old ones open nothing any more."))
        return redirect("account-recovery")
    return render(request, "accounts/recovery.html", {"codes": recovery_codes_of(person)})


@require_POST
@recent_sign_in_required
def session_end(request: HttpRequest, session_id: int) -> HttpResponse:
    if not place_end(acting_person(request), session_id):
        raise Http404
    messages.success(request, _("Signed out there."))
    return redirect("account")


@require_POST
@recent_sign_in_required
def sessions_end(request: HttpRequest) -> HttpResponse:
    """All but this one."""
    other_places_end(request, acting_person(request))
    messages.success(request, _("You are signed out everywhere else."))
    return redirect("account")
