"""The rules for hearing calls as a YAML file: written, and read back to the same rules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import yaml
from pydantic import Field, ValidationError

from sapa.core.api_shapes import Given, Line
from sapa.transcripts.errors import HearingRuleInvalid
from sapa.transcripts.plans import Rule

# An unquoted 2026-13-45 is taken for a date and is a `ValueError`, `!!bool x` is a `LookupError`, and so on.
_UNREADABLE = (yaml.YAMLError, ValueError, LookupError, AttributeError, RecursionError)


class RuleShape(Given):
    """What is left out is blank. A field that there is not is refused, so that a misspelt one does not go unseen."""

    queue: Line = ""
    language_heard: Line = ""
    language_told: Line = ""
    engine: Line = ""
    model: Line = ""
    hints: Annotated[list[Line], Field(max_length=1000)] = []

    def as_rule(self) -> Rule:
        hints = tuple(self.hints)
        return Rule(self.queue, self.language_heard, self.language_told, self.engine, self.model, hints)


class _File(Given):
    rules: list[RuleShape]


def rule_told(rule: Rule) -> dict[str, Any]:
    return {
        "queue": rule.queue,
        "language_heard": rule.language_heard,
        "language_told": rule.language_told,
        "engine": rule.engine,
        "model": rule.model,
        "hints": list(rule.hints),
    }


def rules_dump(rules: Iterable[Rule]) -> str:
    """What is blank is left out."""
    content = [{name: value for name, value in rule_told(rule).items() if value} for rule in rules]
    return yaml.safe_dump({"rules": content}, allow_unicode=True, sort_keys=False, width=110)


def rules_parse(text: str) -> list[Rule]:
    """Raises `HearingRuleInvalid`."""
    try:
        content = yaml.safe_load(text)
    except _UNREADABLE as exc:
        raise HearingRuleInvalid(f"This is no YAML that can be read: {str(exc).partition(chr(10))[0]}") from exc
    try:
        shape = _File.model_validate(content)
    except ValidationError as exc:
        problems = (f"{'.'.join(map(str, one['loc'])) or 'the file'}: {one['msg']}" for one in exc.errors()[:5])
        raise HearingRuleInvalid("; ".join(problems)) from exc
    return [one.as_rule() for one in shape.rules]
