from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sapa.analytics.measures import DEFINITIONS, MIN_PACE_S, analyse
from sapa.transcripts.tests.talk import agent, customer, nobody
from sapa.transcripts.types import Span, Turn


def measure(key: str, *turns: Turn) -> float | None:
    return analyse(turns).measures[key]


def some(count: int) -> str:
    return " ".join(["word"] * count)


# The agent speaks 3.0 s from 1.0 and 6.0 s from 10.0, the customer 1.5 s from 5.0; nobody speaks 1.0 + 3.5 s.
CALL = (agent(some(10), 1.0), customer(some(5), 5.0), agent(some(20), 10.0))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("talk_agent_s", 9.0),
        ("talk_customer_s", 1.5),
        ("talk_agent_share", round(9.0 / 10.5, 3)),
        ("silence_share", round(4.5 / 15.0, 3)),
        ("longest_silence_s", 3.5),
        ("overtalk_share", 0.0),
        ("interruptions_by_agent", 0.0),
        ("interruptions_by_customer", 0.0),
        ("interruptions_by_agent_per_min", 0.0),
        ("pace_agent_wpm", None),
        ("pace_customer_wpm", None),
        ("longest_monologue_agent_s", 6.0),
        ("longest_monologue_customer_s", 1.5),
        ("turns_count", 3.0),
        ("first_agent_word_s", 1.0),
    ],
)
def test_a_call_measured_by_hand(key: str, value: float | None) -> None:
    assert measure(key, *CALL) == value


def test_every_definition_is_measured_and_nothing_else() -> None:
    assert set(analyse(CALL).measures) == set(DEFINITIONS)
    assert set(analyse([]).measures) == set(DEFINITIONS)


def test_every_definition_is_written_down() -> None:
    for key, definition in DEFINITIONS.items():
        assert definition.key == key
        assert str(definition.title)
        assert str(definition.text).endswith(".")
        assert definition.unit in {"share", "s", "count", "per_min", "wpm"}


def test_an_empty_call_has_no_measures_and_no_tags() -> None:
    analysis = analyse([])
    assert set(analysis.measures.values()) == {None}
    assert analysis.tags == ()


def test_unknown_parties_leave_only_what_needs_no_party() -> None:
    measures = analyse([nobody(some(10), channel=0), nobody(some(10), 5.0, channel=1)]).measures
    known = {key for key, value in measures.items() if value is not None}
    assert known == {"silence_share", "longest_silence_s", "overtalk_share", "turns_count"}


def test_one_unknown_turn_is_enough_to_know_no_party() -> None:
    assert measure("talk_agent_s", agent(some(10)), nobody("and", 9.0)) is None


def test_pace_needs_ten_seconds_of_speech() -> None:
    words = int(MIN_PACE_S / 0.25)
    assert measure("pace_agent_wpm", agent(some(words), word_s=0.25)) == pytest.approx(240.0)
    assert measure("pace_agent_wpm", agent(some(words - 1), word_s=0.25)) is None


def test_pace_counts_the_speech_and_not_the_pauses() -> None:
    """Twice 6 s of speech with 24 words each, half a minute apart: 48 words in 12 s."""
    talk = agent(some(24), 0.0, word_s=0.25), agent(some(24), 36.0, word_s=0.25)
    assert measure("pace_agent_wpm", *talk) == pytest.approx(240.0)


def test_overtalk_is_a_share_of_speech_and_not_of_the_call() -> None:
    """4 s and 3 s with 1 s of both, then a long silence and a word: 1 of 6.3 s of speech."""
    talk = agent(some(16), 0.0, word_s=0.25), customer(some(12), 3.0, word_s=0.25), agent("bye", 60.0)
    assert measure("overtalk_share", *talk) == round(1 / 6.3, 3)


def test_silence_before_the_first_and_after_the_last_word_does_not_count() -> None:
    assert measure("silence_share", agent(some(10), 100.0)) == 0.0
    assert measure("longest_silence_s", agent(some(10), 100.0)) == 0.0


def test_speech_without_words_is_no_silence() -> None:
    """0.3 s of words, 4 s of mumbling and 0.3 s of words over 10.3 s: 5.7 s of silence."""
    analysis = analyse([agent("one"), customer("two", 10.0)], voice=((Span(1.0, 5.0),), ()))
    assert analysis.measures["silence_share"] == round(5.7 / 10.3, 3)
    assert analysis.measures["longest_silence_s"] == 5.0


def test_a_call_of_one_party_has_a_share_and_no_rate() -> None:
    assert measure("talk_agent_share", agent(some(10))) == 1.0
    assert measure("interruptions_by_agent_per_min", agent(some(10))) is None
    assert measure("first_agent_word_s", customer(some(3))) is None
    assert measure("longest_monologue_agent_s", customer(some(3))) == 0.0


def test_interruptions_are_counted_per_minute_of_the_customers_speech() -> None:
    """The customer speaks 30 s and is interrupted once: 2 a minute."""
    talk = customer(some(100)), agent("wait a moment please", 10.0)
    assert measure("interruptions_by_agent", *talk) == 1.0
    assert measure("interruptions_by_agent_per_min", *talk) == pytest.approx(2.0)


def test_words_without_length_give_no_share() -> None:
    assert measure("talk_agent_share", agent("so", word_s=0.0)) is None
    assert measure("silence_share", agent("so", word_s=0.0)) is None


@st.composite
def conversations(draw: st.DrawFn) -> list[Turn]:
    turns, at_s = [], 0.0
    for _ in range(draw(st.integers(1, 8))):
        party = draw(st.sampled_from([agent, customer]))
        at_s += draw(st.sampled_from([-0.93, 0.0, 0.37, 2.03, 7.01]))  # clear of every threshold, whatever the start
        turns.append(party(some(draw(st.integers(1, 12))), max(at_s, 0.0)))
        at_s = turns[-1].end_s
    return sorted(turns, key=lambda turn: turn.start_s)


@settings(deadline=None)
@given(conversations())
def test_shares_are_between_nothing_and_all(turns: list[Turn]) -> None:
    measures = analyse(turns).measures
    for key, definition in DEFINITIONS.items():
        value = measures[key]
        assert value is None or value >= 0.0, key
        assert value is None or definition.unit != "share" or value <= 1.0, key


@settings(deadline=None)
@given(conversations())
def test_exchanging_the_parties_exchanges_the_measures(turns: list[Turn]) -> None:
    other = [(customer if turn.channel == 0 else agent)("x", turn.start_s) for turn in turns]
    swapped = [Turn(new.channel, new.party, turn.words) for new, turn in zip(other, turns, strict=True)]
    one, two = analyse(turns).measures, analyse(swapped).measures
    for by_agent in [key for key in DEFINITIONS if "agent" in key and key.replace("agent", "customer") in DEFINITIONS]:
        assert one[by_agent] == two[by_agent.replace("agent", "customer")], by_agent


@settings(deadline=None)
@given(conversations(), st.integers(1, 500))
def test_a_later_start_changes_nothing_but_the_first_word(turns: list[Turn], later_s: int) -> None:
    moved = [(agent if turn.channel == 0 else customer)(turn.text, turn.start_s + later_s) for turn in turns]
    one, two = analyse(turns).measures, analyse(moved).measures
    for key in set(DEFINITIONS) - {"first_agent_word_s"}:
        assert one[key] == pytest.approx(two[key], abs=0.002), key


def test_on_one_channel_only_silence_is_measured() -> None:
    """Words of two parties lie in one another's pauses there: overtalk would come out as none, turns as half."""
    turns = [nobody(some(10)), nobody(some(10), 13.0)]
    analysis = analyse(turns, (), channels=1)
    taken = {key: value for key, value in analysis.measures.items() if value is not None}
    assert taken == {"silence_share": round(10 / 16, 3), "longest_silence_s": 10.0}
    assert set(analysis.measures) == set(DEFINITIONS)
    assert [tag.kind for tag in analysis.tags] == ["silence"]
