"""What is wrong or doubtful in a form, each with a code, how grave it is, its place and a plain sentence. Pure.

An error keeps a form from being published; a warning is for people to decide on. The wording stands in
`finding_words.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from sapa.analytics.measures import DEFINITIONS
from sapa.scorecards.conditions import answers_asked, in_asking_order
from sapa.scorecards.cqr import MIN_COVERAGE_PCT
from sapa.scorecards.finding_words import Finding, error, warning
from sapa.scorecards.marker_findings import limit_findings, spec_findings
from sapa.scorecards.types import AnchorValue, AnswerIs, Criterion, FactIs, Scorecard, Text

MOST_CRITERIA = 15  # more are marked carelessly (our choice)
ANCHORS: tuple[AnchorValue, ...] = ("1", "0.5", "0")


def findings_of(card: Scorecard, earlier: Mapping[int, Scorecard] | None = None) -> list[Finding]:
    """`earlier`: number → revision, for keys that meant something else before."""
    known = [call_type.key for call_type in card.call_types]
    found = chain(
        _form(card),
        _repeated(card),
        *(_call_type(card, key) for key in known),
        *(_section(card, place) for place in range(len(card.sections))),
        *(_criterion(one, known, _languages(card)) for one in card.criteria),
        *(_conditions(one, card) for one in card.criteria),
        _circles(card),
        _meanings(card, earlier or {}),
    )
    return sorted(found, key=lambda one: not one.is_error)  # stable: errors first, else as the form goes


def errors_of(card: Scorecard) -> list[Finding]:
    return [finding for finding in findings_of(card) if finding.is_error]


def _languages(card: Scorecard) -> list[str]:
    """A form is kept in the languages of its title."""
    return sorted(language for language, words in card.title.items() if words.strip())


def _said(text: Text) -> set[str]:
    return {language for language, words in text.items() if words.strip()}


def _form(card: Scorecard) -> Iterator[Finding]:
    if not _said(card.title):
        yield error("title_missing", "form")
    if not card.call_types:
        yield error("no_call_type", "form")
    if not card.criteria:
        yield error("no_criterion", "form")
    if len(card.criteria) > MOST_CRITERIA:
        yield warning("many_criteria", "form", count=len(card.criteria), most=MOST_CRITERIA)
    if card.mode == "plain" and card.criteria and not any(one.critical for one in card.criteria):
        yield warning("plain_without_critical", "form")


def _repeated(card: Scorecard) -> Iterator[Finding]:
    keys = {
        "criterion": [one.key for one in card.criteria],
        "call_type": [one.key for one in card.call_types],
        "section": [one.key for one in card.sections],
    }
    for kind, given in keys.items():
        for key in sorted({key for key in given if given.count(key) > 1}):
            yield error("key_twice", f"{kind}:{key}", key=key)


def _call_type(card: Scorecard, key: str) -> Iterator[Finding]:
    where = f"call_type:{key}"
    call_type = next(one for one in card.call_types if one.key == key)
    asked = [one for one in card.criteria if one.weights.get(key, 0) > 0]
    if not asked:
        yield error("type_without_weight", where)
    yield from _wording(call_type.title, where, "title", _languages(card))
    yield from spec_findings(where, [call_type.cues])
    total = sum(one.weights[key] for one in asked)
    by_machine = sum(one.weights[key] for one in asked if one.markers)
    if asked and card.mode != "plain" and 100 * by_machine < MIN_COVERAGE_PCT * total:
        share_pct = round(100 * by_machine / total)
        yield warning("machine_covers_little", where, pct=share_pct, needed=round(MIN_COVERAGE_PCT))


def _section(card: Scorecard, place: int) -> Iterator[Finding]:
    section = card.sections[place]
    where = f"section:{section.key}"
    yield from _wording(section.title, where, "title", _languages(card))
    if not section.criteria:
        yield error("section_empty", where)


def _criterion(one: Criterion, known: Sequence[str], languages: Sequence[str]) -> Iterator[Finding]:
    where = f"criterion:{one.key}"
    yield from _wording(one.title, where, "title", languages)
    for value in ANCHORS:
        anchor = one.anchors.get(value, {})
        if not _said(anchor):
            yield error("anchor_missing", where, anchor=value)
        elif lacking := [language for language in languages if language not in _said(anchor)]:
            yield warning("anchor_language", where, anchor=value, languages=", ".join(lacking))
    if not any(key in known for key in one.weights):
        yield error("never_asked", where)
    for key, weight in one.weights.items():
        if key not in known:
            yield error("weight_unknown_type", where, type=key)
        elif weight <= 0:
            yield error("weight_not_positive", where, type=key)
    if not one.markers:
        yield warning("no_marker", where)
    yield from spec_findings(where, [one.only_if, *one.markers])


def _wording(text: Text, where: str, part: str, languages: Sequence[str]) -> Iterator[Finding]:
    if not _said(text):
        yield error(f"{part}_missing", where)
    elif lacking := [language for language in languages if language not in _said(text)]:
        yield warning(f"{part}_language", where, languages=", ".join(lacking))


def _conditions(one: Criterion, card: Scorecard) -> Iterator[Finding]:
    where = f"criterion:{one.key}"
    by_key = {other.key: other for other in card.criteria}
    for condition in one.conditions:
        if isinstance(condition, AnswerIs):
            other = by_key.get(condition.criterion)
            if other is None:
                yield error("condition_missing", where, criterion=condition.criterion)
            elif not set(other.weights) & set(one.weights):
                yield error("condition_apart", where, criterion=other.key)
        elif isinstance(condition, FactIs):
            if condition.fact == "direction" and card.directions and not set(condition.values) & set(card.directions):
                yield error("condition_never", where)
        elif condition.measure not in DEFINITIONS:
            yield error("measure_unknown", where, measure=condition.measure)
        else:
            yield from limit_findings(where, condition.limit)
    if _excludes_itself(one):
        yield error("condition_never", where)


def _excludes_itself(one: Criterion) -> bool:
    """Two conditions on the same thing that nothing fulfils together."""
    allowed: dict[str, set[str]] = {}
    for condition in one.conditions:
        if isinstance(condition, AnswerIs | FactIs):
            about = condition.criterion if isinstance(condition, AnswerIs) else f"fact {condition.fact}"
            allowed[about] = allowed.get(about, set(condition.values)) & set(condition.values)
    return not all(allowed.values())


def _circles(card: Scorecard) -> Iterator[Finding]:
    """A criterion that waits, by whatever way round, for its own answer."""
    asks = {one.key: answers_asked(one) for one in in_asking_order(card.criteria)}
    for key, asked in asks.items():
        reached, ahead = set[str](), set(asked)
        while ahead:
            reached |= ahead
            ahead = set().union(*(asks.get(one, set()) for one in ahead)) - reached
        if key in reached:
            yield error("condition_circle", f"criterion:{key}")


def _meanings(card: Scorecard, earlier: Mapping[int, Scorecard]) -> Iterator[Finding]:
    """A key is what results are counted by, over all revisions: it must go on meaning the same."""
    for one in card.criteria:
        for number in sorted(earlier, reverse=True):
            before = next((old for old in earlier[number].criteria if old.key == one.key), None)
            if before is None:
                continue
            if _is_other(before.title, one.title) and _is_other(before.anchors.get("1", {}), one.anchors.get("1", {})):
                yield warning("key_other_meaning", f"criterion:{one.key}", key=one.key, revision=number)
            break


def _is_other(before: Text, now: Text) -> bool:
    shared = _said(before) & _said(now)
    return bool(shared) and all(before[language] != now[language] for language in shared)
