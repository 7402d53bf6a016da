"""Where a request comes from, as far as this installation may believe it."""

from __future__ import annotations

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "0.0.0.0"  # noqa: S104 - an address that nobody has, not one to listen on


def address_of(request: HttpRequest) -> str:
    """Each trusted proxy adds to `X-Forwarded-For` whom it was asked by, so that with N of them the Nth from the
    right is the caller; what stands left of it the caller may have made up. Without a proxy the header counts for
    nothing."""
    proxies: int = settings.SAPA_PROXIES
    told = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    if proxies and len(told) >= proxies and _is_address(told[-proxies]):
        return told[-proxies]
    direct = request.META.get("REMOTE_ADDR") or ""
    return direct if _is_address(direct) else UNKNOWN


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return "%" not in text  # a zone of this machine means nothing in the database
