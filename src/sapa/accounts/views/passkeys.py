"""Adding, naming and removing passkeys, and what the browser is asked before it shows one."""

from __future__ import annotations

from allauth.account.stages import LoginStageController
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.webauthn.internal.flows import add_authenticator, remove_authenticator
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from sapa.accounts.forms import NewPasskeyForm
from sapa.accounts.models import Person
from sapa.accounts.passkeys import asked_for_new, asked_of_browser, is_passkey_right, passkey_of, passkey_rename
from sapa.accounts.recent import recent_sign_in_required
from sapa.accounts.second_factor import second_factor_audit
from sapa.accounts.selectors import acting_person


@login_not_required
@require_POST
@never_cache
def passkey_begin(request: HttpRequest) -> HttpResponse:
    """For the browser's own dialogue, which takes JSON: to sign in, as the second factor, or to confirm."""
    if isinstance(request.user, Person):
        return JsonResponse(asked_of_browser(request.user))
    stage = LoginStageController.enter(request, AuthenticateStage.key) if request.POST.get("for") == "second" else None
    return JsonResponse(asked_of_browser(stage.login.user if stage else None))


@require_POST
@never_cache
@recent_sign_in_required
def passkey_begin_new(request: HttpRequest) -> HttpResponse:
    return JsonResponse(asked_for_new(acting_person(request)))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@recent_sign_in_required
def passkey_new(request: HttpRequest) -> HttpResponse:
    person = acting_person(request)
    if request.method != "POST":
        return render(request, "accounts/passkey_new.html", {"name": _("Passkey")})
    form = NewPasskeyForm(request.POST, user=person)
    if not is_passkey_right(form):
        context = {"name": request.POST.get("name", ""), "is_wrong": True}
        return render(request, "accounts/passkey_new.html", context, status=400)
    with transaction.atomic():
        made = add_authenticator(request, form.cleaned_data["name"], form.cleaned_data["credential"])[1]
        second_factor_audit("passkey.added", person, name=form.cleaned_data["name"])
    messages.success(request, _("The passkey is added."))
    return redirect("account-recovery" if made else "account")


@require_POST
@recent_sign_in_required
def passkey_name(request: HttpRequest, key_id: int) -> HttpResponse:
    if not passkey_rename(acting_person(request), key_id, request.POST.get("name", "")):
        raise Http404
    messages.success(request, _("Saved."))
    return redirect("account")


@require_POST
@recent_sign_in_required
def passkey_remove(request: HttpRequest, key_id: int) -> HttpResponse:
    person = acting_person(request)
    row = passkey_of(person, key_id)
    if row is None:
        raise Http404
    with transaction.atomic():
        name = row.wrap().name
        remove_authenticator(request, row)
        second_factor_audit("passkey.removed", person, name=name)
    messages.success(request, _("The passkey is removed."))
    return redirect("account")
