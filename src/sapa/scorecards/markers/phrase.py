"""The phrase marker: what was said or not said, by whom, where in the call; by words or by meaning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import inf

import numpy as np

from sapa.calls.types import Party
from sapa.scorecards.markers import JudgedCall
from sapa.scorecards.markers.meaning import LANGUAGES, closeness, sentences_of
from sapa.scorecards.types import Element, Evidence, Mark, MarkState, PhraseSpec, Place, Reason
from sapa.transcripts.phrases import Token, is_denied, pattern, tokens_of
from sapa.transcripts.types import Span, Turn, Word

NAME, VERSION = "phrase", 1
MEANS_IT = 0.70  # cosine from which a sentence means the example (ADR 6: measured on scripted calls)
MAY_MEAN_IT = 0.58  # from here down it does not; between the two nobody can tell
HEARD_POORLY = 0.5  # mean word probability under which silence about a thing proves nothing
LOST_AT_MOST_S = 1.0  # so much voice without any word may be a breath or a click; more was speech (ADR 7)
LOST_AT_MOST_SHARE = 1 / 3  # of a party's voice; with more lost, what is missing may have been said there
AROUND_WORD_S = 0.5  # voice so close to a word belongs to it: word ends are heard less exactly than voice
MOST_EVIDENCE = 5
QUOTE_WORDS_AROUND = 4


class Outcome(StrEnum):
    FOUND = "found"
    UNCERTAIN = "uncertain"
    MISSING = "missing"


@dataclass(frozen=True)
class ElementFound:
    element: Element
    outcome: Outcome
    confidence: float = 0.0
    words: tuple[Word, ...] = ()


class PhraseMarker:
    name = NAME
    version = VERSION

    def mark(self, spec: PhraseSpec, call: JudgedCall) -> Mark:
        if obstacle := _obstacle(spec, call):
            return obstacle
        turns = turns_in_place(spec, call.turns)
        if not turns:
            return _without_words(spec, call)
        tokens = tokens_of(turns, call.transcript.language)
        found = [_look_for(element, turns, tokens, call, forbidden=spec.forbidden) for element in spec.elements]
        heard = _mean_confidence(turns)
        if spec.forbidden:
            return _forbidden(found, heard)
        mark = _required(spec, found, turns, heard)
        voiced_s, lost_s = voice_in_place(spec, call)
        if mark.value in {0.0, 0.5} and lost_s > LOST_AT_MOST_SHARE * voiced_s:
            return _abstain("heard_too_poorly", evidence=mark.evidence, confidence=round(heard, 2))
        return mark


def _obstacle(spec: PhraseSpec, call: JudgedCall) -> Mark | None:
    language = call.transcript.language
    if not call.turns:
        return _abstain("no_speech")
    if not call.transcript.can_be_judged:
        return _abstain("language_not_heard", language=language)
    if not any(language in element.said or language in element.like for element in spec.elements):
        return _abstain("language_not_heard", language=language)
    if call.transcript.is_mono and (spec.by != "anyone" or spec.place.first_turns):
        return _abstain("recording_mono")  # where one party's turn ends and the other's begins is not known either
    if spec.by != "anyone" and any(turn.party is Party.UNKNOWN for turn in call.turns):
        return _abstain("parties_unknown")
    return None


def turns_in_place(spec: PhraseSpec, turns: Sequence[Turn]) -> list[Turn]:
    """The turns of the asked party in the asked part; a turn cut by the edge keeps its words inside."""
    first_s, last_s = min(turn.start_s for turn in turns), max(turn.end_s for turn in turns)
    kept = [
        cut
        for turn in turns
        if spec.by == "anyone" or turn.party == spec.by
        if (cut := _cut(turn, spec.place, first_s, last_s)) is not None
    ]
    return kept[: spec.place.first_turns] if spec.place.first_turns else kept


def _cut(turn: Turn, place: Place, first_s: float, last_s: float) -> Turn | None:
    words = tuple(
        word
        for word in turn.words
        if (place.first_s is None or word.start_s <= first_s + place.first_s)
        and (place.last_s is None or word.end_s >= last_s - place.last_s)
    )
    return Turn(turn.channel, turn.party, words) if words else None


def voice_in_place(spec: PhraseSpec, call: JudgedCall) -> tuple[float, float]:
    """Seconds of the asked party's voice in the asked part, and how many of them have no words."""
    voice, agent = call.transcript.voice, call.transcript.agent_channel.channel
    first_s, last_s = min(turn.start_s for turn in call.turns), max(turn.end_s for turn in call.turns)
    until_s = first_s + spec.place.first_s if spec.place.first_s is not None else inf
    from_s = last_s - spec.place.last_s if spec.place.last_s is not None else -inf
    if spec.place.first_turns and (kept := turns_in_place(spec, call.turns)):
        until_s = min(until_s, kept[-1].end_s)
    voiced_s = lost_s = 0.0
    for channel, spans in enumerate(voice):
        if spec.by == "anyone" or (agent is not None and (channel == agent) == (spec.by == "agent")):
            inside = [Span(max(span.start_s, from_s), min(span.end_s, until_s)) for span in spans]
            words = [word for turn in call.turns if turn.channel == channel for word in turn.words]
            voiced_s += sum(span.length_s for span in inside)
            lost_s += sum(_without(span, words) for span in inside)
    return voiced_s, lost_s


def _without(span: Span, words: Sequence[Word]) -> float:
    """Seconds of the span that lie near no word."""
    lost_s, reached_s = 0.0, span.start_s
    for word in sorted(words, key=lambda word: word.start_s):
        lost_s += max(0.0, min(word.start_s - AROUND_WORD_S, span.end_s) - reached_s)
        reached_s = max(reached_s, word.end_s + AROUND_WORD_S)
    return lost_s + max(0.0, span.end_s - reached_s)


def _look_for(
    element: Element, turns: Sequence[Turn], tokens: Sequence[Token], call: JudgedCall, *, forbidden: bool
) -> ElementFound:
    """By words, then by meaning; a hit of an `unsure` element is uncertain, whatever it rests on."""
    found = _look_for_words(element, turns, tokens, call, forbidden=forbidden)
    if found.outcome is Outcome.MISSING:
        found = _look_for_meaning(element, turns, call.transcript.language)
    if element.unsure and found.outcome is Outcome.FOUND:
        return replace(found, outcome=Outcome.UNCERTAIN)
    return found


def _look_for_words(
    element: Element, turns: Sequence[Turn], tokens: Sequence[Token], call: JudgedCall, *, forbidden: bool
) -> ElementFound:
    """A denied forbidden word ("you are not stupid", "no fuck you") accuses nobody and clears nobody."""
    language = call.transcript.language
    patterns = [pattern(written, language, call.company_names) for written in element.said.get(language, [])]
    for wanted in patterns:
        if hit := wanted.find(tokens):
            return ElementFound(element, Outcome.FOUND, hit.confidence, _quoted(hit.words, turns))
    for wanted in patterns if forbidden and not element.unsure else []:
        if hit := wanted.find(tokens, denied_too=True):
            return ElementFound(element, Outcome.UNCERTAIN, hit.confidence, _quoted(hit.words, turns))
    return ElementFound(element, Outcome.MISSING)


def _look_for_meaning(element: Element, turns: Sequence[Turn], language: str) -> ElementFound:
    """A sentence that is close to an example but denies where it affirms, or the other way round, is uncertain."""
    examples = element.like.get(language, [])
    if (examples and language not in LANGUAGES) or not (examples or element.said.get(language)):
        return ElementFound(element, Outcome.UNCERTAIN)  # nothing to listen with in this language
    sentences = sentences_of(turns)
    if not examples or not sentences:
        return ElementFound(element, Outcome.MISSING)
    similar = closeness([sentence.text for sentence in sentences], examples)
    denied = np.array([is_denied(sentence.text, language) for sentence in sentences])
    agreeing = denied[:, None] == np.array([is_denied(example, language) for example in examples])
    sure = np.where(agreeing, similar, -1.0)
    means_it = bool(sure.max() >= MEANS_IT)
    best = int((sure if means_it else similar).max(axis=1).argmax())
    closest = float((sure if means_it else similar)[best].max())
    if closest < MAY_MEAN_IT:
        return ElementFound(element, Outcome.MISSING)
    words = sentences[best].words
    outcome = Outcome.FOUND if means_it else Outcome.UNCERTAIN
    return ElementFound(element, outcome, min(closest, _mean(words)), words)


def _required(spec: PhraseSpec, found: list[ElementFound], turns: Sequence[Turn], heard: float) -> Mark:
    """The value by what was found; an abstention wherever the uncertain ones could change it."""
    sure = [item for item in found if item.outcome is Outcome.FOUND]
    possible = [item for item in found if item.outcome is not Outcome.MISSING]
    value, best = _value(spec, sure), _value(spec, possible)
    missing = [item.element.key for item in found if item.outcome is not Outcome.FOUND]
    evidence = _quotes(sure)
    confidence = sum(item.confidence for item in sure) / len(sure) if sure else heard
    keys = [item.element.key for item in sure]
    if value == 1.0:
        reason = Reason("phrases_all_said", {"elements": keys})
        return Mark(1.0, MarkState.MARKED, round(confidence, 3), _label(), reason, evidence)
    claims_absence = value == 0.0 or all(item.element.partial for item in sure)
    if value != best or (claims_absence and spec.when_missing == "abstain"):
        return _abstain("phrases_uncertain", evidence=_quotes(possible), missing=missing)
    if heard < HEARD_POORLY:
        return _abstain("heard_too_poorly", confidence=round(heard, 2))
    if value == 0.5:
        reason = Reason("phrases_some_said", {"found": keys, "missing": missing})
        return Mark(0.5, MarkState.MARKED, round(min(confidence, heard), 3), _label(), reason, evidence)
    reason = Reason("phrases_missing", {"missing": missing})
    return Mark(0.0, MarkState.MARKED, round(heard, 3), _label(), reason, _instead(turns, spec.place))


def _value(spec: PhraseSpec, found: Sequence[ElementFound]) -> float:
    """1, 0.5 or 0 by the number found; an absent required one, or partial ones alone, give 0.5 at most."""
    keys = {item.element.key for item in found}
    whole = [item.key for item in spec.elements if not item.partial]
    full_at = spec.full_at or len(whole)
    if len(keys.intersection(whole)) >= full_at and all(item.key in keys for item in spec.elements if item.required):
        return 1.0
    return 0.5 if len(keys) >= min(spec.half_at, full_at) else 0.0


def _forbidden(found: list[ElementFound], heard: float) -> Mark:
    said = [item for item in found if item.outcome is Outcome.FOUND]
    if said:
        evidence = _quotes(said)
        reason = Reason("phrases_forbidden_said", {"found": [item.element.key for item in said]})
        confidence = min(item.confidence for item in said)
        if confidence < HEARD_POORLY:
            return _abstain("phrases_uncertain", evidence=evidence, missing=[])
        return Mark(0.0, MarkState.MARKED, round(confidence, 3), _label(), reason, evidence)
    if any(item.outcome is Outcome.UNCERTAIN for item in found):
        return _abstain("phrases_uncertain", evidence=_quotes(found), missing=[])
    if heard < HEARD_POORLY:
        return _abstain("heard_too_poorly", confidence=round(heard, 2))
    return Mark(1.0, MarkState.MARKED, round(heard, 3), _label(), Reason("phrases_forbidden_none", {}))


def _without_words(spec: PhraseSpec, call: JudgedCall) -> Mark:
    """No word of the asked party was heard in the asked part: silence, or speech whose words were lost."""
    heard = _mean_confidence(call.turns)
    if voice_in_place(spec, call)[1] > LOST_AT_MOST_S or heard < HEARD_POORLY:
        return _abstain("heard_too_poorly", confidence=round(heard, 2))
    if spec.forbidden or spec.when_missing == "abstain":
        return _abstain("no_speech")
    reason = Reason("phrases_missing", {"missing": [element.key for element in spec.elements]})
    return Mark(0.0, MarkState.MARKED, round(heard, 3), _label(), reason, _instead(call.turns, spec.place))


def _quoted(words: Sequence[Word], turns: Sequence[Turn]) -> tuple[Word, ...]:
    """The matched words with a few around them, so that the quote can be read and heard as speech."""
    spoken = [word for turn in turns for word in turn.words]
    first, last = spoken.index(words[0]), spoken.index(words[-1])
    home = next(turn for turn in turns if words[0] in turn.words)
    return tuple(
        word
        for word in spoken[max(0, first - QUOTE_WORDS_AROUND) : last + 1 + QUOTE_WORDS_AROUND]
        if word in home.words or words[0].start_s <= word.start_s <= words[-1].start_s
    )


def _quotes(found: Sequence[ElementFound]) -> tuple[Evidence, ...]:
    """The quotes in order of time; those that overlap are one, for a stretch may prove several elements."""
    every = sorted((item.words for item in found if item.words), key=lambda words: words[0].start_s)
    merged: list[list[Word]] = []
    for words in every:
        if merged and words[0].start_s <= merged[-1][-1].start_s:
            merged[-1] += [word for word in words if word.start_s > merged[-1][-1].start_s]
        else:
            merged.append(list(words))
    return tuple(
        Evidence(words[0].start_s, words[-1].end_s, " ".join(word.text for word in words))
        for words in merged[:MOST_EVIDENCE]
    )


def _instead(turns: Sequence[Turn], place: Place) -> tuple[Evidence, ...]:
    """For a thing not said: what was said in its place, so that a person can hear that it is not there."""
    chosen = turns[-2:] if place.last_s is not None else turns[:2]
    return tuple(Evidence(turn.start_s, turn.end_s, turn.text) for turn in chosen)


def _abstain(code: str, *, evidence: tuple[Evidence, ...] = (), **facts: object) -> Mark:
    return Mark(None, MarkState.ABSTAINED, 0.0, _label(), Reason(code, dict(facts)), evidence)


def _label() -> str:
    return f"{NAME}/{VERSION}"


def _mean(words: Sequence[Word]) -> float:
    return sum(word.confidence for word in words) / len(words)


def _mean_confidence(turns: Sequence[Turn]) -> float:
    return _mean([word for turn in turns for word in turn.words])
