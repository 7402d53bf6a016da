from __future__ import annotations

import pytest

from sapa.core.storable import is_storable, storable


@pytest.mark.parametrize("text", ["", "Айгерим", "a\nb\t", "\x01\x7f", "😀👩‍👩‍👧", "\u202e", "\ufffe"])
def test_what_every_database_keeps(text: str) -> None:
    assert storable(text) == text


@pytest.mark.parametrize("text", ["\0", "a\0b", "\ud800", "a\udfff", "\ud83d\ude00"])
def test_what_one_of_them_refuses(text: str) -> None:
    assert not is_storable(text)
    with pytest.raises(ValueError, match="cannot be kept"):
        storable(text)
