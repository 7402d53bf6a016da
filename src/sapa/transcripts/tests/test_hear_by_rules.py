from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from sapa.recordings.types import Samples
from sapa.transcripts.engines import SAMPLE_RATE_HZ
from sapa.transcripts.hear import HearingOptions, hear_by_rules, language_found
from sapa.transcripts.plans import HearingPlan, Rule
from sapa.transcripts.tests.talk import words
from sapa.transcripts.types import HeardSpeech, HearingLevel, Transcript

MINUTES = 4
SOUND = np.zeros((2, MINUTES * 60 * SAMPLE_RATE_HZ), dtype=np.float32)
KAZAKH = Rule(language_heard="kk", model="kazakh", hints=("Дала",))
Found = Sequence[tuple[str, float]]


class Floor:
    """All engines of a test: what each of them was given, and which language each minute seems to be in."""

    def __init__(self, *minutes: tuple[str, float]) -> None:
        self.minutes: Found = minutes or (("en", 0.9),)
        self.heard: list[tuple[str, int, str | None, tuple[str, ...]]] = []
        self.looked = 0

    def of(self, plan: HearingPlan) -> OneEngine:
        return OneEngine(self, plan.model or "base")

    def hear(self, *rules: Rule, language: str | None = None, queue: str = "") -> Transcript:
        options = HearingOptions(language, trusted_languages=frozenset({"en", "kk"}))
        return hear_by_rules(SOUND, rules, self.of, options, queue=queue)


class OneEngine:
    name = "by hand"
    languages = frozenset({"en", "kk"})

    def __init__(self, floor: Floor, model: str) -> None:
        self.floor, self.model = floor, model

    def transcribe(
        self,
        samples: Samples,
        *,
        language: str | None = None,
        hints: Sequence[str] = (),
        progress: Callable[[float], None] | None = None,
    ) -> HeardSpeech:
        minutes = samples.shape[1] // (60 * SAMPLE_RATE_HZ)
        self.floor.heard.append((self.model, minutes, language, tuple(hints)))
        found = self.floor.minutes[min(self.floor.looked, len(self.floor.minutes) - 1)]
        self.floor.looked += 1
        code, confidence = (language, 1.0) if language else found
        return HeardSpeech(code, confidence, (words("one"), words("two", 1.0)), self.name, self.model)


def test_without_rules_a_call_is_heard_once_by_the_model_of_the_settings() -> None:
    floor = Floor()
    assert floor.hear(Rule("loans", "kk", model="kazakh")).model == "base"
    assert floor.heard == [("base", MINUTES, None, ())]


def test_where_a_rule_asks_the_language_is_found_in_the_first_minute() -> None:
    floor = Floor(("kk", 0.8))
    heard = floor.hear(KAZAKH)
    assert floor.heard == [("base", 1, None, ()), ("kazakh", MINUTES, "kk", ("Дала",))]
    assert (heard.model, heard.language, heard.hearing) == ("kazakh", "kk", HearingLevel.SO_SO)


def test_the_language_that_was_found_keeps_how_sure_it_was() -> None:
    assert Floor(("kk", 0.8)).hear(KAZAKH).language_confidence == 0.8
    unsure = Floor(("kk", 0.3)).hear(KAZAKH)
    assert (unsure.language_confidence, unsure.hearing) == (0.3, HearingLevel.UNMEASURED)


def test_a_rule_that_tells_another_language_is_sure_of_it() -> None:
    heard = Floor(("tt", 0.3)).hear(KAZAKH, Rule(language_heard="tt", language_told="kk"))
    assert (heard.model, heard.language, heard.language_confidence) == ("kazakh", "kk", 1.0)


@pytest.mark.parametrize("told_by", ["the call", "the queue"])
def test_a_language_that_is_told_is_not_looked_for(told_by: str) -> None:
    floor = Floor(("en", 0.9))
    if told_by == "the call":
        floor.hear(KAZAKH, language="kk")
    else:
        floor.hear(KAZAKH, Rule("cards", language_told="kk"), queue="cards")
    assert floor.heard == [("kazakh", MINUTES, "kk", ("Дала",))]


def test_silence_is_passed_over() -> None:
    floor = Floor(("", 0.0), ("", 0.0), ("kk", 0.9))
    assert floor.hear(KAZAKH).model == "kazakh"
    assert [minutes for _, minutes, *_ in floor.heard] == [1, 1, 1, MINUTES]


def test_who_is_unsure_listens_to_three_minutes_and_the_surest_counts() -> None:
    floor = Floor(("en", 0.2), ("kk", 0.4), ("en", 0.3))
    assert language_found(SOUND, floor.of(HearingPlan())) == ("kk", 0.4)
    assert len(floor.heard) == 3


def test_a_call_in_which_nobody_speaks_is_heard_by_the_general_plan() -> None:
    floor = Floor(("", 0.0))
    heard = floor.hear(KAZAKH, Rule(model="large"))
    assert (heard.model, heard.language, floor.heard[-1]) == ("large", "", ("large", MINUTES, None, ()))
