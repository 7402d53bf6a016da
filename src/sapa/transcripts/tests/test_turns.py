from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from sapa.calls.types import Party
from sapa.transcripts.tests.talk import words
from sapa.transcripts.turns import JOIN_GAP_S, LONGEST_TURN_S, UTTERANCE_GAP_S, turns_from_words
from sapa.transcripts.types import Turn, Word, with_parties


def spoken(turns: tuple[Turn, ...]) -> list[tuple[int, str]]:
    return [(turn.channel, turn.text) for turn in turns]


def test_a_conversation_alternates() -> None:
    turns = turns_from_words([words("hello bank here"), words("hi I need help", 2.0)])
    assert spoken(turns) == [(0, "hello bank here"), (1, "hi I need help")]
    assert {turn.party for turn in turns} == {Party.UNKNOWN}


def test_a_short_pause_of_one_party_is_one_turn_and_a_long_one_is_two() -> None:
    ends_s = 0.3
    near, far = ends_s + JOIN_GAP_S - 0.01, ends_s + JOIN_GAP_S + 0.01
    assert spoken(turns_from_words([words("one") + words("two", near), ()])) == [(0, "one two")]
    assert spoken(turns_from_words([words("one") + words("two", far), ()])) == [(0, "one"), (0, "two")]


def test_the_other_party_speaking_in_a_pause_ends_the_turn() -> None:
    first = words("one") + words("two", 1.5)
    assert spoken(turns_from_words([first, words("yes", 0.8)])) == [(0, "one"), (1, "yes"), (0, "two")]


def test_the_other_party_speaking_into_running_speech_does_not_cut_it() -> None:
    running = words("one two three four five six")
    turns = turns_from_words([running, words("yes", 0.7)])
    assert spoken(turns) == [(0, "one two three four five six"), (1, "yes")]


def test_a_pause_at_the_edge_of_an_utterance_belongs_to_the_next() -> None:
    running = words("one") + words("two", round(0.3 + UTTERANCE_GAP_S, 3))
    turns = turns_from_words([running, words("mhm", 0.5)])
    assert spoken(turns) == [(0, "one"), (1, "mhm"), (0, "two")]


def test_a_long_talk_is_cut_at_a_pause() -> None:
    first = words(" ".join(["talk"] * 70))
    second = words(" ".join(["more"] * 40), 22.0)
    turns = turns_from_words([first + second, ()])
    assert [turn.text.split()[0] for turn in turns] == ["talk", "more"]
    assert all(turn.end_s - turn.start_s <= LONGEST_TURN_S for turn in turns)


def test_nothing_said_is_no_turns() -> None:
    assert turns_from_words([(), ()]) == ()
    assert turns_from_words([]) == ()


def test_only_two_channels_have_parties() -> None:
    turns = turns_from_words([words("hello"), words("hi", 1.0)])
    assert [turn.party for turn in with_parties(turns, 1, 2)] == [Party.CUSTOMER, Party.AGENT]
    assert {turn.party for turn in with_parties(turns, None, 2)} == {Party.UNKNOWN}
    assert {turn.party for turn in with_parties(turns, 0, 3)} == {Party.UNKNOWN}


@st.composite
def channels(draw: st.DrawFn) -> list[tuple[Word, ...]]:
    """Words of each channel in order and apart, as an engine gives them; the channels overlap freely."""
    made = []
    for channel in range(2):
        at_s, said = 0.0, []
        for number in range(draw(st.integers(0, 12))):
            at_s += draw(st.sampled_from([0.0, 0.1, 0.79, 0.8, 1.5, 2.0, 6.0]))
            length_s = draw(st.sampled_from([0.0, 0.2, 0.5, 4.0]))
            said.append(Word(f"{channel}-{number}", round(at_s, 3), round(at_s + length_s, 3), 0.9))
            at_s += length_s
        made.append(tuple(said))
    return made


@settings(deadline=None)
@given(channels())
def test_every_word_stands_in_exactly_one_turn_of_its_channel(said: list[tuple[Word, ...]]) -> None:
    turns = turns_from_words(said)
    for channel, heard in enumerate(said):
        assert [word for turn in turns if turn.channel == channel for word in turn.words] == list(heard)


@settings(deadline=None)
@given(channels())
def test_turns_stand_in_order_and_have_no_negative_length(said: list[tuple[Word, ...]]) -> None:
    turns = turns_from_words(said)
    starts = [turn.start_s for turn in turns]
    assert starts == sorted(starts)
    assert all(turn.start_s <= turn.end_s and turn.words for turn in turns)
