"""Which channel is the agent's, when nobody said: the one who greets, names the company and offers help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from sapa.recordings.types import UNSURE, AgentChannel, ChannelSource
from sapa.transcripts.phrases import pattern, tokens_of
from sapa.transcripts.types import Turn

CUES_DIR = Path(__file__).parent / "cues"
COMPANY_WEIGHT = 3.0
MIN_LEAD = 2.0  # one clear cue more than the other side has
MOST_QUOTES = 2
OPENING_S = 60.0  # the greeting weighs double here


@dataclass(frozen=True)
class Cue:
    """`side` is +1 when the phrase shows an agent, −1 when it shows a customer."""

    said: str
    side: int
    weight: float


@dataclass(frozen=True)
class CueHeard:
    cue: Cue
    weight: float
    quote: str


def agent_channel_found(
    turns: Sequence[Turn], *, language: str, channels: int, company_names: tuple[str, ...] = ()
) -> AgentChannel:
    """The channel whose words look more like an agent's by at least `MIN_LEAD`; otherwise unsure.

    Each cue counts once per channel, twice in the first minute. `confidence` = lead / (all the weight seen + one
    clear cue that could have spoken against it); `reason` quotes what spoke loudest.
    """
    if channels != 2 or not turns:
        return UNSURE
    cues = _cues(language) + tuple(Cue(name, 1, COMPANY_WEIGHT) for name in company_names)
    heard = [_heard(turns, channel, language, cues, company_names) for channel in (0, 1)]
    scores = [sum(item.cue.side * item.weight for item in found) for found in heard]
    lead = scores[0] - scores[1]
    weight_seen = sum(item.weight for found in heard for item in found)
    if abs(lead) < MIN_LEAD:
        return UNSURE
    agent = 0 if lead > 0 else 1
    loudest = sorted((item for item in heard[agent] if item.cue.side > 0), key=lambda item: -item.weight)
    quotes = list(dict.fromkeys(item.quote for item in loudest))[:MOST_QUOTES]
    return AgentChannel(agent, ChannelSource.FOUND, abs(lead) / (weight_seen + MIN_LEAD), "; ".join(quotes))


def _heard(
    turns: Sequence[Turn], channel: int, language: str, cues: tuple[Cue, ...], company_names: tuple[str, ...]
) -> list[CueHeard]:
    tokens = tokens_of((turn for turn in turns if turn.channel == channel), language)
    opening_end_s = min(turn.start_s for turn in turns) + OPENING_S
    found = []
    for cue in cues:
        hit = pattern(cue.said, language, company_names).find(tokens)
        if hit:
            weight = cue.weight * (2.0 if hit.start_s <= opening_end_s else 1.0)
            found.append(CueHeard(cue, weight, " ".join(word.text for word in hit.words)))
    return found


@lru_cache(maxsize=8)
def _cues(language: str) -> tuple[Cue, ...]:
    path = CUES_DIR / f"{language}.yaml"
    if not language.isalpha() or not path.exists():
        return ()
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    return tuple(
        Cue(str(entry["said"]), side, float(entry.get("weight", 1)))
        for name, side in (("agent", 1), ("customer", -1))
        for entry in raw.get(name) or []
    )
