"""The published shape of a graded call, to hold results against."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

from jsonschema import Draft202012Validator


def schema() -> dict[str, Any]:
    source = resources.files("sapa.pipeline").joinpath("schemas", "graded_call.schema.json")
    content: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    return content


def assert_is_shaped(results: list[Any]) -> None:
    """A list as `sapa grade --json` prints it."""
    Draft202012Validator.check_schema(schema())
    Draft202012Validator(schema()).validate(results)
