from __future__ import annotations

import pytest

from sapa.analytics.tags import (
    MONOLOGUE_PAUSE_S,
    MONOLOGUE_S,
    OTHER_SPOKE_S,
    OVERLAP_S,
    SILENCE_S,
    interruptions_of,
    monologues_of,
    silences_of,
    tags_of,
)
from sapa.analytics.types import Tag, TagKind
from sapa.calls.types import Party
from sapa.transcripts.tests.talk import agent, customer, nobody
from sapa.transcripts.types import Span, Turn


def some(count: int) -> str:
    return " ".join(["word"] * count)


def kinds(*turns: Turn) -> list[TagKind]:
    return [tag.kind for tag in tags_of(turns)]


def test_breaking_into_speech_is_an_interruption_with_its_words() -> None:
    talk = customer(some(20)), agent("let me stop you", 3.0)
    assert Tag(TagKind.INTERRUPTION, Party.AGENT, 3.0, 4.2, "let me stop you") in tags_of(talk)
    assert interruptions_of(talk, Party.CUSTOMER) == []


def test_a_listening_noise_is_no_interruption() -> None:
    assert interruptions_of([customer(some(20)), agent("yes right", 3.0)], Party.AGENT) == []


def test_an_overlap_under_half_a_second_is_the_change_of_speakers() -> None:
    ends_s = 6.0
    long_enough = agent("may I help", ends_s - OVERLAP_S)
    too_short = agent("may I help", ends_s - OVERLAP_S + 0.01)
    assert interruptions_of([customer(some(20)), long_enough], Party.AGENT) == [long_enough]
    assert interruptions_of([customer(some(20)), too_short], Party.AGENT) == []


def test_starting_together_is_no_interruption() -> None:
    soon, late = OTHER_SPOKE_S - 0.01, OTHER_SPOKE_S
    assert interruptions_of([customer(some(20)), agent(some(5), soon)], Party.AGENT) == []
    assert len(interruptions_of([customer(some(20)), agent(some(5), late)], Party.AGENT)) == 1


def test_who_was_speaking_first_does_not_interrupt() -> None:
    assert interruptions_of([agent(some(20)), customer(some(5), 3.0)], Party.AGENT) == []


def test_unknown_parties_interrupt_nobody() -> None:
    assert kinds(nobody(some(20)), nobody(some(5), 3.0, channel=1)) == [TagKind.OVERTALK]


def test_silence_from_five_seconds_is_tagged() -> None:
    assert kinds(agent("one"), customer("two", 0.3 + SILENCE_S - 0.01)) == []
    assert tags_of([agent("one"), customer("two", 0.3 + SILENCE_S)]) == (
        Tag(TagKind.SILENCE, Party.UNKNOWN, 0.3, 5.3, ""),
    )


def test_speech_without_words_is_no_silence() -> None:
    """Mumbling from 3 to 4 s leaves 2.7 s before it and 6 s after it."""
    talk = agent("one"), customer("two", 10.0)
    (tag,) = tags_of(talk, voice=((Span(0.0, 0.3), Span(3.0, 4.0)), ()))
    assert (tag.kind, tag.start_s, tag.end_s) == (TagKind.SILENCE, 4.0, 10.0)


def test_voice_outside_the_words_does_not_lengthen_the_call() -> None:
    assert silences_of([agent("one", 5.0)], ((Span(0.0, 1.0), Span(50.0, 60.0)),)) == []


def test_silence_is_found_without_known_parties() -> None:
    assert kinds(nobody("one"), nobody("two", 10.0, channel=1)) == [TagKind.SILENCE]


def test_a_second_of_both_is_overtalk() -> None:
    assert TagKind.OVERTALK in kinds(agent(some(10)), customer(some(10), 2.0))
    assert TagKind.OVERTALK not in kinds(agent(some(10)), customer(some(10), 2.1))


def test_a_long_monologue_is_tagged() -> None:
    words = round(MONOLOGUE_S / 0.3)
    assert kinds(agent(some(words))) == [TagKind.MONOLOGUE]
    assert kinds(agent(some(words - 1))) == []


def test_a_listening_noise_does_not_break_a_monologue() -> None:
    talk = agent(some(10)), customer("yes right", 3.0), agent(some(10), 4.0)
    assert [span.length_s for span in monologues_of(talk, Party.AGENT)] == [pytest.approx(7.0)]


def test_three_words_of_the_other_break_a_monologue() -> None:
    talk = agent(some(10)), customer("yes I see", 3.0), agent(some(10), 4.0)
    assert [span.length_s for span in monologues_of(talk, Party.AGENT)] == [pytest.approx(3.0)] * 2


def test_three_words_said_into_running_speech_break_the_monologue_too() -> None:
    talk = agent(some(20)), customer("but I wanted", 3.0)
    lengths = [span.length_s for span in monologues_of(talk, Party.AGENT)]
    assert lengths == [pytest.approx(3.0), pytest.approx(3.0)]


def test_a_silence_of_three_seconds_ends_a_monologue() -> None:
    goes_on = agent("one"), agent("two", 0.3 + MONOLOGUE_PAUSE_S - 0.01)
    ends = agent("one"), agent("two", 0.31 + MONOLOGUE_PAUSE_S)
    assert len(monologues_of(goes_on, Party.AGENT)) == 1
    assert len(monologues_of(ends, Party.AGENT)) == 2


def test_tags_stand_in_order_of_time() -> None:
    talk = (
        agent(some(160)),
        customer(some(10), 60.0),
        agent(some(10), 62.0),
        customer("so", 80.0),
    )
    tags = tags_of(talk)
    assert {tag.kind for tag in tags} == set(TagKind)
    assert [tag.start_s for tag in tags] == sorted(tag.start_s for tag in tags)
    assert all(tag.start_s < tag.end_s for tag in tags)


def test_an_empty_call_has_no_tags() -> None:
    assert tags_of([]) == ()
