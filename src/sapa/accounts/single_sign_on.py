"""Single sign-on finds people who are here already. A person is found once by the name they sign in with, which must be
the verified e-mail (or the user name, `SAPA_OIDC_CLAIM`) that the issuer tells; from then on by the issuer's own id for
them, so that a name given to somebody else there opens nothing here."""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from sapa.accounts.errors import (
    SingleSignOnFailed,
    SingleSignOnOther,
    SingleSignOnUnknown,
    SingleSignOnUnverified,
)
from sapa.accounts.models import Person
from sapa.accounts.second_factor import second_factor_audit

PROVIDER = "sso"


class SingleSignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # the vendor gives no types
    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def on_authentication_error(self, request: HttpRequest, provider: Any, **kwargs: Any) -> None:
        """Raises `SingleSignOnFailed`."""
        raise SingleSignOnFailed

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Raises `SingleSignOnFailed`, `SingleSignOnUnverified`, `SingleSignOnUnknown`, `SingleSignOnOther`."""
        claims = _claims(sociallogin.account.extra_data)
        if sociallogin.is_existing:
            if not sociallogin.user.is_active:
                raise SingleSignOnUnknown(sociallogin.user.username)
            return
        person = _person_meant(claims)
        if SocialAccount.objects.filter(user=person).exists():
            raise SingleSignOnOther(person.username)
        sociallogin.connect(request, person)
        second_factor_audit("sso.tied", person, uid=sociallogin.account.uid)


def sso_label() -> str:
    """What the button says after “Sign in with”; empty: there is no single sign-on."""
    providers: dict[str, Any] = settings.SOCIALACCOUNT_PROVIDERS
    apps = providers.get("openid_connect", {}).get("APPS", [])
    return str(apps[0]["name"]) if apps else ""


def sso_address() -> str:
    return reverse("openid_connect_login", args=[PROVIDER]) if sso_label() else ""


def _claims(told: dict[str, Any]) -> dict[str, Any]:
    """Of the user info if it came, as allauth does; both must speak of the same account (OpenID Connect Core 5.3.2)."""
    signed, asked = told.get("id_token") or {}, told.get("userinfo") or {}
    if signed and asked and signed.get("sub") != asked.get("sub"):
        raise SingleSignOnFailed
    return asked or signed


def _person_meant(claims: dict[str, Any]) -> Person:
    name = str(claims.get(settings.SAPA_OIDC_CLAIM) or "").strip()
    if not name:
        raise SingleSignOnFailed
    if settings.SAPA_OIDC_CLAIM == "email" and claims.get("email_verified") is not True:
        raise SingleSignOnUnverified
    found = list(Person.objects.filter(username__iexact=name, is_active=True)[:2])
    if len(found) != 1:
        raise SingleSignOnUnknown(name)
    return found[0]
