"""What the shipped forms must not take for good service or for rudeness: denials and everyday sentences."""

from __future__ import annotations

from functools import cache

import pytest

from sapa.scorecards.evaluate import mark_criterion
from sapa.scorecards.library import scorecard_shipped, shipped_keys
from sapa.scorecards.tests.cards import judged
from sapa.scorecards.types import Criterion, Mark, PhraseSpec
from sapa.transcripts.tests.talk import agent, customer

shipped = cache(scorecard_shipped)
OPENING = {
    "en": "Good morning, Acme, this is Anna.",
    "ru": "Добрый день, меня зовут Анна.",
    "pl": "Dzień dobry, tu Anna.",
}
DENIALS = [
    ("en", "You will not receive a refund."),
    ("en", "You will receive no refund."),
    ("en", "You will never see your money."),
    ("en", "You won't get it and you will never receive a refund."),
    ("en", "We don't offer any help here."),
    ("en", "I will not check that for you."),
    ("en", "I can't send it and I am not going to check."),
    ("en", "Nothing has been sent and I have not booked it."),
    ("en", "Your appointment is not booked."),
    ("en", "It should be somewhere on the website."),
    ("en", "We would love to get that taken care of."),
    ("en", "We would like to get it taken care of some day."),
    ("ru", "Вы не получите возврат."),
    ("ru", "Вам ничего не придет."),
    ("ru", "Заявка не оформлена."),
    ("ru", "Я не буду это проверять, вам никогда не перезвонят."),
    ("pl", "Pan nie otrzyma zwrotu."),
    ("pl", "Karta nie została wysłana."),
    ("pl", "Nigdy tego nie sprawdzę."),
]
RESULTS = [
    ("en", "No problem, you will receive a refund."),
    ("en", "No, I have already booked it for you."),
    ("en", "Don't worry, it has been taken care of."),
    ("en", "I do not see it yet. I have just sent it again."),
    ("ru", "Не беспокойтесь, вы получите возврат."),
    ("ru", "Нет, заявка уже оформлена."),
    ("pl", "Nie ma problemu, karta została wysłana."),
    ("pl", "Nie, pan otrzyma zwrot w ciągu trzech dni."),
]
INNOCENT = [
    ("en", "I am so sorry, sometimes packages get lost in transit."),
    ("en", "We are a company who cares about its customers."),
    ("en", "Are you deaf or hard of hearing? I can speak slower."),
    ("en", "There is no such thing as a stupid question."),
    ("en", "I see, the router is off, so that's your problem."),
    ("en", "I don't care if it takes all day, I will find it."),
    ("en", "You are not stupid, the page is confusing."),
    ("en", "I am such an idiot, I forgot to press save."),
    ("en", "What a shame, your stupid router is off again."),
    ("en", "Is this your dumb terminal or the other one?"),
    ("ru", "Скажите, вы больничный уже оформили?"),
    ("ru", "Мне все равно как вам удобнее, утром или вечером."),
    ("ru", "Понятно, у вас отвалился интернет."),
    ("ru", "Вы глухой звук слышите или звонкий?"),
    ("ru", "Не бывает глупых вопросов."),
    ("ru", "Если курьер не отстанет, сообщите нам."),
    ("pl", "Proszę poczekać do jutra, ceny właśnie spadają."),
    ("pl", "Mam to gdzieś zapisane."),
    ("pl", "Nie ma głupich pytań."),
    ("pl", "Czy jest pan chory i potrzebuje zwolnienia?"),
]
RUDE = [
    ("en", "Oh shut up."),
    ("en", "You are an idiot."),
    ("en", "You're so stupid."),
    ("en", "That is not my problem."),
    ("en", "What the fuck do you want."),
    ("ru", "Вы идиот."),
    ("ru", "Заткнитесь уже."),
    ("ru", "Это не мои проблемы."),
    ("ru", "Мне плевать на это."),
    ("pl", "Zamknij się."),
    ("pl", "Jest pan głupi."),
    ("pl", "To nie mój problem."),
    ("pl", "Kurwa mać."),
]


def criterion(form: str, key: str) -> Criterion:
    return next(item for item in shipped(form).criteria if item.key == key)


def mark(form: str, key: str, language: str, *said: str) -> Mark:
    turns = [agent(text, 10.0 * place) for place, text in enumerate([OPENING[language], *said])]
    return mark_criterion(criterion(form, key), judged(turns[0], customer("Hm.", 5.0), *turns[1:], language=language))


@pytest.mark.parametrize(("language", "said"), DENIALS)
@pytest.mark.parametrize("key", ["problem_solved", "interest"])
def test_a_denial_or_a_wish_is_no_service(language: str, said: str, key: str) -> None:
    assert mark("inbound_service", key, language, said).value in {None, 0.0}


@pytest.mark.parametrize(("language", "said"), RESULTS)
def test_a_no_about_something_else_denies_nothing(language: str, said: str) -> None:
    assert mark("inbound_service", "problem_solved", language, said).value == 1.0


@pytest.mark.parametrize("form", shipped_keys())
@pytest.mark.parametrize(("language", "said"), INNOCENT)
def test_an_everyday_sentence_is_not_taken_for_rudeness(form: str, language: str, said: str) -> None:
    assert mark(form, "etiquette", language, said).value != 0.0


@pytest.mark.parametrize("form", shipped_keys())
@pytest.mark.parametrize(("language", "said"), RUDE)
def test_rudeness_to_the_customer_is_zero(form: str, language: str, said: str) -> None:
    assert mark(form, "etiquette", language, said).value == 0.0


def test_the_same_rude_words_are_listened_for_in_every_form() -> None:
    (first, *others) = [criterion(form, "etiquette").markers for form in shipped_keys()]
    assert all(markers == first for markers in others)


def test_data_for_the_record_alone_do_not_open_up_the_request() -> None:
    made = mark("inbound_service", "request_opened", "en", "May I have your name?")
    assert (made.value, made.reason.code) == (None, "phrases_uncertain")


def test_a_promise_without_a_result_is_half() -> None:
    assert mark("inbound_service", "problem_solved", "en", "We will look into it.").value == 0.5


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("Thank you for calling, goodbye.", 1.0),
        ("Anything else? Have a nice day.", 1.0),
        ("Is there anything else? Thank you for calling.", 0.5),
        ("Bye.", 0.5),
        ("Right.", 0.0),
    ],
)
def test_a_full_farewell_has_a_goodbye(said: str, value: float) -> None:
    farewell = criterion("inbound_service", "farewell")
    assert isinstance(farewell.markers[0], PhraseSpec)
    assert mark_criterion(farewell, judged(agent(said))).value == value


def test_the_greeting_is_no_sign_of_willingness() -> None:
    for language, said in [
        ("en", "How can I help you today?"),
        ("pl", "W czym mogę pomóc?"),
        ("ru", "Чем могу помочь?"),
    ]:
        assert mark("inbound_service", "interest", language, said).value is None
