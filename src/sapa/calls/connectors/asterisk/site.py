"""What a site tells about itself: its clock, its country, which telephones are its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo

from sapa.calls.numbers import number_e164

_NOBODY = {"", "anonymous", "unknown", "restricted", "private", "unavailable", "withheld", "asterisk", "s", "-1"}


@dataclass(frozen=True)
class Site:
    """`region` (ISO 3166) is where a number without a country belongs. Numbers of up to `internal_digits` digits, and
    names, are telephones of the house. `agents`: device → the name its agent has in the queues, where that is known."""

    zone: tzinfo = UTC
    region: str = ""
    internal_digits: int = 6
    agents: Mapping[str, str] = field(default_factory=dict)

    def is_internal(self, number: str) -> bool:
        if is_nobody(number):
            return False
        digits = number.removeprefix("+")
        return len(digits) <= self.internal_digits if digits.isdigit() else True

    def number(self, raw: str) -> str:
        """E.164 where it is a number of the world outside; empty for nobody."""
        if is_nobody(raw):
            return ""
        return raw if self.is_internal(raw) else number_e164(raw, self.region)

    def agent(self, device: str) -> str:
        return self.agents.get(device) or device.partition("/")[2] or device


def is_nobody(number: str) -> bool:
    return number.strip().casefold() in _NOBODY
