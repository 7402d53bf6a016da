from __future__ import annotations

from typing import Any

import pytest

from sapa.analytics.types import Tag, TagKind
from sapa.calls.types import Party
from sapa.scorecards.markers import JudgedCall, marker_for
from sapa.scorecards.tests.cards import judged
from sapa.scorecards.types import Mark, MarkState, MeasureSpec
from sapa.transcripts.tests.talk import agent, customer, nobody
from sapa.transcripts.types import HearingLevel

TALK = (agent(" ".join(["word"] * 100)), customer(" ".join(["word"] * 100), 30.0))  # 30 s each


def spec(**more: Any) -> MeasureSpec:
    content = {"measure": "silence_share", "full": {"at_most": 0.2}, "half": {"at_most": 0.4}}
    return MeasureSpec.model_validate(content | more)


def mark(asked: MeasureSpec, call: JudgedCall) -> Mark:
    made: Mark = marker_for("measure").mark(asked, call)
    return made


@pytest.mark.parametrize(
    ("value", "expected", "code"),
    [
        (0.0, 1.0, "measure_in_full"),
        (0.2, 1.0, "measure_in_full"),
        (0.201, 0.5, "measure_in_half"),
        (0.4, 0.5, "measure_in_half"),
        (0.401, 0.0, "measure_outside"),
    ],
)
def test_the_borders_belong_to_the_better_value(value: float, expected: float, code: str) -> None:
    made = mark(spec(), judged(*TALK, measures={"silence_share": value}))
    assert (made.value, made.reason.code) == (expected, code)
    assert made.reason.facts == {"measure": "silence_share", "value": value}


def test_a_range_has_two_sides() -> None:
    asked = spec(measure="pace_agent_wpm", full={"at_least": 90, "at_most": 200}, half={"at_least": 60, "at_most": 240})
    values = [mark(asked, judged(*TALK, measures={"pace_agent_wpm": pace})).value for pace in (50, 70, 150, 220, 300)]
    assert values == [0.0, 0.5, 1.0, 0.5, 0.0]


def test_too_little_talk_is_not_judged() -> None:
    made = mark(spec(needs_talk_s=60.1), judged(*TALK))
    assert (made.state, made.reason.code) == (MarkState.ABSTAINED, "too_little_talk")
    assert made.reason.facts == {"talk_s": 60.0, "needs_s": 60.1}
    assert mark(spec(needs_talk_s=60.0), judged(*TALK)).state is MarkState.MARKED


def test_a_call_without_speech_is_not_judged() -> None:
    assert mark(spec(), judged()).reason.code == "no_speech"


def test_a_language_that_is_not_heard_is_not_judged() -> None:
    made = mark(spec(), judged(*TALK, language="kk", hearing=HearingLevel.NONE))
    assert (made.reason.code, made.reason.facts) == ("language_not_heard", {"language": "kk"})


def test_without_known_parties_a_measure_of_a_party_is_not_judged() -> None:
    call = judged(nobody("word " * 100), nobody("word " * 100, 40.0, channel=1))
    assert mark(spec(measure="pace_agent_wpm"), call).reason.code == "parties_unknown"


def test_without_known_parties_a_measure_of_both_is_judged() -> None:
    call = judged(nobody("word " * 100), nobody("word " * 100, 40.0, channel=1))
    assert mark(spec(full={"at_most": 0.5}), call).value == 1.0


def test_a_measure_that_could_not_be_taken_is_not_judged() -> None:
    made = mark(spec(measure="pace_agent_wpm"), judged(*TALK, measures={"pace_agent_wpm": None}))
    assert (made.value, made.reason.code) == (None, "measure_missing")


def test_confidence_grows_with_the_talk_up_to_a_minute() -> None:
    assert mark(spec(), judged(TALK[0])).confidence == pytest.approx(0.5)
    assert mark(spec(), judged(*TALK)).confidence == 1.0


def test_the_longest_stretches_are_the_evidence_in_order_of_time() -> None:
    tags = [
        Tag(TagKind.SILENCE, Party.UNKNOWN, 100.0 * n, 100.0 * n + length, "")
        for n, length in enumerate([9, 5, 8, 7, 6, 10])
    ]
    made = mark(spec(evidence_tag="silence"), judged(*TALK, tags=tags, measures={"silence_share": 0.9}))
    assert [item.start_s for item in made.evidence] == [0.0, 200.0, 300.0, 400.0, 500.0]


def test_what_the_customer_did_is_no_evidence_against_the_agent() -> None:
    tags = [Tag(TagKind.INTERRUPTION, party, 1.0, 2.0, party.value) for party in (Party.AGENT, Party.CUSTOMER)]
    made = mark(spec(evidence_tag="interruption"), judged(*TALK, tags=tags, measures={"silence_share": 0.9}))
    assert [item.quote for item in made.evidence] == ["agent"]


def test_without_a_tag_there_is_no_evidence() -> None:
    tags = [Tag(TagKind.SILENCE, Party.UNKNOWN, 1.0, 9.0, "")]
    assert mark(spec(), judged(*TALK, tags=tags, measures={"silence_share": 0.9})).evidence == ()


def test_a_fault_is_no_proof_of_a_full_mark() -> None:
    tags = [Tag(TagKind.SILENCE, Party.UNKNOWN, 1.0, 9.0, "")]
    made = mark(spec(evidence_tag="silence"), judged(*TALK, tags=tags, measures={"silence_share": 0.1}))
    assert (made.value, made.evidence) == (1.0, ())


@pytest.mark.parametrize(
    ("measure", "outcome"),
    [("silence_share", (1.0, "measure_in_full")), ("overtalk_share", (None, "recording_mono")),
     ("talk_agent_share", (None, "recording_mono"))],
)  # fmt: skip
def test_of_a_mono_recording_only_silence_is_judged(measure: str, outcome: tuple[float | None, str]) -> None:
    talk = [nobody(" ".join(["word"] * 100)), nobody(" ".join(["word"] * 100), 30.0)]
    made = mark(spec(measure=measure), judged(*talk, channels=1))
    assert (made.value, made.reason.code) == outcome
