"""The forms that ship with the program, each held to what PRODUCT.md asks of them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest
from django.conf import settings

from sapa.analytics.measures import DEFINITIONS
from sapa.analytics.types import TagKind
from sapa.scorecards.library import FORMS_DIR, scorecard_digest, scorecard_dump, scorecard_parse, scorecard_shipped
from sapa.scorecards.library import shipped_keys as keys
from sapa.scorecards.types import Criterion, MeasureSpec, PhraseSpec, Scorecard, Text

MOST_CRITERIA = 15
LANGUAGES = {code for code, _ in settings.LANGUAGES}
HEARD_LANGUAGES = {"en", "ru", "pl"}
CQR_WEIGHTS = {
    "introduction": {"qualification": 1, "objection": 1, "accelerating": 1, "reanimating": 2, "spam": 1},
    "need_found": {"qualification": 3, "objection": 2, "accelerating": 1, "reanimating": 1},
    "product_story": {"qualification": 2, "objection": 3, "accelerating": 1, "reanimating": 1},
    "objection_handled": {"qualification": 1, "objection": 4, "accelerating": 1, "reanimating": 2},
    "initiative": {"qualification": 1, "objection": 3, "accelerating": 2, "reanimating": 3},
    "closing": {"qualification": 2, "objection": 3, "accelerating": 2, "reanimating": 2},
    "etiquette": {"qualification": 1, "objection": 1, "accelerating": 1, "reanimating": 1, "spam": 1},
}
shipped = cache(scorecard_shipped)  # reading YAML is slow


@pytest.fixture(params=keys())
def form(request: pytest.FixtureRequest) -> Scorecard:
    return shipped(request.param)


def phrases_of(form: Scorecard) -> Iterator[tuple[str, PhraseSpec]]:
    for call_type in form.call_types:
        if call_type.cues:
            yield f"call type {call_type.key}", call_type.cues
    for criterion in form.criteria:
        specs = [criterion.only_if, *criterion.markers]
        yield from ((criterion.key, spec) for spec in specs if isinstance(spec, PhraseSpec))


def measures_of(form: Scorecard) -> Iterator[tuple[Criterion, MeasureSpec]]:
    for criterion in form.criteria:
        yield from ((criterion, spec) for spec in criterion.markers if isinstance(spec, MeasureSpec))


def texts_of(form: Scorecard) -> Iterator[tuple[str, Text]]:
    yield "title", form.title
    yield "purpose", form.purpose
    for call_type in form.call_types:
        yield f"call type {call_type.key}", call_type.title
    for section in form.sections:
        yield f"section {section.key}", section.title
    for criterion in form.criteria:
        yield f"{criterion.key} title", criterion.title
        yield f"{criterion.key} help", criterion.help
        for value, anchor in criterion.anchors.items():
            yield f"{criterion.key} anchor {value}", anchor


def test_the_promised_forms_are_there() -> None:
    assert {"inbound_service", "outbound_sales", "cqr"} <= set(keys())


def test_a_form_is_called_like_its_file(form: Scorecard) -> None:
    assert (FORMS_DIR / f"{form.key}.yaml").is_file()


def test_a_form_is_read_back_as_it_was_written(form: Scorecard) -> None:
    again = scorecard_parse(scorecard_dump(form), name="again")
    assert again == form
    assert scorecard_digest(again) == scorecard_digest(form)


def test_a_form_is_short_enough_to_be_filled_in(form: Scorecard) -> None:
    assert len(form.criteria) <= MOST_CRITERIA


def test_everything_said_to_people_is_there_in_every_screen_language(form: Scorecard) -> None:
    lacking = [f"{place}: {LANGUAGES - set(text)}" for place, text in texts_of(form) if LANGUAGES - set(text)]
    assert not lacking
    assert not [place for place, text in texts_of(form) if not all(words.strip() for words in text.values())]


def test_anchors_tell_the_three_values_apart(form: Scorecard) -> None:
    for criterion in form.criteria:
        for language in LANGUAGES:
            assert len({anchor[language] for anchor in criterion.anchors.values()}) == 3, criterion.key


def test_measure_markers_name_known_measures_and_tags(form: Scorecard) -> None:
    for criterion, spec in measures_of(form):
        assert spec.measure in DEFINITIONS, criterion.key
        assert spec.evidence_tag is None or spec.evidence_tag in set(TagKind), criterion.key


def test_the_full_range_of_a_measure_lies_in_the_half_range(form: Scorecard) -> None:
    for criterion, spec in measures_of(form):
        for edge in (spec.full.at_least, spec.full.at_most):
            assert edge is None or spec.half.holds(edge), criterion.key
        assert (spec.half.at_least is None) >= (spec.full.at_least is None), criterion.key


def test_elements_have_keys_of_their_own(form: Scorecard) -> None:
    for place, spec in phrases_of(form):
        element_keys = [element.key for element in spec.elements]
        assert len(element_keys) == len(set(element_keys)), place


def test_every_element_can_be_heard_in_the_languages_that_are_heard(form: Scorecard) -> None:
    """Otherwise a Russian call would lose marks for a phrase that is only known in English."""
    lacking = [
        f"{place}.{element.key}: {language}"
        for place, spec in phrases_of(form)
        for element in spec.elements
        for language in sorted(HEARD_LANGUAGES)
        if not element.said.get(language) and not element.like.get(language)
    ]
    assert not lacking


def test_elements_are_named_in_every_screen_language(form: Scorecard) -> None:
    lacking = [
        f"{place}.{element.key}"
        for place, spec in phrases_of(form)
        for element in spec.elements
        if LANGUAGES - set(element.title)
    ]
    assert not lacking


def test_what_no_machine_can_judge_leaves_enough_to_decide(form: Scorecard) -> None:
    for call_type in form.call_types:
        weights = {item.key: item.weights[call_type.key] for item in form.criteria if call_type.key in item.weights}
        by_machine = sum(weights[item.key] for item in form.criteria if item.key in weights and item.markers)
        assert by_machine >= 0.6 * sum(weights.values()), call_type.key


def test_the_cqr_form_has_the_weights_of_the_table() -> None:
    form = shipped("cqr")
    assert {criterion.key: criterion.weights for criterion in form.criteria} == CQR_WEIGHTS
    assert form.band_pct == 80


def test_the_cqr_form_has_the_five_types_and_keeps_spam_out_of_averages() -> None:
    form = shipped("cqr")
    assert {kind.key: kind.in_averages for kind in form.call_types} == {
        "qualification": True,
        "objection": True,
        "accelerating": True,
        "reanimating": True,
        "spam": False,
    }


def test_forms_do_not_fight_over_a_call_type() -> None:
    """The form of a call is found by its call type, so one type belongs to one form."""
    owners: dict[str, list[str]] = {}
    for key in keys():
        for kind in shipped(key).call_types:
            owners.setdefault(kind.key, []).append(key)
    assert not {kind: forms for kind, forms in owners.items() if len(forms) > 1}
