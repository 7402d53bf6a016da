"""The web server logs in the form of ours."""

from __future__ import annotations

import logging

from gunicorn.config import Config  # type: ignore[import-untyped]  # the vendor gives no types

from sapa.config.web_log import WebLog


def test_what_the_web_server_says_goes_through_our_handler() -> None:
    WebLog(Config())
    said = logging.getLogger("gunicorn.error")
    (handler,) = said.handlers
    (ours,) = logging.getLogger("sapa").handlers
    assert handler is ours
    assert not said.propagate
