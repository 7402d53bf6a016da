from __future__ import annotations

import pytest

from sapa.scorecards.markers import JudgedCall, marker_for
from sapa.scorecards.markers.phrase import HEARD_POORLY, turns_in_place
from sapa.scorecards.tests.cards import element, judged, phrase
from sapa.scorecards.types import Mark, MarkState, PhraseSpec
from sapa.transcripts.tests.talk import agent, customer, nobody
from sapa.transcripts.types import HearingLevel

HELLO = element("hello", "hello|hi")
NAME = element("name", "my name is")
HELP = element("help", "how can i help")
GREETING = phrase(HELLO, NAME, HELP)


def mark(spec: PhraseSpec, call: JudgedCall) -> Mark:
    made: Mark = marker_for("phrase").mark(spec, call)
    return made


def outcome(spec: PhraseSpec, call: JudgedCall) -> tuple[float | None, str]:
    made = mark(spec, call)
    return made.value, made.reason.code


def test_all_of_it_said_is_one() -> None:
    call = judged(agent("Hello, my name is Ann. How can I help?"), customer("Hi.", 5.0))
    made = mark(GREETING, call)
    assert (made.value, made.state, made.marker) == (1.0, MarkState.MARKED, "phrase/1")
    assert made.reason.facts == {"elements": ["hello", "name", "help"]}
    assert [item.quote for item in made.evidence] == ["Hello, my name is Ann. How can I help?"]


def test_some_of_it_said_is_half() -> None:
    made = mark(GREETING, judged(agent("Hello, my name is Ann.")))
    assert made.value == 0.5
    assert made.reason.facts == {"found": ["hello", "name"], "missing": ["help"]}


def test_none_of_it_said_is_zero_and_shows_what_was_said_instead() -> None:
    made = mark(GREETING, judged(agent("Speak."), customer("Well then.", 2.0), agent("Go on.", 4.0)))
    assert (made.value, made.reason.code) == (0.0, "phrases_missing")
    assert [item.quote for item in made.evidence] == ["Speak.", "Go on."]


def test_full_at_says_how_many_are_enough() -> None:
    spec = GREETING.model_copy(update={"full_at": 2})
    assert outcome(spec, judged(agent("Hello, my name is Ann.")))[0] == 1.0
    assert outcome(spec, judged(agent("Hello there.")))[0] == 0.5


def test_half_at_says_how_many_are_a_half() -> None:
    spec = GREETING.model_copy(update={"half_at": 2})
    assert outcome(spec, judged(agent("Hello there.")))[0] == 0.0
    assert outcome(spec, judged(agent("Hello, my name is Ann.")))[0] == 0.5


def test_a_required_element_that_is_missing_caps_the_value_at_half() -> None:
    spec = phrase(HELLO, NAME, element("help", "how can i help", required=True), full_at=2)
    assert outcome(spec, judged(agent("Hello, my name is Ann.")))[0] == 0.5
    assert outcome(spec, judged(agent("Hello, how can I help?")))[0] == 1.0


def test_partial_elements_alone_give_half_at_most() -> None:
    spec = phrase(HELP, element("name", "my name is", partial=True), element("hello", "hello|hi", partial=True))
    assert outcome(spec, judged(agent("Hello, my name is Ann.")))[0] == 0.5
    assert outcome(spec, judged(agent("So, how can I help?")))[0] == 1.0
    assert outcome(spec, judged(agent("So go on.")))[0] == 0.0


def test_what_must_not_be_said() -> None:
    spec = phrase(element("rude", "shut up"), forbidden=True)
    assert outcome(spec, judged(agent("Of course, madam."))) == (1.0, "phrases_forbidden_none")
    made = mark(spec, judged(agent("Oh shut up now.")))
    assert (made.value, made.reason.code) == (0.0, "phrases_forbidden_said")
    assert made.evidence[0].quote == "Oh shut up now."


def test_a_forbidden_word_that_was_heard_poorly_accuses_nobody() -> None:
    spec = phrase(element("rude", "shut up"), forbidden=True)
    made = mark(spec, judged(agent("Oh shut up now.", confidence=HEARD_POORLY - 0.01)))
    assert (made.state, made.reason.code) == (MarkState.ABSTAINED, "phrases_uncertain")
    assert made.evidence


@pytest.mark.parametrize("forbidden", [False, True])
def test_silence_about_a_thing_proves_nothing_when_hearing_is_poor(forbidden: bool) -> None:
    spec = phrase(HELLO, forbidden=forbidden)
    poor, good = (agent("Speak now.", confidence=confidence) for confidence in (HEARD_POORLY - 0.01, HEARD_POORLY))
    assert outcome(spec, judged(poor)) == (None, "heard_too_poorly")
    assert outcome(spec, judged(good))[0] is not None


def test_a_half_is_not_given_when_the_missing_part_may_have_been_mumbled() -> None:
    assert outcome(GREETING, judged(agent("Hello, my name is Ann.", confidence=0.3))) == (None, "heard_too_poorly")


def test_everything_found_is_marked_though_heard_poorly_and_says_so() -> None:
    made = mark(phrase(HELLO), judged(agent("Hello.", confidence=0.3)))
    assert (made.value, made.confidence) == (1.0, 0.3)


def test_things_with_too_many_wordings_abstain_when_missing() -> None:
    spec = phrase(HELLO, when_missing="abstain")
    assert outcome(spec, judged(agent("Speak now."))) == (None, "phrases_uncertain")
    assert outcome(spec, judged(agent("Hello.")))[0] == 1.0


@pytest.mark.parametrize(("by", "value"), [("agent", 0.0), ("customer", 1.0), ("anyone", 1.0)])
def test_it_matters_who_said_it(by: str, value: float) -> None:
    assert outcome(phrase(HELLO, by=by), judged(agent("Yes?"), customer("Hello.", 1.0)))[0] == value


def test_without_known_parties_only_what_anyone_may_say_is_judged() -> None:
    call = judged(nobody("Hello."), nobody("Yes?", 1.0, channel=1))
    assert outcome(phrase(HELLO), call) == (None, "parties_unknown")
    assert outcome(phrase(HELLO, by="anyone"), call)[0] == 1.0


@pytest.mark.parametrize("hearing", [HearingLevel.NONE, HearingLevel.UNMEASURED])
def test_a_language_that_is_not_heard_is_not_judged(hearing: HearingLevel) -> None:
    made = mark(GREETING, judged(agent("Сәлеметсіз бе"), language="kk", hearing=hearing))
    assert (made.state, made.reason.code, made.reason.facts) == (
        MarkState.ABSTAINED,
        "language_not_heard",
        {"language": "kk"},
    )


def test_a_form_without_the_language_of_the_call_is_not_held_against_the_agent() -> None:
    assert outcome(GREETING, judged(agent("Dzień dobry."), language="pl")) == (None, "language_not_heard")


def test_an_element_unknown_in_the_language_of_the_call_is_not_missing() -> None:
    spec = phrase(element("hello", "witam", language="pl"), NAME)
    polish = judged(agent("Witam pana serdecznie."), language="pl")
    assert outcome(spec, polish) == (None, "phrases_uncertain")
    assert outcome(spec.model_copy(update={"full_at": 1}), polish)[0] == 1.0


def test_a_forbidden_element_unknown_in_the_language_of_the_call_clears_nobody() -> None:
    spec = phrase(element("rude", "shut up"), element("other", "cholera", language="pl"), forbidden=True)
    assert outcome(spec, judged(agent("Dzień dobry panu."), language="pl")) == (None, "phrases_uncertain")


def test_doubt_that_cannot_change_the_value_does_not_matter() -> None:
    """One of three is surely missing and two in doubt or found: it stays a half either way."""
    spec = phrase(element("hello", "witam", language="pl"), element("name", "nazywam się", language="pl"), NAME)
    assert outcome(spec, judged(agent("Witam pana serdecznie."), language="pl"))[0] == 0.5


def test_a_call_without_speech_is_not_judged() -> None:
    assert outcome(GREETING, judged()) == (None, "no_speech")


def test_an_agent_who_never_speaks_said_nothing() -> None:
    call = judged(customer("Hello, is anybody there?"))
    assert outcome(GREETING, call) == (0.0, "phrases_missing")
    assert outcome(phrase(element("rude", "shut up"), forbidden=True), call) == (None, "no_speech")
    assert outcome(phrase(HELLO, when_missing="abstain"), call) == (None, "no_speech")


def test_the_first_seconds_count_from_the_first_word() -> None:
    spec = phrase(HELLO, place={"first_s": 5})
    assert outcome(spec, judged(customer("Yes?", 100.0), agent("Hello.", 105.0)))[0] == 1.0
    assert outcome(spec, judged(customer("Yes?", 100.0), agent("So.", 101.0), agent("Hello.", 105.1)))[0] == 0.0


def test_the_last_seconds_count_back_from_the_last_word() -> None:
    spec = phrase(element("bye", "goodbye"), place={"last_s": 5})
    assert outcome(spec, judged(agent("Goodbye."), agent("So.", 1.0), customer("Bye.", 5.0)))[0] == 1.0
    assert outcome(spec, judged(agent("Goodbye."), agent("So.", 2.0), customer("Bye.", 5.01)))[0] == 0.0


def test_a_turn_across_the_edge_keeps_its_words_inside() -> None:
    spec = phrase(HELLO, place={"first_s": 1.0})
    (turn,) = turns_in_place(spec, [agent("one two three four five six")])
    assert turn.text == "one two three four"


def test_the_first_turns_are_those_of_the_asked_party() -> None:
    spec = phrase(HELLO, place={"first_turns": 1})
    assert outcome(spec, judged(customer("Yes."), agent("So.", 1.0), agent("Hello.", 9.0)))[0] == 0.0
    assert outcome(spec, judged(customer("Yes."), agent("Hello.", 1.0)))[0] == 1.0


def test_for_a_missing_farewell_the_end_of_the_call_is_shown() -> None:
    spec = phrase(element("bye", "goodbye"), place={"last_s": 60})
    made = mark(spec, judged(agent("One."), agent("Two.", 1.0), agent("Three.", 2.0)))
    assert [item.quote for item in made.evidence] == ["Two.", "Three."]


def test_the_company_of_this_installation_is_listened_for() -> None:
    spec = phrase(element("company", "{company}"))
    call = judged(agent("Valley Bank, good morning."), company_names=("Sapa", "Valley Bank"))
    assert outcome(spec, call)[0] == 1.0
    assert outcome(spec, judged(agent("Valley Bank, good morning.")))[0] == 0.0


def test_the_quote_is_what_was_heard_around_the_words() -> None:
    call = judged(agent("one two three four five Hello six seven eight nine ten"))
    (evidence,) = mark(phrase(HELLO), call).evidence
    assert evidence.quote == "two three four five Hello six seven eight nine"
    assert (evidence.start_s, evidence.end_s) == (0.3, 3.0)


def test_the_quote_does_not_put_the_other_partys_words_in_it() -> None:
    call = judged(customer("may I ask"), agent("Hello.", 1.0), customer("yes of course", 2.0))
    (evidence,) = mark(phrase(HELLO, by="anyone"), call).evidence
    assert evidence.quote == "Hello."


def test_evidence_lies_inside_the_call_and_is_made_of_its_words() -> None:
    turns = agent("Well hello, my name is Ann, so how can I help you today?"), customer("Hi, my name is Bob.", 5.0)
    call = judged(*turns)
    spoken = " ".join(turn.text for turn in turns)
    for item in mark(GREETING, call).evidence:
        assert item.quote in spoken
        assert turns[0].start_s <= item.start_s < item.end_s <= turns[1].end_s


def test_a_mark_never_brings_more_evidence_than_a_person_looks_at() -> None:
    letters = ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf"]
    spec = phrase(*(element(letter, letter) for letter in letters))
    far_apart = [agent(letter, 10.0 * place) for place, letter in enumerate(letters)]
    assert len(mark(spec, judged(*far_apart)).evidence) == 5


def test_words_that_may_be_innocent_are_left_to_a_person() -> None:
    spec = phrase(element("rude", "shut up"), element("sharp", "your problem", unsure=True), forbidden=True)
    made = mark(spec, judged(agent("So that is your problem.")))
    assert (made.state, made.reason.code) == (MarkState.ABSTAINED, "phrases_uncertain")
    assert made.evidence
    assert outcome(spec, judged(agent("Oh shut up, your problem.")))[0] == 0.0
    assert outcome(spec, judged(agent("It is not your problem.")))[0] == 1.0


def test_a_denied_rude_word_accuses_nobody_and_clears_nobody() -> None:
    spec = phrase(element("rude", "you are ... stupid"), forbidden=True)
    assert outcome(spec, judged(agent("You are not stupid."))) == (None, "phrases_uncertain")


def test_partial_elements_alone_abstain_where_absence_proves_nothing() -> None:
    spec = phrase(HELP, element("name", "my name is", partial=True), when_missing="abstain")
    assert outcome(spec, judged(agent("My name is Ann."))) == (None, "phrases_uncertain")
    spec = phrase(HELP, HELLO, when_missing="abstain")
    assert outcome(spec, judged(agent("Hello.")))[0] == 0.5


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"by": "agent"}, (None, "recording_mono")),
        ({"by": "customer"}, (None, "recording_mono")),
        ({"by": "anyone"}, (1.0, "phrases_all_said")),
        ({"by": "anyone", "place": {"first_turns": 2}}, (None, "recording_mono")),
    ],
)
def test_of_a_mono_recording_only_what_anyone_may_say_is_judged(
    more: dict[str, object], expected: tuple[float | None, str]
) -> None:
    spec = phrase(element("hello", "hello"), **more)
    assert outcome(spec, judged(nobody("hello there"), channels=1)) == expected
