"""The secret of a sign-in link does not reach the log."""

from __future__ import annotations

import logging

import pytest
from django.test import Client

from sapa.config.log import LinkSecretsHidden


@pytest.mark.parametrize(
    ("template", "arguments", "said"),
    [
        ("Forbidden (%s): %s", ("no token", "/enter/s3-cr_et"), "Forbidden (no token): /enter/…"),
        (
            "Referer http://a.example/enter/s3?x is not trusted",
            (),
            "Referer http://a.example/enter/…?x is not trusted",
        ),
        ("Not Found: %s", ("/calls/",), "Not Found: /calls/"),
    ],
)
def test_the_secret_is_hidden(template: str, arguments: tuple[str, ...], said: str) -> None:
    record = logging.LogRecord("django", logging.WARNING, "", 1, template, arguments, None)
    assert LinkSecretsHidden().filter(record)
    assert record.getMessage() == said


def test_what_django_says_of_a_refused_link_goes_through_the_filter(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    (handler,) = logging.getLogger("django").handlers
    monkeypatch.setattr(handler, "emit", lambda record: said.append(record.getMessage()))
    assert Client(enforce_csrf_checks=True).post("/enter/s3cret").status_code == 403
    assert [line for line in said if "/enter/…" in line]
    assert "s3cret" not in "".join(said)
