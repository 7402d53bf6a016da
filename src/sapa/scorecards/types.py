"""Scorecards, marks and evaluations as values. A scorecard is written by people in YAML; its shape is here, with bounds
that no form meets, for what programs send."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from sapa.core.storable import storable

LARGEST_FORM = 500
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Words = Annotated[str, StringConstraints(max_length=5000), AfterValidator(storable)]
Phrase = Annotated[str, StringConstraints(max_length=600), AfterValidator(storable)]
Language = Annotated[str, StringConstraints(max_length=35), AfterValidator(storable)]
Text = dict[Language, Words]  # language code → wording; "en" is the fallback
Weight = Annotated[float, Field(ge=-1e6, le=1e6)]
AnchorValue = Literal["1", "0.5", "0"]
Direction = Literal["inbound", "outbound", "internal"]
Mode = Literal["cqr", "points", "plain"]


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class CallType(Shape):
    """`cues` are phrases that show this type when nobody told it; `in_averages` is false for spam calls."""

    key: Key
    title: Text
    in_averages: bool = True
    cues: PhraseSpec | None = None


class Place(Shape):
    """The part of the call looked at. Seconds count from the first or back from the last spoken word."""

    first_s: float | None = Field(default=None, gt=0)
    last_s: float | None = Field(default=None, gt=0)
    first_turns: int | None = Field(default=None, gt=0, le=10_000)


class Element(Shape):
    """One thing to be said: by words (`said`, with word forms) or by meaning (`like`, examples).

    Both are language → list. In `said`, `...` stands for up to four words, `*` ends a word stem,
    `{company}` for any company name set for this installation. A `partial` element counts towards 0.5 only.
    Words that may be innocent are `unsure`: the machine then says where, and leaves the judgement to a person.
    """

    key: Key
    title: Text = {}
    said: dict[Language, list[Phrase]] = {}
    like: dict[Language, list[Phrase]] = {}
    required: bool = False
    partial: bool = False
    unsure: bool = False


class PhraseSpec(Shape):
    """Value by elements found: all (or `full_at`) → 1, at least `half_at` → 0.5, fewer → `when_missing`.

    A missing `required` element caps the value at 0.5. With `forbidden` the elements are things that must
    *not* be said: none → 1, any → 0. `when_missing: abstain` is for things that have too many wordings for
    their absence to prove anything; partial elements alone are then no 0.5 either.
    """

    kind: Literal["phrase"] = "phrase"
    by: Literal["agent", "customer", "anyone"] = "agent"
    place: Place = Place()
    elements: list[Element] = Field(min_length=1, max_length=200)
    full_at: int | None = Field(default=None, ge=1, le=10_000)
    half_at: int = Field(default=1, ge=1, le=10_000)
    forbidden: bool = False
    when_missing: Literal["zero", "abstain"] = "zero"


class Limit(Shape):
    """A closed range; an open side has no limit."""

    at_least: float | None = None
    at_most: float | None = None

    def holds(self, value: float) -> bool:
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)


class MeasureSpec(Shape):
    """Value by a measure: inside `full` → 1, inside `half` → 0.5, else 0. Abstains when there is too little talk."""

    kind: Literal["measure"] = "measure"
    measure: Key
    full: Limit
    half: Limit
    needs_talk_s: float = Field(default=20.0, ge=0)
    evidence_tag: Words | None = None


MarkerSpec = Annotated[PhraseSpec | MeasureSpec, Field(discriminator="kind")]


class AnswerIs(Shape):
    """Holds when another criterion of the form is marked with one of these values."""

    kind: Literal["answer"] = "answer"
    criterion: Key
    values: list[AnchorValue] = Field(min_length=1)


class FactIs(Shape):
    """Holds when a fact of the call is one of these."""

    kind: Literal["fact"] = "fact"
    fact: Literal["direction", "queue", "team", "language"]
    values: list[Words] = Field(min_length=1)


class MeasureIs(Shape):
    """Holds when a measure of the call lies within the limit."""

    kind: Literal["measure"] = "measure"
    measure: Key
    limit: Limit


Condition = Annotated[AnswerIs | FactIs | MeasureIs, Field(discriminator="kind")]


class Criterion(Shape):
    """`weights`: call type → weight; a call type that is absent does not use this criterion.

    Several `markers`: the lowest value counts; a 0 stands even if another marker abstains.
    `only_if` makes it not applicable unless these phrases are found; `conditions` unless each of them holds.
    `na_allowed`: a person may say that it does not apply.
    """

    key: Key
    title: Text
    help: Text = {}
    weights: dict[Key, Weight] = {}
    critical: bool = False
    na_allowed: bool = True
    anchors: dict[AnchorValue, Text] = {}
    only_if: PhraseSpec | None = None
    conditions: list[Condition] = Field(default=[], max_length=100)
    markers: list[MarkerSpec] = Field(default=[], max_length=100)


class Section(Shape):
    key: Key
    title: Text
    criteria: list[Criterion] = []


class Scorecard(Shape):
    """One revision's whole content, or a draft that may still lack something: `findings_of` tells what.

    `band_pct`: a CQR from here up is a good call. `mode`: `cqr` gives 0–100, `points` the same sums as points,
    `plain` only a verdict, which a person says and the machine proposes.
    """

    key: Key
    title: Text
    purpose: Text = {}
    directions: list[Direction] = []
    mode: Mode = "cqr"
    band_pct: float = Field(default=80.0, gt=0, le=100)
    call_types: list[CallType] = Field(default=[], max_length=100)
    sections: list[Section] = Field(default=[], max_length=100)

    @model_validator(mode="after")
    def _is_of_a_size(self) -> Scorecard:
        if len(self.criteria) > LARGEST_FORM:
            raise ValueError(f"has more than {LARGEST_FORM} criteria")
        return self

    @property
    def criteria(self) -> list[Criterion]:
        return [criterion for section in self.sections for criterion in section.criteria]


CallType.model_rebuild()


class MarkState(StrEnum):
    MARKED = "marked"
    ABSTAINED = "abstained"
    NOT_APPLICABLE = "not_applicable"


class Verdict(StrEnum):
    SUCCESSFUL = "successful"
    UNSUCCESSFUL = "unsuccessful"
    UNDECIDED = "undecided"


class CallTypeSource(StrEnum):
    TOLD = "told"
    FOUND = "found"
    ASSUMED = "assumed"


@dataclass(frozen=True)
class Evidence:
    """A stretch of the call and the words in it, as heard."""

    start_s: float
    end_s: float
    quote: str


@dataclass(frozen=True)
class Reason:
    """Why a mark is as it is: a stable code and its facts, worded in the reader's language on screen."""

    code: str
    facts: dict[str, Any]


@dataclass(frozen=True)
class Mark:
    """`value` 1, 0.5, 0, or None when abstained or not applicable; `confidence` 0–1."""

    value: float | None
    state: MarkState
    confidence: float
    marker: str
    reason: Reason
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True)
class CriterionMark:
    key: str
    weight: float
    critical: bool
    mark: Mark


@dataclass(frozen=True)
class Score:
    """`cqr_pct` is None below 60 % coverage, when nothing is applicable, and in the plain mode. `proposed` is what the
    machine would say where only a person says the verdict."""

    cqr_pct: float | None
    coverage_pct: float
    verdict: Verdict
    proposed: Verdict | None = None


@dataclass(frozen=True)
class Evaluation:
    scorecard: str
    revision: int
    call_type: str
    call_type_source: CallTypeSource
    marks: tuple[CriterionMark, ...]
    score: Score


def text_in(text: Text, language: str) -> str:
    """The wording in `language`, else English, else any."""
    return text.get(language) or text.get("en") or next(iter(text.values()), "")
