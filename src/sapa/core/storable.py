"""Which text every database keeps."""

from __future__ import annotations

import re

_UNFIT = re.compile("[\0\ud800-\udfff]")


def is_storable(text: str) -> bool:
    """PostgreSQL keeps no zero character, and half of a surrogate pair has no UTF-8."""
    return _UNFIT.search(text) is None


def storable(text: str) -> str:
    """The same text. Raises `ValueError`."""
    if not is_storable(text):
        raise ValueError("holds a character that cannot be kept")
    return text


def storable_part(text: str) -> str:
    """With a question mark for each character that cannot be kept."""
    return _UNFIT.sub("?", text)
