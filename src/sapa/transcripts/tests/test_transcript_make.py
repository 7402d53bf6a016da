"""With which engine and model a stored call is heard: rules, settings, the share and the wish of the second tier."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from django.conf import settings as django_settings

from sapa.calls.models import Call
from sapa.recordings.types import Samples
from sapa.transcripts.engines import ENGINES, engine_named
from sapa.transcripts.models import HearingWish
from sapa.transcripts.plans import HearingPlan, Rule
from sapa.transcripts.rules import hearing_rule_set
from sapa.transcripts.services import engine_of, hearing_wish_make, transcript_make, transcript_save
from sapa.transcripts.tests.talk import words
from sapa.transcripts.types import HeardSpeech, Transcript

pytestmark = pytest.mark.django_db


class Told:
    """It keeps what it was told, and takes every call for Polish."""

    def __init__(self, name: str, model: str) -> None:
        self.name, self.model = name, model or "of the settings"

    def transcribe(
        self,
        samples: Samples,
        *,
        language: str | None = None,
        hints: Sequence[str] = (),
        progress: Callable[[float], None] | None = None,
    ) -> HeardSpeech:
        said = (words(" ".join(hints) or "nothing"), ())
        return HeardSpeech(language or "pl", 0.9, said, self.name, self.model)


def told(model: str = "") -> Told:
    return Told("faster_whisper", model or django_settings.SAPA_ASR_MODEL)


def told_by_another(model: str = "") -> Told:
    return Told("other", model)


@pytest.fixture(autouse=True)
def engines(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[None]:
    settings.SAPA_ASR_MODEL = "of the settings"
    monkeypatch.setitem(ENGINES, "faster_whisper", f"{__name__}:told")
    monkeypatch.setitem(ENGINES, "other", f"{__name__}:told_by_another")
    engine_named.cache_clear()
    yield
    engine_named.cache_clear()


def heard(call: Call) -> tuple[str, str, str]:
    made = made_of(call)
    return made.engine, made.model, made.language


def made_of(call: Call) -> Transcript:
    return transcript_make(call.pk, lambda _share: None)


def test_without_rules_a_call_is_heard_as_the_settings_say(call: Call) -> None:
    assert heard(call) == ("faster_whisper", "of the settings", "en")
    Call.objects.update(language="")
    assert heard(call) == ("faster_whisper", "of the settings", "pl")


def test_the_rule_of_its_queue_says_engine_model_and_hints(call: Call) -> None:
    hearing_rule_set(None, Rule("cards", engine="other", model="big", hints=("Visa", "Дала")))
    hearing_rule_set(None, Rule("loans", model="small"))
    assert heard(call) == ("other", "big", "en")
    assert made_of(call).turns[0].text == "Visa Дала"


def test_the_language_that_is_found_chooses(call: Call) -> None:
    Call.objects.update(language="")
    hearing_rule_set(None, Rule(language_heard="pl", model="polish"))
    assert heard(call) == ("faster_whisper", "polish", "pl")


def test_a_queue_tells_the_language(call: Call) -> None:
    Call.objects.update(language="", queue=None)
    hearing_rule_set(None, Rule("cards", language_told="kk"))
    assert heard(call)[2] == "pl"
    call.save()  # with its queue, and its own language
    assert heard(call)[2] == "en"
    Call.objects.update(language="")
    assert heard(call)[2] == "kk"


def test_an_engine_that_was_taken_out_of_the_program_is_told(
    call: Call, refused: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    hearing_rule_set(None, Rule("cards", engine="other"))
    monkeypatch.delitem(ENGINES, "other")
    with refused("engine_unknown"):
        made_of(call)


def test_the_model_of_the_settings_is_one_by_whichever_name(settings: Any) -> None:
    settings.SAPA_ASR_MODEL = "/models/base"
    assert engine_of(HearingPlan()) is engine_of(HearingPlan(engine="faster_whisper", model="/models/base"))
    assert engine_of(HearingPlan()) is not engine_of(HearingPlan(engine="other", model="/models/base"))


def test_the_share_of_the_second_model_is_heard_by_it_with_the_hints_of_the_rules(call: Call, settings: Any) -> None:
    hearing_rule_set(None, Rule("cards", engine="other", model="small", hints=("Visa",)))
    settings.SAPA_ASR_SECOND_MODEL, settings.SAPA_ASR_SECOND_SHARE = "big", 100
    assert heard(call) == ("faster_whisper", "big", "en")
    assert made_of(call).turns[0].text == "Visa"
    settings.SAPA_ASR_SECOND_ENGINE = "other"
    assert heard(call) == ("other", "big", "en")
    settings.SAPA_ASR_SECOND_SHARE = 0
    assert heard(call)[1] == "small"


def test_a_call_that_somebody_wants_heard_by_the_second_model_is(call: Call, settings: Any) -> None:
    settings.SAPA_ASR_SECOND_MODEL = "big"
    assert heard(call)[1] == "of the settings"
    hearing_wish_make(None, call)
    assert heard(call)[1] == "big"
    settings.SAPA_ASR_SECOND_MODEL = ""
    assert heard(call)[1] == "of the settings"


def test_without_a_second_model_nothing_can_be_wished_for(call: Call, refused: Callable[..., Any]) -> None:
    with refused("second_model_missing"):
        hearing_wish_make(None, call)
    assert not HearingWish.objects.exists()


def test_what_the_second_model_heard_it_need_not_hear_again(
    call: Call, settings: Any, refused: Callable[..., Any]
) -> None:
    settings.SAPA_ASR_SECOND_MODEL, settings.SAPA_ASR_SECOND_SHARE = "big", 100
    transcript_save(call.pk, made_of(call))
    with refused("heard_by_second_model"):
        hearing_wish_make(None, call)
    settings.SAPA_ASR_SECOND_MODEL = "bigger"
    hearing_wish_make(None, call)
    assert heard(call)[1] == "bigger"


def test_every_engine_may_be_the_second() -> None:
    from sapa.config.env import VARIABLES

    allowed = VARIABLES["SAPA_ASR_SECOND_ENGINE"].help.partition("one of: ")[2].rstrip(")")
    assert {*allowed.split(", "), "other"} == {*ENGINES}
