from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from sapa.accounts.models import Person
from sapa.calls.models import Call
from sapa.pipeline.models import StageRow, StageState
from sapa.transcripts.models import HearingRule, TranscriptRecord
from sapa.transcripts.plans import MOST_HINTS, Rule
from sapa.transcripts.rules import hearing_rule_set
from tests.fixtures.cast import SignedIn

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(signed_in: SignedIn, administrator: Person) -> Client:
    return signed_in(administrator)


def shown(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def kept() -> Rule:
    return HearingRule.objects.get().as_rule()


def test_without_rules_the_page_says_what_they_are_for(office: Client, settings: Any) -> None:
    page = shown(office, "/hearing/")
    assert "Every call is heard alike" in page
    assert "whisper-base" in page
    assert "SAPA_ASR_SECOND_MODEL" in page
    settings.SAPA_ASR_SECOND_MODEL, settings.SAPA_ASR_SECOND_SHARE = "/models/bigger", 25
    assert "hears 25\u00a0% of the calls" in shown(office, "/hearing/")


def test_rules_are_listed_in_words(office: Client) -> None:
    hearing_rule_set(None, Rule("cards", "kk", "ru", "faster_whisper", "/srv/models/large", tuple("abcdefg")))
    page = shown(office, "/hearing/")
    for words in ("cards", "Kazakh", "Russian", "Whisper, on this server", ">large<", "a, b, c, d, e", "+2"):
        assert words in page
    assert "/srv/models" not in page


def test_a_rule_is_added(office: Client) -> None:
    given = {"queue": " cards ", "language_heard": "kk", "model": "large", "hints": "Visa\r\n\r\n visa \r\nДала"}
    answer = office.post("/hearing/new", given, follow=True)
    assert "Saved." in answer.content.decode()
    assert kept() == Rule("cards", "kk", model="large", hints=("Visa", "Дала"))


def test_a_rule_is_changed_and_keeps_what_it_is_for(office: Client) -> None:
    rule = hearing_rule_set(None, Rule("cards", hints=("Visa",)))
    page = shown(office, f"/hearing/{rule.pk}/")
    assert "cards" in page
    assert ">Visa</textarea>" in page
    office.post(f"/hearing/{rule.pk}/", {"queue": "loans", "language_heard": "kk", "language_told": "pl"})
    assert kept() == Rule("cards", language_told="pl")


def test_a_rule_is_removed(office: Client) -> None:
    rule = hearing_rule_set(None, Rule("cards", model="large"))
    assert "removed" in office.post(f"/hearing/{rule.pk}/remove", follow=True).content.decode()
    assert not HearingRule.objects.exists()
    assert office.post(f"/hearing/{rule.pk}/remove").status_code == 404


def test_what_was_typed_is_kept_when_it_cannot_be_saved(office: Client) -> None:
    hints = "\n".join(f"word{number}" for number in range(MOST_HINTS + 1))
    answer = office.post("/hearing/new", {"queue": "cards", "language_told": "kk", "hints": hints})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "hearing_hints_invalid" in page
    assert "word60" in page
    assert '<option value="kk" selected>' in page
    assert not HearingRule.objects.exists()


def test_a_second_rule_for_the_same_calls_does_not_overwrite_the_first(office: Client) -> None:
    hearing_rule_set(None, Rule(model="large"))
    answer = office.post("/hearing/new", {"queue": " ", "model": "small"})
    assert answer.status_code == 409
    assert "already" in answer.content.decode()
    assert kept().model == "large"


def test_nobody_else_finds_the_pages(signed_in: SignedIn, bogdan: Person, daniyar: Person) -> None:
    rule = hearing_rule_set(None, Rule(model="large"))
    for person in (bogdan, daniyar):
        client = signed_in(person)
        assert "/hearing/" not in client.get("/calls/").content.decode()
        for address in ("/hearing/", "/hearing/new", f"/hearing/{rule.pk}/"):
            assert client.get(address).status_code == 404
        assert client.post("/hearing/new", {"queue": "cards", "model": "small"}).status_code == 404
        assert client.post(f"/hearing/{rule.pk}/remove").status_code == 404
    assert kept() == Rule(model="large")


def test_the_call_page_says_what_it_was_heard_with(call: Call, signed_in: SignedIn, aigerim: Person) -> None:
    page = shown(signed_in(aigerim), f"/calls/{call.pk}/")
    assert "Heard with whisper-base" in page
    assert "Whisper, on this server" in page


def test_hearing_again_is_offered_where_a_bigger_model_could(
    call: Call, signed_in: SignedIn, bogdan: Person, aigerim: Person, settings: Any
) -> None:
    address, offer = f"/calls/{call.pk}/", "/hear-again"
    assert offer not in shown(signed_in(bogdan), address)
    settings.SAPA_ASR_SECOND_MODEL = "/models/bigger"
    assert offer in shown(signed_in(bogdan), address)
    assert offer not in shown(signed_in(aigerim), address)
    TranscriptRecord.objects.update(model="/models/bigger")
    assert offer not in shown(signed_in(bogdan), address)


def test_a_person_lets_it_be_heard_again(
    call: Call, signed_in: SignedIn, bogdan: Person, aigerim: Person, settings: Any
) -> None:
    settings.SAPA_ASR_SECOND_MODEL = "/models/bigger"
    assert signed_in(aigerim).post(f"/calls/{call.pk}/hear-again").status_code == 403
    answer = signed_in(bogdan).post(f"/calls/{call.pk}/hear-again", follow=True)
    assert "The bigger model hears this call now" in answer.content.decode()
    assert "Hear again" not in answer.content.decode()
    assert StageRow.objects.get(call=call, stage="transcribe").state == StageState.WAITING


def test_nobody_hears_again_a_call_that_is_not_theirs(call: Call, signed_in: SignedIn, daniyar: Person) -> None:
    assert signed_in(daniyar).post(f"/calls/{call.pk}/hear-again").status_code == 404


@pytest.mark.parametrize("language", ["en", "ru", "pl", "kk"])
def test_it_stands_in_every_language(office: Client, language: str) -> None:
    rule = hearing_rule_set(None, Rule("cards", "kk", hints=("Visa",)))
    office.post("/language", {"language": language})
    for address in ("/hearing/", "/hearing/new", f"/hearing/{rule.pk}/"):
        assert f'<html lang="{language}"' in shown(office, address)
