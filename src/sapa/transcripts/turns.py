"""From the words of each channel to the turns of a conversation."""

from __future__ import annotations

from collections.abc import Sequence

from sapa.calls.types import Party
from sapa.transcripts.types import Turn, Word

UTTERANCE_GAP_S = 0.8  # a longer pause ends an utterance
JOIN_GAP_S = 2.0  # utterances closer than this, with nobody speaking between, are one turn
LONGEST_TURN_S = 30.0  # longer ones are cut at a pause, to stay readable


def turns_from_words(channels: Sequence[Sequence[Word]]) -> tuple[Turn, ...]:
    """Turns in order of their start. A word appears in exactly one turn; every word is kept."""
    utterances = sorted(
        (
            Turn(channel, Party.UNKNOWN, words)
            for channel, spoken in enumerate(channels)
            for words in _utterances(spoken)
        ),
        key=lambda turn: (turn.start_s, turn.channel),
    )
    turns: list[Turn] = []
    for utterance in utterances:
        if turns and _goes_on(turns[-1], utterance):
            turns[-1] = Turn(utterance.channel, Party.UNKNOWN, turns[-1].words + utterance.words)
        else:
            turns.append(utterance)
    return tuple(turns)


def _utterances(words: Sequence[Word]) -> list[tuple[Word, ...]]:
    groups: list[list[Word]] = []
    for word in sorted(words, key=lambda word: word.start_s):
        if groups and word.start_s - groups[-1][-1].end_s < UTTERANCE_GAP_S:
            groups[-1].append(word)
        else:
            groups.append([word])
    return [tuple(group) for group in groups]


def _goes_on(turn: Turn, utterance: Turn) -> bool:
    return (
        turn.channel == utterance.channel
        and utterance.start_s - turn.end_s < JOIN_GAP_S
        and utterance.end_s - turn.start_s <= LONGEST_TURN_S
    )
