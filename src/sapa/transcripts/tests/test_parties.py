from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from sapa.recordings.types import AgentChannel, ChannelSource
from sapa.transcripts.parties import CUES_DIR, agent_channel_found
from sapa.transcripts.phrases import pattern, tokens_of
from sapa.transcripts.tests.talk import nobody
from sapa.transcripts.types import Turn


def found(*turns: Turn, language: str = "en", company_names: tuple[str, ...] = ()) -> AgentChannel:
    return agent_channel_found(turns, language=language, channels=2, company_names=company_names)


CALLS = {
    "en": (
        "Hello, thank you for calling Valley Bank. How can I help you today?",
        "Hi, I would like to check my balance.",
    ),
    "ru": ("Здравствуйте, банк Долина, меня зовут Анна, чем могу помочь?", "Здравствуйте, я хотел бы узнать баланс."),
    "pl": ("Dzień dobry, Bank Dolina, w czym mogę pomóc?", "Dzień dobry, chciałbym sprawdzić saldo."),
}


@pytest.mark.parametrize("language", CALLS)
@pytest.mark.parametrize("agent_channel", [0, 1])
def test_who_offers_help_is_the_agent_on_either_channel(language: str, agent_channel: int) -> None:
    greeting, request = CALLS[language]
    talk = (nobody(greeting, channel=agent_channel), nobody(request, 8.0, channel=1 - agent_channel))
    agent = found(*talk, language=language)
    assert (agent.channel, agent.source) == (agent_channel, ChannelSource.FOUND)
    assert 0 < agent.confidence <= 1
    assert agent.reason


def test_the_customer_may_speak_first() -> None:
    talk = (nobody("Hello?", channel=0), nobody("Thank you for calling, how may I help you?", 2.0, channel=1))
    assert found(*talk).channel == 1


def test_it_is_unsure_when_neither_greets() -> None:
    agent = found(nobody("seven eight nine", channel=0), nobody("ten eleven", 2.0, channel=1))
    assert (agent.channel, agent.source, agent.confidence) == (None, ChannelSource.UNSURE, 0.0)


def test_it_is_unsure_when_both_sound_like_agents() -> None:
    line = "Thank you for calling, how can I help you?"
    assert found(nobody(line, channel=0), nobody(line, 5.0, channel=1)).source is ChannelSource.UNSURE


def test_it_is_unsure_when_nobody_speaks() -> None:
    assert found().source is ChannelSource.UNSURE


def test_it_is_unsure_with_one_channel() -> None:
    turn = nobody("Thank you for calling, how can I help you?")
    assert agent_channel_found([turn], language="en", channels=1).source is ChannelSource.UNSURE


@pytest.mark.parametrize("language", ["kk", "xx", "", "../en"])
def test_a_language_without_cues_leaves_it_unsure(language: str) -> None:
    assert found(nobody("Thank you for calling", channel=0), language=language).source is ChannelSource.UNSURE


def test_a_company_name_shows_the_agent_in_any_language() -> None:
    talk = (nobody("Сәлеметсіз бе, Дала банкі", channel=1), nobody("Сәлеметсіз бе", 4.0, channel=0))
    agent = found(*talk, language="kk", company_names=("Дала",))
    assert (agent.channel, agent.reason) == (1, "Дала")


def test_the_same_cue_twice_counts_once() -> None:
    once = found(nobody("you are welcome how can I help you", channel=0))
    twice = found(nobody("you are welcome how can I help you", channel=0), nobody("how can I help you", 9.0, channel=0))
    assert once == twice


def test_one_party_alone_can_be_known() -> None:
    """The other channel is silent: a voice box, or a customer who only listens."""
    agent = found(nobody("Thank you for calling, how can I help you?", channel=1))
    assert agent.channel == 1
    assert 0.8 < agent.confidence < 1.0  # never all sure: one cue of the other side could have spoken against it


@pytest.mark.parametrize("path", sorted(CUES_DIR.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_cue_can_be_heard(path: Path) -> None:
    """A cue that does not match its own words would never be found in a call."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert set(content) == {"agent", "customer"}
    for entry in [*content["agent"], *content["customer"]]:
        spoken = " ".join(part.split("|")[0].rstrip("*") for part in entry["said"].split() if part != "...")
        heard = tokens_of([nobody(spoken.replace("{company}", "Acme"))], path.stem)
        assert pattern(entry["said"], path.stem, ("Acme",)).find(heard), entry["said"]
        assert entry.get("weight", 1) > 0


def test_a_customer_who_asks_for_the_company_is_no_agent() -> None:
    talk = nobody("Hello, is that Acme?", channel=0), nobody("Yes it is.", 3.0, channel=1)
    assert found(*talk, company_names=("Acme",)).channel == 1
