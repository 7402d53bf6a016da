"""Which text every database keeps."""

from __future__ import annotations


def is_storable(text: str) -> bool:
    """PostgreSQL keeps no zero character, and half of a surrogate pair has no UTF-8."""
    return "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)


def storable(text: str) -> str:
    """The same text. Raises `ValueError`."""
    if not is_storable(text):
        raise ValueError("holds a character that cannot be kept")
    return text
