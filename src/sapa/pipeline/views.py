"""Whether the site is ready to work."""

from __future__ import annotations

import logging

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from sapa.core.errors import SapaError
from sapa.pipeline.models import StageRow
from sapa.pipeline.readiness import StorageLook, database_require

log = logging.getLogger("sapa.site")
_storage = StorageLook()


@login_not_required
def api_missing(request: HttpRequest, rest: str) -> JsonResponse:
    """Programs get their answer in JSON, also for an address that is not there."""
    problem = {"code": "address_missing", "message": "There is no such address. See /api/v1/openapi.json"}
    return JsonResponse({"error": problem}, status=404)


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when the database is there and prepared, else 503 with the reason."""
    try:
        StageRow.objects.exists()
    except DatabaseError:
        problem = {"code": "database_unready", "message": "The database is not ready. Run: sapa migrate"}
        return JsonResponse({"status": "unready", "error": problem}, status=503)
    return JsonResponse({"status": "ready"})


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when calls can be taken in: the database is this program's, and the storage takes recordings; else 503.

    Anybody may ask, so the answer names no server and no folder; the log does.
    """
    try:
        database_require()
        _storage.require()
    except SapaError as exc:
        log.warning("not ready: %s", exc.message, extra={"code": exc.code})
        problem = {"code": exc.code, "message": "Sapa is not ready; its log says why. Run: sapa doctor"}
        return JsonResponse({"status": "unready", "error": problem}, status=503)
    return JsonResponse({"status": "ready"})
