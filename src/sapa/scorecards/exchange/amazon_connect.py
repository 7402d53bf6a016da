"""Evaluation forms of Amazon Connect: the content of CreateEvaluationForm, and back.

Shape: the `connect` service model of botocore 1.43, `CreateEvaluationFormRequest`. The id of the instance is not ours
to know and is left to who sends it. A criterion is a question with one choice of three, weights are shares of 100, a 0
on a critical criterion is an automatic fail, conditions on other answers are enablements. Lost on the way out: other
languages, the weights of other call types, machine rules, conditions on the call, the plain mode. Lost on the way in:
questions of other kinds, further answers, automation, conditions on contacts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sapa.scorecards.exchange.incoming import Reading, anchors_of, three_of
from sapa.scorecards.exchange.losses import Loss, Written, losses_of, titled
from sapa.scorecards.types import (
    AnchorValue,
    AnswerIs,
    CallType,
    Criterion,
    FactIs,
    MeasureIs,
    Scorecard,
    Section,
    text_in,
)

SCORES: dict[AnchorValue, int] = {"1": 10, "0.5": 5, "0": 0}
OPTION_ENDS: dict[AnchorValue, str] = {"1": "full", "0.5": "half", "0": "none"}
LONGEST_REF = 40
CALL = "call"


def is_one(raw: Any) -> bool:
    return isinstance(raw, dict) and "Items" in raw and "Title" in raw


def form_to_connect(card: Scorecard, *, language: str, call_type: str = "") -> Written:
    """In one language and with the weights of one call type, the first where none is told."""
    kind = call_type or next((one.key for one in card.call_types), "")
    total = sum(max(0.0, one.weights.get(kind, 0.0)) for one in card.criteria) or 1.0
    refs = {one.key: f"q{number}" for number, one in enumerate(card.criteria, start=1)}
    items = [
        {"Section": _section(section, kind, total, language, refs)}
        for section in card.sections
        if any(kind in one.weights for one in section.criteria)
    ]
    above = [{"PerformanceCategory": "EXCEEDS_EXPECTATIONS", "MinScorePercentage": card.band_pct}]
    content: dict[str, Any] = {
        "Title": text_in(card.title, language) or card.key,
        "Items": items,
        "ScoringStrategy": {"Mode": "QUESTION_ONLY", "Status": "ENABLED", "ScoreThresholds": above},
    }
    if card.purpose:
        content["Description"] = text_in(card.purpose, language)
    return Written(content, list(losses_of(card, language, kind)))


def _section(section: Section, kind: str, total: float, language: str, refs: dict[str, str]) -> dict[str, Any]:
    asked = [one for one in section.criteria if kind in one.weights]
    questions = [{"Question": _question(one, 100 * one.weights[kind] / total, language, refs)} for one in asked]
    return {"Title": text_in(section.title, language) or section.key, "RefId": f"s_{section.key}"[:LONGEST_REF],
            "Items": questions}  # fmt: skip


def _question(one: Criterion, weight: float, language: str, refs: dict[str, str]) -> dict[str, Any]:
    ref = refs[one.key]
    options = [
        {
            "RefId": f"{ref}_{OPTION_ENDS[value]}",
            "Text": text_in(one.anchors.get(value, {}), language) or value,
            "Score": score,
            **({"AutomaticFail": True} if one.critical and value == "0" else {}),
        }
        for value, score in SCORES.items()
    ]
    question: dict[str, Any] = {
        "Title": text_in(one.title, language) or one.key,
        "RefId": ref,
        "NotApplicableEnabled": one.na_allowed,
        "QuestionType": "SINGLESELECT",
        "QuestionTypeProperties": {"SingleSelect": {"Options": options, "DisplayAs": "RADIO"}},
        "Weight": round(weight, 4),
    }
    if one.help:
        question["Instructions"] = text_in(one.help, language)
    asks = [
        condition for condition in one.conditions if isinstance(condition, AnswerIs) and condition.criterion in refs
    ]
    if asks:
        operands = [{"Expression": _expression(condition, refs[condition.criterion])} for condition in asks]
        condition = {"Operands": operands, "Operator": "AND"}
        question["Enablement"] = {"Condition": condition, "Action": "ENABLE", "DefaultAction": "DISABLE"}
    return question


def _expression(condition: AnswerIs, ref: str) -> dict[str, Any]:
    values = [{"Type": "OPTION_REF_ID", "RefId": f"{ref}_{OPTION_ENDS[value]}"} for value in condition.values]
    return {"Source": {"Type": "QUESTION_REF_ID", "RefId": ref}, "Values": values, "Comparator": "IN"}


def form_from(raw: dict[str, Any], *, name: str, language: str) -> tuple[Scorecard, list[Loss]]:
    """Raises `ScorecardInvalid`."""
    reading = Reading(name, language)
    found = _Found(reading)
    title = reading.wording(raw.get("Title"), "Title", needed=True)
    sections = list(found.sections(reading.items(raw.get("Items"), "Items"), "Items", title, depth=0))
    reading.refuse_if_wrong()
    reading.taken.clear()
    card = Scorecard(
        key=reading.key("", next(iter(title.values()), ""), "form"),
        title=title,
        purpose=reading.wording(raw.get("Description"), "Description"),
        band_pct=_band_pct(raw),
        call_types=[CallType(key=CALL, title={"en": "Call"} | ({language: "Call"} if language != "en" else {}))],
        sections=[section.model_copy(update={"criteria": found.connected(section)}) for section in sections],
    )
    reading.refuse_if_wrong()
    losses = [loss for code, titles in found.lost.items() for loss in titled(code, titles)]
    return card, losses


def _band_pct(raw: dict[str, Any]) -> float:
    strategy = raw.get("ScoringStrategy")
    thresholds = strategy.get("ScoreThresholds") if isinstance(strategy, dict) else None
    for one in thresholds if isinstance(thresholds, list) else []:
        least = one.get("MinScorePercentage") if isinstance(one, dict) else None
        is_above = isinstance(one, dict) and one.get("PerformanceCategory") == "EXCEEDS_EXPECTATIONS"
        if is_above and isinstance(least, int | float) and not isinstance(least, bool) and 0 < least <= 100:
            return float(least)
    return 80.0


class _Found:
    """Questions as they are read: their keys, the answers that conditions may name, and what was left out."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.keys: dict[str, str] = {}  # ref id of a question → our key
        self.answers: dict[str, AnchorValue] = {}  # ref id of an option → our value
        self.enablements: dict[str, Any] = {}
        self.lost: dict[str, list[str]] = {}

    def sections(self, items: list[dict[str, Any]], where: str, title: Any, *, depth: int) -> Iterator[Section]:
        """Questions beside sections make a section of their own; a section in a section becomes one beside it."""
        if depth > 3:
            self.reading.problems.append(f"{where}: sections in sections in sections")
            return
        loose = [one["Question"] for one in items if isinstance(one.get("Question"), dict)]
        criteria = [made for number, one in enumerate(loose) if (made := self._question(one, f"{where}.{number}"))]
        if criteria:
            key = self.reading.key("", next(iter(title.values()), ""), "section")
            yield Section(key=key, title=title, criteria=criteria)
        for number, one in enumerate(items):
            section = one.get("Section")
            if isinstance(section, dict):
                here = f"{where}.{number}.Section"
                words = self.reading.wording(section.get("Title"), f"{here}.Title", needed=True)
                inside = self.reading.items(section.get("Items"), f"{here}.Items")
                yield from self.sections(inside, f"{here}.Items", words, depth=depth + 1)
            elif not isinstance(one.get("Question"), dict):
                self.reading.problems.append(f"{where}.{number}: neither a section nor a question")

    def _question(self, raw: dict[str, Any], where: str) -> Criterion | None:
        title = self.reading.wording(raw.get("Title"), f"{where}.Title", needed=True)
        words = next(iter(title.values()), "")
        properties = raw.get("QuestionTypeProperties")
        single = properties.get("SingleSelect") if isinstance(properties, dict) else None
        if raw.get("QuestionType") != "SINGLESELECT" or not isinstance(single, dict):
            self._lose("question_kind", words)
            return None
        options = self.reading.items(single.get("Options"), f"{where}.Options")
        if len(options) < 2:
            self.reading.problems.append(f"{where}.Options: at least two answers are needed")
            return None
        if single.get("Automation"):
            self._lose("automation", words)
        scoring = raw.get("ScoringConfiguration")
        if isinstance(scoring, dict) and scoring.get("IsExcludedFromScoring") is True:
            self._lose("excluded", words)
        key = self.reading.key(raw.get("RefId"), words, "criterion")
        anchors, critical = self._options(options, where, words)
        self.keys[str(raw.get("RefId"))] = key
        if raw.get("Enablement") is not None:
            self.enablements[key] = raw["Enablement"]
        weight = self.reading.number(raw["Weight"], f"{where}.Weight") if raw.get("Weight") is not None else 1.0
        return Criterion(
            key=key,
            title=title,
            help=self.reading.wording(raw.get("Instructions"), f"{where}.Instructions"),
            weights={CALL: weight} if weight > 0 else {},
            critical=critical,
            na_allowed=raw.get("NotApplicableEnabled") is True,
            anchors=anchors_of(anchors, self.reading.language),
        )

    def _options(self, options: list[dict[str, Any]], where: str, title: str) -> tuple[dict[AnchorValue, str], bool]:
        """An option without a score counts as nothing."""
        scored = [
            (
                self.reading.number(one.get("Score", 0), f"{where}.Options.{number}.Score"),
                self.reading.text(one.get("Text"), f"{where}.Options.{number}.Text", needed=True),
                one,
            )
            for number, one in enumerate(options)
        ]
        texts, others = three_of([(score, text) for score, text, _one in scored])
        if others:
            self._lose("answers_merged", title)
        for _score, text, one in scored:
            value = next((value for value, kept in texts.items() if kept == text), None)
            if value is not None and isinstance(one.get("RefId"), str):
                self.answers[one["RefId"]] = value
        critical = any(one.get("AutomaticFail") is True for _score, text, one in scored if text == texts["0"])
        return texts, critical

    def connected(self, section: Section) -> list[Criterion]:
        """With the conditions, which may name questions that come later."""
        made = []
        for one in section.criteria:
            raw = self.enablements.get(one.key)
            conditions = None if raw is None else self._conditions(raw)
            if raw is not None and conditions is None:
                self._lose("answer_conditions", text_in(one.title, self.reading.language))
            made.append(one.model_copy(update={"conditions": conditions}) if conditions else one)
        return made

    def _conditions(self, raw: Any) -> list[AnswerIs | FactIs | MeasureIs] | None:
        """None where it says something that ours cannot: only "all of these answers" can be kept."""
        condition = raw.get("Condition") if isinstance(raw, dict) else None
        operands = condition.get("Operands") if isinstance(condition, dict) else None
        if not isinstance(operands, list) or not isinstance(condition, dict) or raw.get("Action") != "ENABLE":
            return None
        if condition.get("Operator", "AND") != "AND" and len(operands) > 1:
            return None
        made: list[AnswerIs | FactIs | MeasureIs] = []
        for operand in operands:
            expression = operand.get("Expression") if isinstance(operand, dict) else None
            answer = self._answer(expression) if isinstance(expression, dict) else None
            if answer is None:
                return None
            made.append(answer)
        return made or None

    def _answer(self, expression: dict[str, Any]) -> AnswerIs | None:
        source, values = expression.get("Source"), expression.get("Values")
        if not isinstance(source, dict) or not isinstance(values, list) or expression.get("Comparator") != "IN":
            return None
        key = self.keys.get(str(source.get("RefId")))
        named = [self.answers.get(str(one.get("RefId"))) for one in values if isinstance(one, dict)]
        known = [value for value in named if value is not None]
        return (
            AnswerIs(kind="answer", criterion=key, values=known)
            if key and known and len(known) == len(values)
            else None
        )

    def _lose(self, code: str, title: str) -> None:
        self.lost.setdefault(code, []).append(title)
