"""Every address of the site, by app; and the pages for what is not there or goes wrong."""

from __future__ import annotations

from django.urls import include, path

from sapa.config.metrics import metrics

urlpatterns = [
    path("metrics", metrics, name="metrics"),
    path("", include("sapa.pipeline.urls")),
    path("", include("sapa.accounts.urls")),
    path("recordings/", include("sapa.recordings.urls")),
    path("", include("sapa.desk.urls")),
]
handler400 = "sapa.desk.views.failures.bad_request"
handler403 = "sapa.desk.views.failures.forbidden"
handler404 = "sapa.desk.views.failures.not_found"
handler500 = "sapa.desk.views.failures.server_error"
