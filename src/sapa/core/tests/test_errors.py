from __future__ import annotations

import importlib
import importlib.util
import inspect
import pkgutil
import re
from collections.abc import Iterator

import pytest

import sapa
from sapa.core.errors import SapaError

ARGUMENTS = {"str": "the thing at hand", "int": 1, "list[str]": ["This is wrong.", "That too."], "UUID": "id"}


def every_error() -> Iterator[type[SapaError]]:
    names = [f"sapa.{app.name}.errors" for app in pkgutil.iter_modules(sapa.__path__) if app.ispkg]
    for name in [*names, "sapa.core.blobs", "sapa.pipeline.serve", "sapa.pipeline.api"]:
        if importlib.util.find_spec(name) is None:
            continue
        for _, kind in inspect.getmembers(importlib.import_module(name), inspect.isclass):
            if issubclass(kind, SapaError) and kind is not SapaError and kind.__module__ == name:
                yield kind


def made(kind: type[SapaError]) -> SapaError:
    parameters = list(inspect.signature(kind.__init__).parameters.values())[1:]
    return kind(*(ARGUMENTS[str(parameter.annotation)] for parameter in parameters))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", list(every_error()), ids=lambda kind: kind.__name__)
def test_every_error_has_a_slug_and_a_whole_sentence(kind: type[SapaError]) -> None:
    error = made(kind)
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", error.code)
    assert len(error.message.split()) > 3
    assert str(error) == error.message
    assert 400 <= error.http_status < 600
    assert error.as_json() == {"code": error.code, "message": error.message}


def test_no_two_errors_share_a_code() -> None:
    codes = [made(kind).code for kind in every_error()]
    assert len(codes) > 15
    assert sorted(codes) == sorted(set(codes))


def test_details_are_kept_beside_the_message() -> None:
    error = SapaError("odd", "Something is odd.", retryable=True, http_status=409, where="here")
    assert (error.retryable, error.http_status, error.details) == (True, 409, {"where": "here"})
