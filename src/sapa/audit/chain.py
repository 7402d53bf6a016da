"""The chain as arithmetic: what bytes of a row are hashed, how a row hangs on the one before, how its end is signed.

Both databases give the same bytes, so that a trail that was moved is still whole: times in UTC to the microsecond,
JSON by sorted keys, round numbers without their point (PostgreSQL keeps no other). Pure functions.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sapa.audit.errors import AnchorInvalid

FORM = "sapa-audit-1"
BEFORE_THE_FIRST = hashlib.sha256(FORM.encode()).hexdigest()
FIELDS = ("id", "at", "last_at", "person_id", "verb", "subject", "start_s", "end_s", "details")
_ANCHOR = re.compile(rf"{FORM}:([0-9]{{1,18}}):([0-9a-f]{{64}})")


@dataclass(frozen=True)
class Anchor:
    """The end of the chain at some moment, for keeping where nobody who can write here can write."""

    number: int
    seal: str

    def __str__(self) -> str:
        return f"{FORM}:{self.number}:{self.seal}"


def anchor_from(text: str) -> Anchor:
    """Raises `AnchorInvalid`."""
    found = _ANCHOR.fullmatch(text.strip())
    if found is None:
        raise AnchorInvalid(text)
    return Anchor(int(found[1]), found[2])


def seal_of(number: int, before: str, values: Sequence[Any]) -> str:
    """`values` are those of `FIELDS`, in that order; `before` is the seal of the row before."""
    return hashlib.sha256(_bytes([FORM, number, before, *map(_plain, values)])).hexdigest()


def key_of(secret: str) -> bytes:
    """The key of seals, made from the installation's secret."""
    return hmac.digest(secret.encode(), b"sapa audit seal", "sha256")


def key_id_of(key: bytes) -> str:
    """Names the key and tells nothing of it."""
    return hashlib.sha256(b"id of " + key).hexdigest()[:16]


def signature_of(key: bytes, number: int, seal: str, sealed_at: datetime, *, is_all: bool) -> str:
    return hmac.digest(key, _bytes([FORM, number, seal, _plain(sealed_at), is_all]), "sha256").hex()


def _bytes(values: list[Any]) -> bytes:
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value
