from __future__ import annotations

import json

import pytest
from django.db import OperationalError
from django.test import Client

from sapa.pipeline.models import StageRow


def test_a_prepared_site_is_ready_for_everybody(db: None) -> None:
    response = Client().get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ready"})
    assert Client().head("/healthz").status_code == 200


def test_a_database_that_does_not_answer_is_told_with_what_to_do(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> bool:
        raise OperationalError("connection refused")

    monkeypatch.setattr(StageRow.objects, "exists", refuse)
    response = Client().get("/healthz")
    assert response.status_code == 503
    told = json.loads(response.content)
    assert (told["status"], told["error"]["code"]) == ("unready", "database_unready")
    assert "sapa migrate" in told["error"]["message"]


def test_it_is_only_for_reading(db: None) -> None:
    assert Client().post("/healthz").status_code == 405
