"""What can be wrong with the chain, or with what was asked of it."""

from __future__ import annotations

from sapa.core.errors import SapaError


class ChainBroken(SapaError):
    """The end of the chain is not what was signed; nothing may be built on it."""

    def __init__(self, number: int, problem: str) -> None:
        super().__init__(
            "audit_chain_broken",
            f"The audit trail was changed behind Sapa's back: {problem}. Nothing more is sealed until somebody looks: "
            "sapa audit verify",
            number=number,
        )


class AnchorInvalid(SapaError):
    def __init__(self, text: str) -> None:
        super().__init__("audit_anchor_invalid", f"{text[:100]!r} is no anchor; `sapa audit head` prints one.")
