"""Reading and writing scorecards as YAML, and the forms that ship with the program."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from sapa.analytics.measures import DEFINITIONS
from sapa.analytics.types import TagKind
from sapa.scorecards.errors import ScorecardInvalid, ScorecardMissing
from sapa.scorecards.types import Criterion, MeasureSpec, PhraseSpec, Scorecard

FORMS_DIR = Path(__file__).parent / "forms"
DEFAULT_KEY = "inbound_service"


def scorecard_parse(source: str, *, name: str) -> Scorecard:
    """Raises `ScorecardInvalid` with every problem found, each with its place in the file."""
    try:
        raw: Any = yaml.safe_load(source)
    except (yaml.YAMLError, ValueError) as exc:  # ValueError: an unquoted 2026-13-45 is taken for a date
        raise ScorecardInvalid(name, [f"not YAML: {exc}"]) from exc
    if not isinstance(raw, dict):
        raise ScorecardInvalid(name, ["the file holds no scorecard"])
    try:
        card = Scorecard.model_validate(raw)
    except ValidationError as exc:
        problems = [f"{'.'.join(str(part) for part in error['loc'])}: {error['msg']}" for error in exc.errors()]
        raise ScorecardInvalid(name, problems) from exc
    if problems := scorecard_problems(card):
        raise ScorecardInvalid(name, problems)
    return card


def scorecard_problems(card: Scorecard) -> list[str]:
    """What the shape alone does not show: repeated keys, weights for call types that do not exist, anchors,
    markers that could never give a value."""
    problems = _repeated([criterion.key for criterion in card.criteria], "criterion")
    problems += _repeated([call_type.key for call_type in card.call_types], "call type")
    problems += _repeated([section.key for section in card.sections], "section")
    known = {call_type.key for call_type in card.call_types}
    for call_type in card.call_types:
        problems += _spec_problems(f"call type {call_type.key}", [call_type.cues])
    for criterion in card.criteria:
        problems += _criterion_problems(criterion, known)
        problems += _spec_problems(f"criterion {criterion.key}", [criterion.only_if, *criterion.markers])
    for key in sorted(known):
        if not any(criterion.weights.get(key, 0) > 0 for criterion in card.criteria):
            problems.append(f"call type {key} has no criterion with a weight")
    return problems


def _criterion_problems(criterion: Criterion, known: set[str]) -> list[str]:
    problems = [
        f"criterion {criterion.key}: weight for unknown call type {key}"
        for key in criterion.weights
        if key not in known
    ]
    problems += [
        f"criterion {criterion.key}: weight for {key} must be above 0 (leave it out if unused)"
        for key, weight in criterion.weights.items()
        if weight <= 0
    ]
    missing = {"1", "0.5", "0"} - set(criterion.anchors)
    if missing:
        problems.append(f"criterion {criterion.key}: no anchor for {', '.join(sorted(missing))}")
    return problems


def _spec_problems(where: str, specs: Sequence[PhraseSpec | MeasureSpec | None]) -> list[str]:
    problems: list[str] = []
    for spec in specs:
        if isinstance(spec, PhraseSpec):
            problems += [f"{where}: {problem}" for problem in _phrase_problems(spec)]
        elif isinstance(spec, MeasureSpec):
            problems += [f"{where}: {problem}" for problem in _measure_problems(spec)]
    return problems


def _phrase_problems(spec: PhraseSpec) -> list[str]:
    problems = _repeated([element.key for element in spec.elements], "element")
    problems += [
        f"element {element.key} has nothing to listen for (said or like)"
        for element in spec.elements
        if not any(element.said.values()) and not any(element.like.values())
    ]
    whole = [element for element in spec.elements if not element.partial]
    if not whole:
        problems.append("every element is partial, so nothing could give 1")
    elif spec.full_at is not None and spec.full_at > len(whole):
        problems.append(f"full_at is {spec.full_at}, more than its elements that are not partial")
    if spec.half_at > len(spec.elements):
        problems.append(f"half_at is {spec.half_at}, more than its elements")
    return problems


def _measure_problems(spec: MeasureSpec) -> list[str]:
    problems = []
    if spec.measure not in DEFINITIONS:
        problems.append(f"there is no measure {spec.measure}")
    if spec.evidence_tag is not None and spec.evidence_tag not in set(TagKind):
        problems.append(f"there is no tag {spec.evidence_tag}")
    return problems


def _repeated(keys: list[str], what: str) -> list[str]:
    return [f"{what} {key} stands twice" for key in sorted({key for key in keys if keys.count(key) > 1})]


def scorecard_dump(card: Scorecard) -> str:
    """The YAML that `scorecard_parse` reads back to the same scorecard."""
    content = card.model_dump(mode="json", exclude_unset=True)
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=110)


def scorecard_digest(card: Scorecard) -> str:
    """Two revisions with one digest are the same content."""
    canonical = json.dumps(card.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def shipped_keys() -> list[str]:
    return sorted(path.stem for path in FORMS_DIR.glob("*.yaml"))


def scorecard_shipped(key: str) -> Scorecard:
    path = FORMS_DIR / f"{key}.yaml"
    if key not in shipped_keys():
        raise ScorecardMissing(key, shipped_keys())
    return scorecard_parse(path.read_text(encoding="utf-8"), name=path.name)


def scorecard_from(key_or_path: str) -> Scorecard:
    """A shipped form by key, or any YAML file by path."""
    path = Path(key_or_path)
    if path.suffix in {".yaml", ".yml"}:
        try:
            return scorecard_parse(path.read_text(encoding="utf-8"), name=key_or_path)
        except OSError as exc:
            raise ScorecardInvalid(key_or_path, [f"cannot be read: {exc.strerror}"]) from exc
        except UnicodeDecodeError as exc:
            raise ScorecardInvalid(key_or_path, ["is not UTF-8 text"]) from exc
    return scorecard_shipped(key_or_path)
