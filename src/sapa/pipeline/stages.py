"""The line: the one ordered list of stages a call passes, left to right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Progress = Callable[[float], None]


@dataclass(frozen=True)
class Stage:
    """`work` (slow, outside any transaction) gives a result that `save` writes in the fenced transaction.

    Both are `module:function` so that this list can be read without loading the speech model. `at_once` is how many
    calls one worker takes at a time: few where each is long, so that other workers find some.
    """

    key: str
    title: Promise | str
    work: str
    save: str
    at_once: int = 1

    def run(self, call_id: UUID, progress: Progress) -> Any:
        return _function(self.work)(call_id, progress)

    def write(self, call_id: UUID, result: Any) -> None:
        _function(self.save)(call_id, result)


STAGES: tuple[Stage, ...] = (
    Stage(
        "recording",
        _("Recording"),
        "sapa.recordings.services:recording_measure",
        "sapa.recordings.services:recording_save_facts",
        at_once=4,
    ),
    Stage(
        "transcribe",
        _("Transcript"),
        "sapa.transcripts.services:transcript_make",
        "sapa.transcripts.services:transcript_save",
    ),
    Stage(
        "analyse",
        _("Measures"),
        "sapa.analytics.services:analysis_make",
        "sapa.analytics.services:analysis_save",
        at_once=8,
    ),
    Stage(
        "grade",
        _("Marks"),
        "sapa.scorecards.services:evaluation_make",
        "sapa.scorecards.services:evaluation_save",
        at_once=8,
    ),
)
STAGE_KEYS = tuple(stage.key for stage in STAGES)


def stage_named(key: str) -> Stage:
    return next(stage for stage in STAGES if stage.key == key)


def stage_after(key: str) -> Stage | None:
    place = STAGE_KEYS.index(key) + 1
    return STAGES[place] if place < len(STAGES) else None


def _function(dotted: str) -> Callable[..., Any]:
    module, name = dotted.split(":")
    found: Callable[..., Any] = getattr(import_module(module), name)
    return found
