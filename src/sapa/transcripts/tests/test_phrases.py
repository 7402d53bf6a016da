from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sapa.transcripts.phrases import BREAK_S, MAX_GAP_WORDS, Token, is_denied, normalised, pattern, stem, tokens_of
from sapa.transcripts.tests.talk import agent, customer, tokens


def found(written: str, text: str, language: str = "en", company_names: tuple[str, ...] = ()) -> str | None:
    """The words that the pattern matches in the text, or None."""
    hit = pattern(written, language, company_names).find(tokens(text, language))
    return " ".join(word.text for word in hit.words) if hit else None


@pytest.mark.parametrize(
    ("language", "written", "text"),
    [
        ("en", "transfer money", "we are transferring money now"),
        ("en", "account", "two accounts"),
        ("ru", "перевод на карту", "два перевода на карты"),
        ("ru", "помочь", "я помочь могу"),
        ("ru", "вопрос", "остались вопросы"),
        ("pl", "rozmowa", "dziękuję za rozmowę"),
        ("pl", "numer klienta", "numeru klientów"),
    ],
)
def test_it_finds_every_form_of_a_word(language: str, written: str, text: str) -> None:
    assert found(written, text, language) is not None


@pytest.mark.parametrize(
    ("language", "written", "text"),
    [
        ("en", "help", "hello there"),
        ("en", "account", "we count it"),
        ("ru", "банк", "банкет завтра"),
        ("pl", "dobry", "dobrze"),
    ],
)
def test_it_does_not_take_another_word_for_a_form(language: str, written: str, text: str) -> None:
    assert found(written, text, language) is None


def test_a_language_without_a_stemmer_is_matched_word_for_word() -> None:
    assert found("көмек", "көмек керек", "kk") == "көмек"
    assert found("көмек", "көмектесемін", "kk") is None


@pytest.mark.parametrize(
    ("written", "text", "language"),
    [
        ("мое имя", "Моё имя Анна", "ru"),
        ("моё имя", "мое имя Анна", "ru"),
        ("youre welcome", "You're welcome.", "en"),
        ("you're welcome", "youre welcome", "en"),
        ("you’re welcome", "You`re welcome!", "en"),
        ("ДОБРЫЙ ДЕНЬ", "добрый день", "ru"),
        ("strasse", "Straße", "de"),
    ],
)
def test_case_accents_and_apostrophes_do_not_matter(written: str, text: str, language: str) -> None:
    assert found(written, text, language) is not None


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("good bye", "Good-bye."),
        ("good-bye", "good bye"),
        ("e-mail", "your e-mail, please"),
        ("by e-mail|letter", "by letter"),
        ("by letter|e-mail", "by e-mail"),
        ("24 7", "open 24/7"),
        ("thank you", "Well — thank you!"),
        ("yes sir", "“Yes, sir.”"),
    ],
)
def test_punctuation_and_hyphens_part_words_and_do_not_hide_them(written: str, text: str) -> None:
    assert found(written, text) is not None


def test_underscores_and_lone_signs_are_no_words() -> None:
    assert normalised("— … _ !") == []
    assert found("a b", "a — b") == "a b"


def test_a_star_is_the_beginning_of_a_word() -> None:
    assert found("помог*", "поможем", "ru") is None
    assert found("помо*", "поможем", "ru") == "поможем"
    assert found("help*", "that is unhelpful") is None


def test_alternatives_stand_in_one_place() -> None:
    assert found("good morning|evening", "Good evening, hello") == "Good evening,"
    assert found("good morning|evening", "good day, good night") is None
    assert found("hi|hell*", "hello") == "hello"


@pytest.mark.parametrize("between", range(MAX_GAP_WORDS + 1))
def test_a_gap_spans_up_to_four_words(between: int) -> None:
    text = " ".join(["how", *["so"] * between, "help"])
    assert found("how ... help", text) == text


def test_a_gap_does_not_span_five_words() -> None:
    assert found("how ... help", "how one two three four five help") is None


def test_a_gap_begins_again_at_a_later_word() -> None:
    assert found("how ... help", "how so one two three four five how help") == "how help"


def test_gaps_at_the_edges_ask_for_nothing() -> None:
    assert found("... goodbye ...", "well goodbye") == "goodbye"
    assert found("thank you ...", "thank you") == "thank you"


def test_words_across_a_long_pause_are_no_phrase() -> None:
    near = tokens_of([agent("thank", 0.0), agent("you", 0.3 + BREAK_S)], "en")
    far = tokens_of([agent("thank", 0.0), agent("you", 0.31 + BREAK_S)], "en")
    assert pattern("thank you", "en").find(near)
    assert pattern("thank you", "en").find(far) is None
    assert pattern("thank ... you", "en").find(far) is None


def test_a_long_pause_inside_a_gap_parts_the_phrase() -> None:
    heard = tokens_of([agent("how can i"), agent("well help", 10.0)], "en")
    assert pattern("how ... help", "en").find(heard) is None


def test_a_phrase_goes_on_over_turns_that_follow_at_once() -> None:
    heard = tokens_of([agent("thank"), agent("you", 1.0)], "en")
    hit = pattern("thank you", "en").find(heard)
    assert hit is not None
    assert (hit.start_s, hit.end_s) == (0.0, 1.3)


def test_a_company_name_is_needed_where_it_is_asked_for() -> None:
    assert found("this is {company}", "This is company speaking") is None
    assert found("this is {company}", "This is Valley Bank", company_names=("Valley Bank",)) == "This is Valley Bank"
    assert found("this is {company}", "This is Valley Motors", company_names=("Valley Bank",)) is None


@pytest.mark.parametrize(
    "name", ["Coca-Cola", "T-Mobile", "O'Reilly", "A&B Motors", "Happy Valley National Bank", "4U"]
)
def test_company_names_may_have_several_words_and_signs(name: str) -> None:
    assert found("{company} speaking", f"Hello, {name} speaking", company_names=("Other", name)) == f"{name} speaking"


def test_every_company_name_counts_and_stands_beside_other_words() -> None:
    names = ("Sapa", "Valley Bank")
    assert found("{company}|bank", "Sapa here", company_names=names) == "Sapa"
    assert found("{company}|shop", "Valley Bank here", company_names=names) == "Valley Bank"
    assert found("{company}|shop", "the shop", company_names=()) == "shop"


@pytest.mark.parametrize("written", ["", "...", "?", "{company}"])
def test_a_pattern_of_nothing_matches_nothing(written: str) -> None:
    assert found(written, "anything at all") is None


def test_the_first_place_is_the_hit_and_its_confidence_the_mean() -> None:
    heard = tokens_of([agent("yes please", confidence=0.4), agent("yes please", 1.0, confidence=0.8)], "en")
    hit = pattern("yes please", "en").find(heard)
    assert hit is not None
    assert hit.start_s == 0.0
    assert hit.confidence == pytest.approx(0.4)


def test_many_gaps_over_a_long_talk_come_to_an_end() -> None:
    """No time is taken: a search that tried every way would not end within the test run."""
    heard = tokens_of([agent(" ".join(["word"] * 2000)), customer("word", 1000.0)], "en")
    assert pattern("word ... word ... word ... never", "en").find(heard) is None


VOCABULARY = st.sampled_from(["help", "you", "how", "can", "we", "thank", "e-mail", "it's", "bank"])
TEXTS = st.lists(VOCABULARY, min_size=1, max_size=20).map(" ".join)
PATTERNS = st.lists(st.one_of(VOCABULARY, st.just("..."), st.just("how|can"), st.just("th*")), max_size=5).map(" ".join)


@settings(deadline=None)
@given(text=TEXTS, written=PATTERNS)
def test_what_matched_was_heard_in_that_order(text: str, written: str) -> None:
    heard = tokens(text)
    hit = pattern(written, "en").find(heard)
    if hit is not None:
        spoken = list(dict.fromkeys(token.word for token in heard))  # "e-mail" is two tokens of one word
        first = next(place for place in range(len(spoken)) if spoken[place : place + len(hit.words)] == list(hit.words))
        assert first >= 0
        assert hit.start_s <= hit.end_s


@settings(deadline=None)
@given(before=TEXTS, phrase=TEXTS, after=TEXTS)
def test_what_was_said_is_found_wherever_it_stands(before: str, phrase: str, after: str) -> None:
    assert found(phrase, f"{before} {phrase} {after}") is not None


@pytest.mark.parametrize(
    ("language", "written", "text"),
    [
        ("en", "you will ... receive", "You will not receive it."),
        ("en", "you will ... receive", "you will most likely never receive it"),
        ("en", "look into", "I won't look into it"),
        ("en", "look into", "I will not really look into it"),
        ("en", "you will receive", "you will receive nothing of it"),
        ("ru", "вы ... получите", "вы ничего не получите"),
        ("ru", "оформлен*", "заказ еще не был оформлен"),
        ("pl", "pan ... otrzyma*", "pan tego nie otrzyma"),
        ("pl", "gotowe", "nie jest gotowe"),
    ],
)
def test_what_is_denied_was_not_said(language: str, written: str, text: str) -> None:
    assert found(written, text, language) is None
    assert pattern(written, language).find(tokens(text, language), denied_too=True) is not None


@pytest.mark.parametrize(
    ("language", "written", "text"),
    [
        ("en", "i will", "No problem, I will."),
        ("en", "i will", "no problem I will"),
        ("en", "i will", "No, I will."),
        ("en", "i will", "It is not here. I will."),
        ("en", "i ... check", "why don't I quickly check"),
        ("en", "you ... see", "didn't you already see it"),
        ("en", "sorry", "I am sorry nobody called"),
        ("en", "anything else for you", "is there anything else for you no?"),
        ("en", "i will", "it is not so very clear I will"),
        ("ru", "вы получите", "не беспокойтесь вы получите"),
        ("pl", "karta ... gotowa", "nie ma problemu karta jest gotowa"),
    ],
)
def test_a_negator_that_denies_something_else_does_not_count(language: str, written: str, text: str) -> None:
    assert found(written, text, language) is not None


@pytest.mark.parametrize(
    ("written", "text"), [("not interested", "I am not interested"), ("no ... money", "no I have never had money")]
)
def test_a_pattern_that_spells_a_negator_means_it(written: str, text: str) -> None:
    assert found(written, text) is not None


def test_a_negator_in_another_turn_or_after_a_pause_denies_nothing() -> None:
    wanted = pattern("i will", "en")
    assert wanted.find(tokens_of([agent("no"), agent("I will", 0.3)], "en")) is not None
    later = [Token("not", "not", agent("not").words[0], negates=True), *tokens_of([agent("I will", BREAK_S + 1)], "en")]
    assert wanted.find(later) is not None


def test_a_denying_sentence_is_told_apart() -> None:
    assert is_denied("You will not receive it.", "en")
    assert not is_denied("No problem, you will.", "en")
    assert not is_denied("ne", "kk")


def test_two_threads_get_the_same_stems_as_one() -> None:
    """`sapa grade` marks two files at once, and the site has many threads."""
    beginnings = ("generaliz", "nation", "hopeful", "vari", "conditional", "sensat")
    ends = ("ation", "ness", "ously", "ational", "ities", "fulness", "ing", "ed", "izer", "es")
    words = [beginning + end for beginning in beginnings for end in ends]
    alone = [stem.__wrapped__(word, "en") for word in words]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            together = list(pool.map(lambda _: [stem.__wrapped__(word, "en") for word in words], range(40)))
    finally:
        sys.setswitchinterval(before)
    assert all(stems == alone for stems in together)
