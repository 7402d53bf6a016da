from __future__ import annotations

import importlib
import importlib.util
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import sapa
from sapa.core.errors import SapaError

ARGUMENTS = {
    "str": "the thing at hand",
    "int": 1,
    "float": 1.5,
    "bool": True,
    "list[str]": ["This is wrong.", "That too."],
    "UUID": "id",
    "Path": Path("call.wav"),
    "SapaError": SapaError("odd", "Something is odd."),
}
MORE_MODULES = (
    "sapa.core.blobs",
    "sapa.core.s3_blobs",
    "sapa.pipeline.api",
    "sapa.pipeline.ingest",
    "sapa.pipeline.serve",
    "sapa.pipeline.watch",
    "sapa.pipeline.watch_archive",
)


def every_error() -> Iterator[type[SapaError]]:
    names = [f"sapa.{app.name}.errors" for app in pkgutil.iter_modules(sapa.__path__) if app.ispkg]
    for name in [*names, *MORE_MODULES]:
        if importlib.util.find_spec(name) is None:
            continue
        for _, kind in inspect.getmembers(importlib.import_module(name), inspect.isclass):
            if issubclass(kind, SapaError) and kind is not SapaError and kind.__module__ == name:
                yield kind


def made(kind: type[SapaError]) -> SapaError:
    given = list(inspect.signature(kind.__init__).parameters.values())[1:]
    parameters = [it for it in given if it.kind is not it.VAR_KEYWORD]
    by_name = {it.name: ARGUMENTS[str(it.annotation)] for it in parameters if it.kind is it.KEYWORD_ONLY}
    in_order = [ARGUMENTS[str(it.annotation)] for it in parameters if it.name not in by_name]
    return kind(*in_order, **by_name)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", list(every_error()), ids=lambda kind: kind.__name__)
def test_every_error_has_a_slug_and_a_whole_sentence(kind: type[SapaError]) -> None:
    error = made(kind)
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", error.code)
    assert len(error.message.split()) > 3
    assert str(error) == error.message
    assert 400 <= error.http_status < 600
    assert error.as_json() == {"code": error.code, "message": error.message}


def test_no_two_errors_share_a_code() -> None:
    # One that is a kind of another means the same to an operator, and has its code.
    codes = [made(kind).code for kind in every_error() if SapaError in kind.__bases__]
    assert len(codes) > 15
    assert sorted(codes) == sorted(set(codes))


def test_details_are_kept_beside_the_message() -> None:
    error = SapaError("odd", "Something is odd.", retryable=True, http_status=409, where="here")
    assert (error.retryable, error.http_status, error.details) == (True, 409, {"where": "here"})
