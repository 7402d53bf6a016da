"""The rules by which calls are heard, as their pages show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings

from sapa.calls.models import Queue
from sapa.desk.wording.figures import language_name
from sapa.desk.wording.hearing import engine_words, model_name
from sapa.transcripts.engines import ENGINES, engine_named
from sapa.transcripts.languages import LANGUAGES
from sapa.transcripts.models import HearingRule
from sapa.transcripts.selectors import hearing_rules
from sapa.transcripts.services import ENGINE

HINTS_SHOWN = 5


@dataclass(frozen=True)
class RuleRow:
    pk: int
    queue: str
    language_heard: str
    language_told: str
    engine: str
    model: str
    hints: tuple[str, ...]
    more_hints: int


@dataclass(frozen=True)
class HearingPage:
    """`engine` and `model` hear where no rule says another; `second` is empty where there is no such model."""

    rows: tuple[RuleRow, ...]
    engine: str
    model: str
    second: str
    second_share_pct: int


def hearing_page() -> HearingPage:
    return HearingPage(
        tuple(_row(rule) for rule in hearing_rules()),
        engine_words(ENGINE),
        model_name(engine_named(ENGINE, "").model),
        model_name(settings.SAPA_ASR_SECOND_MODEL),
        settings.SAPA_ASR_SECOND_SHARE,
    )


def _row(rule: HearingRule) -> RuleRow:
    return RuleRow(
        rule.pk,
        rule.queue.name if rule.queue else "",
        language_name(rule.language_heard),
        language_name(rule.language_told),
        engine_words(rule.engine),
        model_name(rule.model),
        tuple(rule.hints[:HINTS_SHOWN]),
        max(0, len(rule.hints) - HINTS_SHOWN),
    )


def rule_fields(rule: HearingRule | None, given: Mapping[str, str] | None) -> dict[str, str]:
    """What stands in the form: what was typed, else what is kept."""
    kept = rule.as_rule() if rule else None
    fields = {
        "queue": kept.queue if kept else "",
        "language_heard": kept.language_heard if kept else "",
        "language_told": kept.language_told if kept else "",
        "engine": kept.engine if kept else "",
        "model": kept.model if kept else "",
        "hints": "\n".join(kept.hints) if kept else "",
    }
    return {name: given.get(name, value) for name, value in fields.items()} if given is not None else fields


def languages_offered() -> list[tuple[str, str]]:
    """Those of the screens first."""
    first = [code for code, _title in settings.LANGUAGES]
    others = sorted(((code, language_name(code)) for code in LANGUAGES - {*first}), key=lambda one: one[1].casefold())
    return [*((code, language_name(code)) for code in first), *others]


def engines_offered() -> list[tuple[str, str]]:
    return [(engine, engine_words(engine)) for engine in ENGINES]


def queue_names() -> list[str]:
    return list(Queue.objects.order_by("name").values_list("name", flat=True))
