"""Where the time of `sapa grade` goes: until all is loaded, in recognition, and in all that is done beside it.

Loading is what the first call costs more than a later one: the models of speech and of meaning, the decoder's process.
It is paid once by a process, so one call is graded, and something is compared by meaning (which not every call asks
for), before the clock of the rest is started.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import django


class Timed:
    """An engine whose time is taken."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self.name, self.model, self.languages = engine.name, engine.model, engine.languages
        self.seconds = 0.0

    def transcribe(
        self,
        samples: Any,
        *,
        language: str | None = None,
        hints: Sequence[str] = (),
        progress: Callable[[float], None] | None = None,
    ) -> Any:
        started = time.monotonic()
        heard = self._engine.transcribe(samples, language=language, hints=hints, progress=progress)
        self.seconds += time.monotonic() - started
        return heard


def main(files: list[str]) -> None:
    begun = time.monotonic()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sapa.config.settings")
    django.setup()
    from sapa.pipeline.grade import GradeOptions, grade_file, graded_as_json
    from sapa.scorecards.evaluate import AUTO
    from sapa.scorecards.library import DEFAULT_KEY, scorecard_from
    from sapa.scorecards.markers.meaning import closeness
    from sapa.transcripts.engines import engine_named
    from sapa.transcripts.services import ENGINE, hearing_options

    engine = Timed(engine_named(ENGINE, ""))
    options = GradeOptions(
        scorecard_from(DEFAULT_KEY), AUTO, hearing_options(language=None, agent_channel=None), None, None
    )

    def grade_all(files: list[str]) -> float:
        started = time.monotonic()
        for file in files:
            json.dumps(graded_as_json(grade_file(Path(file), engine, options)))
        return time.monotonic() - started

    grade_all(files[-1:])
    closeness(["Hello, how can I help?"], ["How may I help you?"])
    until_first_s = time.monotonic() - begun
    engine.seconds = 0.0
    whole_s = grade_all(files)
    print(json.dumps({"first_s": until_first_s, "whole_s": whole_s, "recognition_s": engine.seconds}))


if __name__ == "__main__":
    main(sys.argv[1:])
