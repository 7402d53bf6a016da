"""What the log looks like; and the secret of a sign-in link does not reach it."""

from __future__ import annotations

import json
import logging
import sys

import pytest
from django.test import Client

from sapa.config.log import JsonLines, LinkSecretsHidden


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


def record_of(message: str, *arguments: object, **extra: object) -> logging.LogRecord:
    return logging.getLogger("sapa.line").makeRecord(
        "sapa.line", logging.WARNING, "", 1, message, arguments, None, extra=dict(extra)
    )


def test_a_line_is_one_json_object() -> None:
    line = JsonLines().format(record_of("call %s\nfailed: ошибка", "6f1c", call="6f1c", stage="grade", attempt=2))
    assert "\n" not in line
    assert "ошибка" in line
    told = json.loads(line)
    assert told.pop("time").endswith("+00:00")
    assert told == {
        "level": "WARNING",
        "logger": "sapa.line",
        "message": "call 6f1c\nfailed: ошибка",
        "call": "6f1c",
        "stage": "grade",
        "attempt": 2,
    }


def test_what_libraries_add_is_left_out() -> None:
    told = json.loads(JsonLines().format(record_of("Not found", request=object(), status_code=404, code=None)))
    assert set(told) == {"time", "level", "logger", "message"}


def test_a_trace_is_kept_without_secrets() -> None:
    record = record_of("broken")
    try:
        raise ValueError("/enter/s3cret?x")
    except ValueError:
        record.exc_info = sys.exc_info()
    told = json.loads(JsonLines().format(record))
    assert "ValueError" in told["trace"]
    assert "s3cret" not in told["trace"]


def test_what_is_no_text_is_still_told() -> None:
    assert json.loads(JsonLines().format(record_of("x", call=object(), stage=b"\xff")))["message"] == "x"
