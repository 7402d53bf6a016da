"""Addresses for programs: health and the REST API."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, path

from sapa.pipeline import views
from sapa.pipeline.api import api

api_patterns, _app, _namespace = api.urls
for _pattern in api_patterns:
    # The API guards itself by token or session; the redirect to the sign-in page is not for programs.
    if isinstance(_pattern, URLPattern):
        _pattern.callback = login_not_required(_pattern.callback)

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("api/v1/", (api_patterns, _app, _namespace)),
    path("api/<path:rest>", views.api_missing),
]
