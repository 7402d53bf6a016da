"""Who sent a request, by a secret that both sides hold: `Sapa-Signature: t=SECONDS,v1=HEX` (ADR 24).

`HEX` is HMAC-SHA256 of the seconds, a point and the body. Several `v1` may stand there, for who signs with two secrets.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence

from sapa.calls.errors import SignatureMissing, SignatureOld, SignatureWrong

HEADER = "Sapa-Signature"
TOLERANCE_S = 300
_MOST_PARTS = 6
_TIME = re.compile(r"\d{1,12}", re.ASCII)


def signature_of(secret: str, at_s: int, body: bytes) -> str:
    """As the header holds it."""
    return f"t={at_s},v1={_digest(secret, str(at_s), body)}"


def signature_check(header: str, body: bytes, secrets: Sequence[str], *, now_s: float) -> None:
    """Raises `SignatureMissing`, `SignatureWrong`, `SignatureOld`; how old it is learns only who has the secret."""
    parts = [part.strip().partition("=") for part in header.split(",", _MOST_PARTS)[:_MOST_PARTS]]
    at = next((value for name, _, value in parts if name == "t"), "")
    given = [value.encode() for name, _, value in parts if name == "v1"]
    if not _TIME.fullmatch(at) or not given:
        raise SignatureMissing(HEADER)
    wanted = [_digest(secret, at, body).encode() for secret in secrets]
    matches = [hmac.compare_digest(one, other) for one in given for other in wanted]  # all: the time tells nothing
    if not any(matches):
        raise SignatureWrong
    if abs(now_s - int(at)) > TOLERANCE_S:
        raise SignatureOld(now_s - int(at), TOLERANCE_S)


def _digest(secret: str, at: str, body: bytes) -> str:
    return hmac.new(secret.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()
