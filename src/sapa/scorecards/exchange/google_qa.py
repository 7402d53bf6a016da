"""Scorecards of Google's Quality AI (Contact Center AI Insights v1): a QaScorecard with its QaQuestions, and back.

Shape: `{"qaScorecard": {displayName, description}, "qaQuestions": [QaQuestion]}`. There a scorecard is only a name and
its questions are sent one by one to a revision; a file needs both. A criterion is a question whose answers have scores
of value × weight; its section is a tag. Lost on the way out: other languages, the weights of other call types, machine
rules, conditions, that a 0 fails the call, the band, the plain mode. Lost on the way in: further answers.
"""

from __future__ import annotations

from typing import Any

from sapa.scorecards.exchange.incoming import Reading, anchors_of, three_of
from sapa.scorecards.exchange.losses import Loss, Written, losses_of, titled
from sapa.scorecards.types import AnchorValue, AnswerIs, CallType, Criterion, Scorecard, Section, text_in

SHARES: dict[AnchorValue, float] = {"1": 1.0, "0.5": 0.5, "0": 0.0}
CALL = "call"


def is_one(raw: Any) -> bool:
    return isinstance(raw, dict) and "qaQuestions" in raw


def form_to_google(card: Scorecard, *, language: str, call_type: str = "") -> Written:
    """In one language and with the weights of one call type, the first where none is told."""
    kind = call_type or next((one.key for one in card.call_types), "")
    asked = [(section, one) for section in card.sections for one in section.criteria if kind in one.weights]
    content = {
        "qaScorecard": {
            "displayName": text_in(card.title, language) or card.key,
            "description": text_in(card.purpose, language),
        },
        "qaQuestions": [
            _question(one, text_in(section.title, language) or section.key, number, kind, language)
            for number, (section, one) in enumerate(asked, start=1)
        ],
    }
    losses = list(losses_of(card, language, kind))
    losses += titled("critical", [one.key for one in card.criteria if one.critical])
    asking = [one.key for one in card.criteria if any(isinstance(each, AnswerIs) for each in one.conditions)]
    return Written(content, [*losses, *titled("answer_conditions", asking), Loss("band")])


def _question(one: Criterion, section: str, order: int, kind: str, language: str) -> dict[str, Any]:
    choices: list[dict[str, Any]] = [
        {
            "key": value,
            "strValue": text_in(one.anchors.get(value, {}), language) or value,
            "score": round(share * one.weights[kind], 6),
        }
        for value, share in SHARES.items()
    ]
    if one.na_allowed:
        choices.append({"key": "na", "naValue": True})
    return {
        "abbreviation": one.key,
        "questionBody": text_in(one.title, language) or one.key,
        "answerInstructions": text_in(one.help, language),
        "answerChoices": choices,
        "tags": [section],
        "order": order,
    }


def form_from(raw: dict[str, Any], *, name: str, language: str) -> tuple[Scorecard, list[Loss]]:
    """Raises `ScorecardInvalid`."""
    reading = Reading(name, language)
    told = raw.get("qaScorecard")
    head = told if isinstance(told, dict) else {}
    title = reading.wording(head.get("displayName"), "qaScorecard.displayName", needed=True)
    questions = reading.items(raw.get("qaQuestions"), "qaQuestions")
    merged: list[str] = []
    by_section: dict[str, list[Criterion]] = {}
    for number, one in enumerate(sorted(questions, key=_order)):
        tags = one.get("tags")
        tag = reading.text(tags[0], f"qaQuestions.{number}.tags") if isinstance(tags, list) and tags else ""
        made = _criterion(reading, one, f"qaQuestions.{number}", merged)
        if made is not None:
            by_section.setdefault(tag or next(iter(title.values()), ""), []).append(made)
    reading.refuse_if_wrong()
    reading.taken.clear()
    sections = [
        Section(key=reading.key("", words, "section"), title={language: words}, criteria=criteria)
        for words, criteria in by_section.items()
    ]
    reading.taken.clear()
    card = Scorecard(
        key=reading.key("", next(iter(title.values()), ""), "form"),
        title=title,
        purpose=reading.wording(head.get("description"), "qaScorecard.description"),
        call_types=[CallType(key=CALL, title={"en": "Call"} | ({language: "Call"} if language != "en" else {}))],
        sections=sections,
    )
    reading.refuse_if_wrong()
    return card, list(titled("answers_merged", merged))


def _order(question: dict[str, Any]) -> float:
    order = question.get("order")
    return float(order) if isinstance(order, int) and not isinstance(order, bool) and abs(order) < 10**9 else 0.0


def _criterion(reading: Reading, raw: dict[str, Any], where: str, merged: list[str]) -> Criterion | None:
    title = reading.wording(raw.get("questionBody"), f"{where}.questionBody", needed=True)
    words = next(iter(title.values()), "")
    choices = reading.items(raw.get("answerChoices"), f"{where}.answerChoices")
    scored = [
        (reading.number(one.get("score", 0), f"{where}.answerChoices.{number}.score"), _answer(reading, one, where))
        for number, one in enumerate(choices)
        if one.get("naValue") is not True
    ]
    if len(scored) < 2:
        reading.problems.append(f"{where}.answerChoices: at least two answers are needed")
        return None
    texts, others = three_of(scored)
    if others:
        merged.append(words)
    weight = max(score for score, _text in scored)
    return Criterion(
        key=reading.key(raw.get("abbreviation"), words, "criterion"),
        title=title,
        help=reading.wording(raw.get("answerInstructions"), f"{where}.answerInstructions"),
        weights={CALL: weight} if weight > 0 else {},
        na_allowed=any(one.get("naValue") is True for one in choices),
        anchors=anchors_of(texts, reading.language),
    )


def _answer(reading: Reading, choice: dict[str, Any], where: str) -> str:
    """A choice has one value: a text, a number or yes and no."""
    for name in ("strValue", "numValue", "boolValue"):
        if name in choice:
            value = choice[name]
            return reading.text(value if isinstance(value, str) else str(value), f"{where}.{name}", needed=True)
    return reading.text(choice.get("key"), f"{where}.answerChoices.key", needed=True)
