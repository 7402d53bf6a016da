"""Addresses of the site, for messages printed at a terminal."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

EVERY_ADDRESS = {"0.0.0.0", "::"}  # noqa: S104 - compared with, never listened on


def site_url(port: int | None = None) -> str:
    """As people reach it: behind a web server that is the first of `SAPA_ORIGINS`."""
    if port is None and settings.CSRF_TRUSTED_ORIGINS:
        return str(settings.CSRF_TRUSTED_ORIGINS[0]).rstrip("/")
    host = settings.SAPA_BIND if settings.SAPA_BIND not in EVERY_ADDRESS else "localhost"
    scheme = "https" if settings.SAPA_HTTPS else "http"
    return f"{scheme}://{host}:{port or settings.SAPA_PORT}"


def link_url(secret: str, *, port: int | None = None) -> str:
    return site_url(port) + link_path(secret)


def link_path(secret: str) -> str:
    return reverse("enter", args=[secret])
