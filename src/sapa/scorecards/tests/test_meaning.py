"""The real sentence encoder, which loads from its package on disk. What counts as meaning the same is ADR 6's."""

from __future__ import annotations

import pytest

from sapa.scorecards.markers import marker_for
from sapa.scorecards.markers.meaning import FEWEST_WORDS, MOST_WORDS, closeness, sentences_of, vectors
from sapa.scorecards.markers.phrase import MAY_MEAN_IT, MEANS_IT
from sapa.scorecards.tests.cards import judged
from sapa.scorecards.types import Mark, MarkState, PhraseSpec
from sapa.transcripts.tests.talk import agent, customer


def mark(example: str, said: str, *, language: str = "en") -> Mark:
    spec = PhraseSpec.model_validate({"elements": [{"key": "meant", "like": {language: [example]}}]})
    made: Mark = marker_for("phrase").mark(spec, judged(agent(said), language=language))
    return made


@pytest.mark.parametrize(
    ("language", "example", "said"),
    [
        ("en", "Is there anything else I can help you with?", "So. Is there anything more I can help you with?"),
        ("ru", "Могу ли я ещё чем-то помочь?", "Хорошо. Я могу вам ещё чем-нибудь помочь?"),
        ("pl", "Czy mogę jeszcze w czymś pomóc?", "Dobrze. Czy jeszcze w czymś mogę pomóc?"),
    ],
)
def test_the_same_said_in_other_words_is_found_with_its_sentence(language: str, example: str, said: str) -> None:
    made = mark(example, said, language=language)
    assert made.value == 1.0
    (evidence,) = made.evidence
    assert evidence.quote == said.partition(". ")[2]
    assert evidence.start_s == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("language", "example", "said"),
    [
        ("en", "Is there anything else I can help you with?", "The amount is one hundred dollars."),
        ("ru", "Могу ли я ещё чем-то помочь?", "Сумма перевода сто рублей."),
        ("pl", "Czy mogę jeszcze w czymś pomóc?", "Kwota przelewu to sto złotych."),
    ],
)
def test_something_else_said_is_missing(language: str, example: str, said: str) -> None:
    assert mark(example, said, language=language).value == 0.0


def test_what_nobody_can_tell_is_an_abstention_with_the_sentence_in_doubt() -> None:
    example, said = "I am sorry for the trouble.", "Sorry about the delay."
    assert MAY_MEAN_IT <= float(closeness([said], [example])[0, 0]) < MEANS_IT
    made = mark(example, said)
    assert (made.state, made.evidence[0].quote) == (MarkState.ABSTAINED, said)


@pytest.mark.parametrize(
    ("language", "example", "said"),
    [
        ("en", "You will receive it within three days.", "You will not receive it within three days."),
        ("en", "Nobody else on the market has this.", "Somebody else on the market has this."),
        ("ru", "Вы получите его в течение трёх дней.", "Вы не получите его в течение трёх дней."),
        ("pl", "Otrzyma pan przesyłkę w ciągu trzech dni.", "Nie otrzyma pan przesyłki w ciągu trzech dni."),
    ],
)
def test_a_sentence_that_denies_what_the_example_affirms_is_in_doubt(language: str, example: str, said: str) -> None:
    assert closeness([said], [example])[0, 0] >= MEANS_IT
    assert mark(example, said, language=language).state is MarkState.ABSTAINED
    assert mark(example, f"{said} {example}", language=language).value == 1.0


def test_a_language_the_encoder_does_not_know_is_not_judged_by_meaning() -> None:
    made = mark("Тағы немен көмектесе аламын?", "Рақмет, сау болыңыз.", language="kk")
    assert (made.state, made.reason.code) == (MarkState.ABSTAINED, "phrases_uncertain")


def test_vectors_have_length_one_and_the_same_text_the_same_vector() -> None:
    made = vectors(("hello there", "hello there", "goodbye"))
    assert made.shape == (3, 512)
    assert [float(row @ row) for row in made] == pytest.approx([1.0] * 3, abs=1e-3)
    assert closeness(["hello there"], ["hello there", "goodbye"])[0].argmax() == 0


def test_sentences_end_at_their_marks_and_with_their_turn() -> None:
    talk = agent("Good morning. How are you? Fine then"), customer("I am", 5.0)
    assert [sentence.text for sentence in sentences_of(talk)] == ["Good morning.", "How are you?", "Fine then", "I am"]


def test_a_talk_without_marks_is_cut_and_single_words_are_left_out() -> None:
    long = " ".join(["word"] * (MOST_WORDS + FEWEST_WORDS))
    lengths = [len(sentence.words) for sentence in sentences_of([agent(long), agent("Yes.", 60.0)])]
    assert lengths == [MOST_WORDS, FEWEST_WORDS]
