"""Speech that voice activity shows but the engine gave no words for: what is missing may have been said there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sapa.recordings.types import AgentChannel, ChannelSource
from sapa.scorecards.markers import JudgedCall, marker_for
from sapa.scorecards.markers.phrase import voice_in_place
from sapa.scorecards.tests.cards import element, judged, phrase
from sapa.scorecards.types import Mark, PhraseSpec
from sapa.transcripts.tests.talk import agent, customer
from sapa.transcripts.types import Span, Turn

BYE = phrase(element("thanks", "thank you"), element("bye", "goodbye"), place={"last_s": 30})
TALK = agent("Good morning to you."), customer("So that was it then.", 60.0)


def with_voice(*turns: Turn, agent_voice: tuple[Span, ...], customer_voice: tuple[Span, ...] = ()) -> JudgedCall:
    call = judged(*turns)
    known = AgentChannel(0, ChannelSource.TOLD, 1.0)
    return replace(call, transcript=replace(call.transcript, agent_channel=known, voice=(agent_voice, customer_voice)))


def mark(spec: PhraseSpec, call: JudgedCall) -> Mark:
    made: Mark = marker_for("phrase").mark(spec, call)
    return made


@pytest.mark.parametrize("spec", [BYE, BYE.model_copy(update={"forbidden": True})])
def test_lost_words_of_the_asked_party_are_not_its_silence(spec: PhraseSpec) -> None:
    made = mark(spec, with_voice(*TALK, agent_voice=(Span(0.0, 1.2), Span(62.0, 64.0))))
    assert (made.value, made.reason.code) == (None, "heard_too_poorly")


def test_silence_of_the_asked_party_is_no_surer_than_the_words_and_shows_what_was_heard() -> None:
    made = mark(BYE, with_voice(*TALK, agent_voice=(Span(0.0, 1.2), Span(62.0, 62.8))))
    assert (made.value, made.confidence) == (0.0, 0.9)
    assert made.evidence


def test_voice_of_the_other_party_or_elsewhere_does_not_matter() -> None:
    call = with_voice(*TALK, agent_voice=(Span(0.0, 20.0),), customer_voice=(Span(60.0, 90.0),))
    assert mark(BYE, call).value == 0.0


@pytest.mark.parametrize(("said", "value"), [("Well now.", None), ("Thank you.", None), ("Thank you. Goodbye.", 1.0)])
def test_what_is_missing_is_not_claimed_when_much_of_the_voice_has_no_words(said: str, value: float | None) -> None:
    call = with_voice(agent(said), agent_voice=(Span(0.0, 1.5), Span(10.0, 13.0)))
    made = mark(BYE, call)
    assert made.value == value
    assert value is not None or made.reason.code == "heard_too_poorly"


def test_a_little_lost_voice_hinders_nothing() -> None:
    call = with_voice(agent("Well now."), agent_voice=(Span(0.0, 1.0), Span(10.0, 10.3)))
    assert mark(BYE, call).value == 0.0


def test_voice_near_a_word_has_words() -> None:
    call = with_voice(agent("Well now.", 1.0), agent_voice=(Span(0.5, 2.1), Span(5.0, 6.0)))
    assert voice_in_place(phrase(element("bye", "goodbye")), call) == pytest.approx((2.6, 1.0))
