"""To the issuer and back; what allauth's views leave unanswered there becomes a sentence."""

from __future__ import annotations

from allauth.socialaccount.providers.openid_connect import views as openid_connect
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from requests import RequestException

from sapa.accounts.errors import SingleSignOnFailed


@login_not_required
@never_cache
@require_safe
def leave(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Raises `SingleSignOnFailed`: the issuer is away, or what it says of itself is no OpenID Connect."""
    try:
        answer: HttpResponse = openid_connect.login(request, provider_id)
    except (RequestException, KeyError) as exc:
        raise SingleSignOnFailed from exc
    return answer


@login_not_required
@never_cache
@require_safe
def come_back(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Raises `SingleSignOnFailed` and what the adapter refuses."""
    try:
        answer: HttpResponse = openid_connect.callback(request, provider_id)
    except (RequestException, KeyError) as exc:
        raise SingleSignOnFailed from exc
    return answer
