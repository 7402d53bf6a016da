"""What stands in the way of a process that goes on for ever: said once when it begins and once when it is over."""

from __future__ import annotations

import logging

from django.db import close_old_connections

from sapa.pipeline.errors import DatabaseAway

FIRST_PAUSE_S = 5.0  # after a trouble that may end by itself, doubled …
LONGEST_PAUSE_S = 60.0  # … up to this


class Troubles:
    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._open: dict[str, str] = {}
        self._pause_s = 0.0

    def begin(self, about: str, kind: str, sentence: str) -> None:
        if self._open.get(about) != kind:
            self._open[about] = kind
            self._log.warning("%s; waiting", sentence)

    def end(self, about: str, sentence: str) -> None:
        if self._open.pop(about, None) is not None:
            self._log.warning("%s", sentence)

    def database_away(self, exc: Exception) -> None:
        close_old_connections()  # one that is broken is opened anew by the next question
        away = DatabaseAway()
        reason = " ".join(str(exc).split())[:200]
        self.begin("database", away.code, f"{away.code}: {away.message} ({reason})")

    def pause_s(self) -> float:
        """How long to wait, longer each time until `over`."""
        self._pause_s = min(LONGEST_PAUSE_S, max(FIRST_PAUSE_S, self._pause_s * 2))
        return self._pause_s

    def over(self) -> None:
        self._pause_s = 0.0
