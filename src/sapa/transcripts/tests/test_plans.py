from __future__ import annotations

from random import Random
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sapa.transcripts.plans import (
    HearingPlan,
    Rule,
    depends_on_language,
    hints_cleaned,
    is_in_share,
    plan_for,
    plan_when_found,
)

GENERAL = Rule(model="large", hints=("Sapa",))
KAZAKH = Rule(language_heard="kk", model="kazakh", hints=("Дала",))
CARDS = Rule("cards", language_told="ru", hints=("Visa",))
CARDS_KAZAKH = Rule("cards", "kk", engine="faster_whisper", model="kazakh-cards")
RULES = (GENERAL, KAZAKH, CARDS, CARDS_KAZAKH)
QUEUES = st.sampled_from(["", "cards", "loans"])
LANGUAGES = st.sampled_from(["", "kk", "ru", "tt"])
RULE_LISTS = st.lists(
    st.builds(
        Rule, QUEUES, LANGUAGES, LANGUAGES,
        st.sampled_from(["", "one", "other"]), st.sampled_from(["", "small", "big"]),
        st.lists(st.sampled_from(["Sapa", "sapa", "Visa", "Дала"]), max_size=3).map(tuple),
    ),
    max_size=9,
    unique_by=lambda rule: (rule.queue, rule.language_heard),
)  # fmt: skip


@pytest.mark.parametrize(
    ("queue", "language", "model"),
    [
        ("cards", "kk", "kazakh-cards"),
        ("loans", "kk", "kazakh"),
        ("", "kk", "kazakh"),
        ("loans", "en", "large"),
        ("loans", "", "large"),
        ("cards", "en", "large"),
    ],
)
def test_the_most_specific_rule_that_fits_says_the_model(queue: str, language: str, model: str) -> None:
    assert plan_for(RULES, queue=queue, language=language).model == model


def test_without_rules_all_is_as_the_settings_say() -> None:
    assert plan_for((), queue="cards", language="") == HearingPlan()
    assert plan_for((), queue="", language="pl") == HearingPlan(language="pl")


def test_a_blank_field_falls_through_and_hints_add_up_own_queue_first() -> None:
    plan = plan_for(RULES, queue="cards", language="en")
    assert plan == HearingPlan(model="large", language="en", hints=("Visa", "Sapa"))
    assert plan_for(RULES, queue="cards", language="kk").hints == ("Visa", "Дала", "Sapa")


def test_the_queue_goes_before_the_language() -> None:
    rules = (Rule("cards", model="of the queue"), Rule(language_heard="kk", model="of the language"))
    assert plan_for(rules, queue="cards", language="kk").model == "of the queue"


def test_a_queue_tells_its_language_to_calls_that_came_without_one() -> None:
    assert plan_for(RULES, queue="cards", language="").language == "ru"
    assert plan_for(RULES, queue="cards", language="en").language == "en"
    told = (Rule("cards", language_told="kk"), KAZAKH)
    assert plan_for(told, queue="cards", language="") == HearingPlan(model="kazakh", language="kk", hints=("Дала",))


def test_a_model_is_not_taken_from_below_the_rule_that_names_the_engine() -> None:
    rules = (Rule("cards", engine="other"), GENERAL)
    assert plan_for(rules, queue="cards", language="").model == ""
    above = (Rule("cards", "kk", model="kazakh"), *rules)
    plan = plan_for(above, queue="cards", language="kk")
    assert (plan.engine, plan.model) == ("other", "kazakh")


def test_what_was_found_is_told_and_chooses() -> None:
    assert plan_when_found(RULES, queue="loans", found="kk") == HearingPlan(
        model="kazakh", language="kk", hints=("Дала", "Sapa")
    )
    assert plan_when_found(RULES, queue="loans", found="pl").language == "pl"


def test_a_language_that_is_heard_as_another_is_told_right_and_heard_by_its_own_rules() -> None:
    rules = (*RULES, Rule(language_heard="tt", language_told="kk"))
    assert plan_when_found(rules, queue="loans", found="tt") == plan_when_found(rules, queue="loans", found="kk")
    assert plan_for(rules, queue="loans", language="tt").language == "tt"  # the call itself came with it


@pytest.mark.parametrize(
    ("rules", "depends"), [((), False), ((GENERAL, CARDS), False), ((CARDS_KAZAKH,), False), ((KAZAKH,), True)]
)
def test_only_a_rule_of_the_own_queue_makes_the_language_matter(rules: tuple[Rule, ...], depends: bool) -> None:
    assert depends_on_language(rules, queue="loans") is depends
    assert depends_on_language((CARDS_KAZAKH,), queue="cards")


@given(RULE_LISTS, QUEUES, LANGUAGES, st.randoms(use_true_random=False))
def test_the_order_of_the_rules_does_not_matter(rules: list[Rule], queue: str, language: str, random: Random) -> None:
    other = sorted(rules, key=lambda _rule: random.random())
    assert plan_for(rules, queue=queue, language=language) == plan_for(other, queue=queue, language=language)


@given(RULE_LISTS, QUEUES, LANGUAGES)
def test_a_language_that_came_with_the_call_is_never_overruled(rules: list[Rule], queue: str, language: str) -> None:
    plan = plan_for(rules, queue=queue, language=language)
    assert not language or plan.language == language


@given(RULE_LISTS, QUEUES, LANGUAGES)
def test_what_the_plan_says_stands_in_a_rule_that_fits(rules: list[Rule], queue: str, language: str) -> None:
    plan = plan_for(rules, queue=queue, language=language)
    fit = [one for one in rules if one.queue in ("", queue) and one.language_heard in ("", plan.language)]
    assert plan.engine in {"", *(one.engine for one in fit)}
    assert plan.model in {"", *(one.model for one in fit)}
    said = {hint.casefold() for one in fit for hint in one.hints}
    assert {hint.casefold() for hint in plan.hints} == said
    assert len(plan.hints) == len(said)


@given(RULE_LISTS, QUEUES, LANGUAGES)
def test_rules_of_other_queues_change_nothing(rules: list[Rule], queue: str, language: str) -> None:
    own = [one for one in rules if one.queue in ("", queue)]
    assert plan_for(rules, queue=queue, language=language) == plan_for(own, queue=queue, language=language)


@given(RULE_LISTS, QUEUES)
def test_where_no_rule_asks_for_the_language_every_one_is_heard_alike(rules: list[Rule], queue: str) -> None:
    if not depends_on_language(rules, queue=queue):
        one, other = (plan_when_found(rules, queue=queue, found=found) for found in ("kk", "ru"))
        assert (one.engine, one.model, one.hints) == (other.engine, other.model, other.hints)


def test_hints_are_kept_without_blanks_and_doubles() -> None:
    assert hints_cleaned(["  Kaspi  Gold ", "", "kaspi gold", "Дала", "\t"]) == ("Kaspi Gold", "Дала")


def test_a_share_takes_the_same_calls_every_time_and_a_larger_one_more() -> None:
    calls = [UUID(int=number) for number in range(1000)]
    tenth, third = ({call for call in calls if is_in_share(call, pct)} for pct in (10, 33))
    assert 60 < len(tenth) < 140
    assert tenth < third


@given(st.integers(0, 100))
def test_nobody_is_in_no_share_and_everybody_in_all(pct: int) -> None:
    call = uuid4()
    assert not is_in_share(call, 0)
    assert is_in_share(call, 100)
    assert is_in_share(call, pct) == is_in_share(UUID(call.hex), pct)
