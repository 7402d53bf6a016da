from __future__ import annotations

from collections.abc import Iterator

import pytest

from sapa.pipeline.tests.spoken import ADDRESS
from sapa.transcripts.engines import ENGINES, engine_named
from sapa.transcripts.services import ENGINE


@pytest.fixture
def spoken(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The line hears a known talk in every recording; the speech model is left alone."""
    monkeypatch.setitem(ENGINES, ENGINE, ADDRESS)
    engine_named.cache_clear()
    yield
    engine_named.cache_clear()
