"""How django-allauth is bent to this house: nobody signs up, nothing is mailed, and single sign-on finds people who are
here already. Settings name the classes; our views call allauth's flows, never its pages."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from sapa.accounts.addresses import address_of
from sapa.accounts.models import Person
from sapa.accounts.recent import is_recent, sign_in_confirm
from sapa.audit.services import audit_write


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # the vendor gives no types
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Wrong passwords are counted by `lock_out` alone: two counters would give two answers."""

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Our views say what happened, in our words."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """This program sends no mail."""

    def login(self, request: HttpRequest, user: Person) -> None:
        super().login(request, user)
        sign_in_confirm(request)
        audit_write("person.signed_in", subject=f"person {user.username}"[:100], person=user)

    def post_login(self, request: HttpRequest, user: Person, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        return speak(response, user.language)

    def respond_user_inactive(self, request: HttpRequest, user: Person) -> HttpResponse:
        return redirect("sign-in")

    def get_client_ip(self, request: HttpRequest) -> str:
        return address_of(request)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        return not is_recent(context.request)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, str]]:
        return [{"id": "confirm", "description": "", "url": reverse("confirm")}]


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # as above
    def get_totp_issuer(self) -> str:
        return f"Sapa {context.request.get_host()}"

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: A002 (the base names it so)
        return _("Passkey")


_YEAR_S = 365 * 24 * 3600


def speak(response: HttpResponse, code: str) -> HttpResponse:
    """A person who chose a language before meets it again on this browser."""
    if code in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, code, max_age=_YEAR_S, samesite="Lax", secure=settings.SAPA_HTTPS
        )
    return response
