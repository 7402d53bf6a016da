"""Forms of other systems: there and back, and whatever hostile hands send."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sapa.scorecards.errors import ScorecardInvalid
from sapa.scorecards.exchange import EXPORTS, amazon_connect, form_read, google_qa
from sapa.scorecards.exchange.losses import SENTENCES
from sapa.scorecards.findings import errors_of
from sapa.scorecards.form_yaml import MOST_NODES
from sapa.scorecards.library import scorecard_dump, scorecard_shipped, shipped_keys
from sapa.scorecards.tests.cards import card, criterion
from sapa.scorecards.tests.test_findings import on_answer, on_direction
from sapa.scorecards.types import Criterion, Scorecard

CALL = {"key": "call", "title": {"en": "Call"}}
SOME = card(
    criterion("greets", weights={"call": 3}, critical=True, help={"en": "Listen"}),
    criterion("offers", weights={"call": 1}, na_allowed=False, conditions=[on_answer("greets", "1", "0.5")]),
    call_types=[CALL],
    purpose={"en": "For all"},
    band_pct=75,
)


def read(content: Any) -> tuple[Scorecard, list[str]]:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    form, losses = form_read(body, name="theirs.json", language="en")
    return form, [loss.code for loss in losses]


def kept(one: Criterion) -> tuple[Any, ...]:
    return one.title, one.help, one.anchors, one.na_allowed


def test_there_and_back_by_amazon_keeps_all_that_its_shape_holds() -> None:
    form, losses = read(amazon_connect.form_to_connect(SOME, language="en").content)
    assert losses == []
    assert [kept(one) for one in form.criteria] == [kept(one) for one in SOME.criteria]
    assert [one.weights["call"] for one in form.criteria] == [75, 25]
    assert [one.critical for one in form.criteria] == [True, False]
    assert form.criteria[1].conditions[0].model_dump() == on_answer("q1", "1", "0.5")
    assert (form.band_pct, form.purpose, errors_of(form)) == (75, {"en": "For all"}, [])


def test_there_and_back_by_google_keeps_all_that_its_shape_holds() -> None:
    form, losses = read(google_qa.form_to_google(SOME, language="en").content)
    assert losses == []
    assert [kept(one) for one in form.criteria] == [kept(one) for one in SOME.criteria]
    assert [one.key for one in form.criteria] == ["greets", "offers"]
    assert [one.weights for one in form.criteria] == [{"call": 3}, {"call": 1}]
    assert (form.purpose, errors_of(form)) == ({"en": "For all"}, [])


def test_what_is_lost_on_the_way_out_is_said() -> None:
    shipped = scorecard_shipped("cqr")
    amazon = {loss.code for loss in amazon_connect.form_to_connect(shipped, language="en").losses}
    assert amazon == {"languages", "call_types", "markers", "conditions"}
    google = {loss.code for loss in google_qa.form_to_google(SOME, language="en").losses}
    assert google == {"critical", "answer_conditions", "band"}
    by_fact = card(criterion(conditions=[on_direction("inbound")]), mode="plain")
    assert [one.code for one in amazon_connect.form_to_connect(by_fact, language="en").losses] == ["mode", "conditions"]


def test_every_loss_has_its_sentence() -> None:
    assert not [code for code, words in SENTENCES.items() if "%(" in str(words) % {"titles": "a", "type": "b"}]


def question(ref: str = "q1", **more: Any) -> dict[str, Any]:
    options = [{"RefId": f"{ref}-{score}", "Text": f"worth {score}", "Score": score} for score in (0, 4, 10, 6)]
    single = {"SingleSelect": {"Options": options}}
    return {"Title": ref, "RefId": ref, "QuestionType": "SINGLESELECT", "QuestionTypeProperties": single} | more


def theirs(*items: dict[str, Any]) -> dict[str, Any]:
    return {"Title": "Theirs", "Items": list(items)}


def test_more_answers_become_three_and_other_kinds_are_left_out() -> None:
    free = {"Title": "Notes", "RefId": "n", "QuestionType": "TEXT"}
    form, losses = read(theirs({"Question": question()}, {"Question": free}))
    anchors = {value: text["en"] for value, text in form.criteria[0].anchors.items()}
    assert anchors["1"] == "worth 10"
    assert anchors["0"] == "worth 0"
    assert anchors["0.5"] in {"worth 4", "worth 6"}
    assert sorted(losses) == ["answers_merged", "question_kind"]


def test_sections_in_sections_stand_beside_each_other() -> None:
    inner = {"Section": {"Title": "Inner", "RefId": "i", "Items": [{"Question": question("b")}]}}
    outer = {"Section": {"Title": "Outer", "RefId": "o", "Items": [{"Question": question("a")}, inner]}}
    form, _losses = read({"EvaluationForm": theirs(outer)})
    assert [section.title["en"] for section in form.sections] == ["Outer", "Inner"]


@pytest.mark.parametrize("enablement", [
    {"Condition": {"Operands": []}, "Action": "ENABLE"},
    {"Condition": {"Operands": [{"Expression": {"Source": {"Type": "CONTACT"}, "Values": [], "Comparator": "IN"}}]},
     "Action": "ENABLE"},
    {"Condition": 7, "Action": "ENABLE"},
    "always",
])  # fmt: skip
def test_a_condition_that_ours_cannot_say_is_a_loss(enablement: Any) -> None:
    form, losses = read(theirs({"Question": question(Enablement=enablement)}))
    assert form.criteria[0].conditions == []
    assert "answer_conditions" in losses


@pytest.mark.parametrize(
    "content",
    [
        theirs({"Question": question(Weight="heavy")}),
        theirs({"Question": question(Weight=float("inf"))}),
        theirs({"Question": question(Title="x" * 6000)}),
        theirs({"Question": question(QuestionTypeProperties={"SingleSelect": {"Options": [{"Text": "one"}]}})}),
        theirs({"Question": question(QuestionTypeProperties={"SingleSelect": {"Options": "all"}})}),
        theirs({}),
        theirs(*({"Question": question(f"q{number}")} for number in range(101))),
        {"Title": 5, "Items": []},
        {"Title": "x", "Items": {}},
        {"qaQuestions": []},
        {"qaScorecard": {"displayName": "x"}, "qaQuestions": [{"questionBody": "a", "answerChoices": []}]},
        {"qaScorecard": {"displayName": "x"}, "qaQuestions": ["a"]},
        {"something": "else"},
        b"{" * 200_000,
        b'{"Title": ',
        b"\xff",
    ],
)
def test_what_is_wrong_is_refused_by_a_code(content: Any, refused: Callable[..., Any]) -> None:
    with refused("scorecard_invalid"):
        read(content)


def test_a_file_that_unfolds_without_end_is_refused(refused: Callable[..., Any]) -> None:
    layers = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 9))
    with refused("scorecard_invalid", problems=["is too large for a form"]):
        read(f"l0: &l0 [x]\n{layers}\n".encode())
    with refused("scorecard_invalid"):
        read(b"key: &a [*a]\n")
    assert MOST_NODES > 20_000


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["Title", "Items", "Section", "Question", "RefId", "Options", "SingleSelect", "Score", "Text",
                         "QuestionTypeProperties", "qaScorecard", "displayName", "answerChoices", "score"]),
        inner, max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.fixed_dictionaries({"Title": ANYTHING, "Items": ANYTHING}) | st.fixed_dictionaries(
    {"qaScorecard": ANYTHING, "qaQuestions": st.lists(ANYTHING, max_size=3)}))  # fmt: skip
def test_whatever_is_sent_is_read_or_refused(content: dict[str, Any]) -> None:
    try:
        form, _losses = read(content)
    except ScorecardInvalid:
        return
    assert Scorecard.model_validate(form.model_dump(mode="json", exclude_unset=True)) == form


@pytest.mark.parametrize("key", shipped_keys())
def test_yaml_holds_everything(key: str) -> None:
    shipped = scorecard_shipped(key)
    written = EXPORTS["yaml"].write(shipped, "en")
    assert isinstance(written, str)
    assert written == scorecard_dump(shipped)
    assert form_read(written.encode(), name="x", language="en") == (shipped, [])
