"""What is looked at with every request of somebody signed in: where the session was last seen, and whether an
administrator has the second factor that this installation demands."""

from __future__ import annotations

from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from sapa.accounts.errors import SecondFactorNeeded
from sapa.accounts.models import Person
from sapa.accounts.second_factor import has_second_factor
from sapa.core.clock import now_at

SEEN = "sapa_seen_at"
SEEN_EVERY_S = 300  # so that looking does not write to the database each time
# Where one sets a second factor up, confirms the sign-in for it, goes, or gets what the page is drawn with.
STAYS_OPEN = (
    "/account/",
    "/confirm",
    "/passkey/",
    "/sign-out",
    "/language",
    "/theme",
    "/healthz",
    "/readyz",
)


class SessionSeenMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if isinstance(request.user, Person):
            now_s = now_at().timestamp()
            if abs(now_s - float(request.session.get(SEEN, 0))) >= SEEN_EVERY_S:
                request.session[SEEN] = now_s
                UserSession.objects.create_from_request(request)
        return self.get_response(request)


class SecondFactorMiddleware:
    """With `SAPA_ADMINISTRATOR_SECOND_FACTOR`: an administrator without one gets no further than setting it up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        person = request.user
        if (
            settings.SAPA_ADMINISTRATOR_SECOND_FACTOR
            and isinstance(person, Person)
            and person.is_administrator
            and not request.path_info.startswith(STAYS_OPEN)
            and not has_second_factor(person)
        ):
            if request.path_info.startswith("/api/"):
                error = SecondFactorNeeded()
                return JsonResponse({"error": error.as_json()}, status=error.http_status)
            messages.warning(request, _("Administrators need a second factor here. Set one up to go on."))
            return redirect("account")
        return self.get_response(request)
