"""What the name of a recording tells about its call, by a pattern such as
`{direction}-{customer_number}-{agent}-{started_at:%Y%m%d-%H%M%S}-{call_id}`.

A name is weak evidence: one that does not fit the pattern tells nothing, and its recording is taken all the same. What
does fit is checked later like all metadata. `{_}` stands for what nobody needs, `{direction=outbound}` for what the
shape itself tells, `|` parts one shape from the next; the first that fits counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePath

FIELDS = (
    "call_id",
    "agent",
    "customer_number",
    "customer_name",
    "direction",
    "queue",
    "started_at",
    "call_type",
    "outcome",
    "language",
    "agent_channel",
)
# FreePBX 12 to 17 and its forks name a recording by kind, who was called, who called, time and the channel's id
# (module callrecording, context sub-record-check: out, in, external, internal, q, rg, force, conf).
_FREEPBX_END = "-{started_at:%Y%m%d-%H%M%S}-{call_id}"
_FREEPBX = " | ".join(
    shape.replace("*", _FREEPBX_END)
    for shape in (
        "out-{customer_number}-{agent}*{direction=outbound}",
        "in-{_}-{customer_number}*{direction=inbound}",
        "external-{agent}-{customer_number}*{direction=inbound}",
        "q-{queue}-{customer_number}*{direction=inbound}",
        "rg-{queue}-{customer_number}*{direction=inbound}",
        "internal-{_}-{agent}*{direction=internal}",
        "{_}-{_}-{_}*",
    )
)
# VICIdial: FULLDATE_CUSTPHONE and FULLDATE_CUSTPHONE_CAMPAIGN_AGENT, `-all` when both legs were mixed.
_VICIDIAL = " | ".join(
    "{started_at:%Y%m%d-%H%M%S}_" + shape
    for shape in (
        "{customer_number}_{_}_{agent}-all",
        "{customer_number}_{_}_{agent}",
        "{customer_number}-all",
        "{customer_number}",
    )
)
NAMED = {"freepbx": _FREEPBX, "issabel": _FREEPBX, "vicidial": _VICIDIAL}

_DIRECTIONS = {
    "inbound": "inbound",
    "incoming": "inbound",
    "in": "inbound",
    "outbound": "outbound",
    "outgoing": "outbound",
    "out": "outbound",
    "internal": "internal",
}
_TIMES = {"%Y": 4, "%y": 2, "%m": 2, "%d": 2, "%H": 2, "%M": 2, "%S": 2}
_EPOCH = "%s"
_FIELD = re.compile(r"\{([^{}]*)\}")
_NOBODY = {"unknown", "anonymous", "none", "null"}  # how phone systems write that they do not know
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{2,5}$")


@dataclass(frozen=True)
class _Shape:
    signs: re.Pattern[str]
    fields: frozenset[str]
    told: Mapping[str, str]
    time_format: str


@dataclass(frozen=True)
class NamePattern:
    shapes: tuple[_Shape, ...]

    def metadata_of(self, file_name: str) -> dict[str, str] | None:
        """As a JSON beside the recording would tell it; None when the name does not fit."""
        stem = PurePath(file_name).stem
        for shape in self.shapes:
            if (match := shape.signs.fullmatch(stem)) is not None:
                values = _values(match.groupdict(), shape)
                if values is not None:
                    return values
        return None

    def is_needless(self, metadata: Mapping[str, object]) -> bool:
        """What lies beside a recording tells all that a name of one of the shapes would."""
        told = {key for key, value in metadata.items() if value not in (None, "")}
        return any(shape.fields <= told for shape in self.shapes)


@dataclass(frozen=True)
class LegNames:
    """How the names of two files end that hold one party each, as `-in` and `-out` before the suffix."""

    customer: str
    agent: str

    def agents_of(self, file_name: str) -> str:
        """The name of the agent's file that belongs to the customer's; empty for a name that is not the customer's."""
        return _exchanged(file_name, self.customer, self.agent)

    def customers_of(self, file_name: str) -> str:
        return _exchanged(file_name, self.agent, self.customer)

    def without(self, file_name: str) -> str:
        """The name that both have in common."""
        return _exchanged(file_name, self.customer, "") or _exchanged(file_name, self.agent, "") or file_name


def leg_names(raw: str) -> LegNames:
    """From `-in,-out`: the customer's first. Raises `ValueError`."""
    customer, _, agent = (part.strip() for part in raw.partition(","))
    if not customer or not agent or customer.endswith(agent) or agent.endswith(customer) or "/" in raw:
        raise ValueError(f"{raw!r} is not two different ends of names, the customer's first, like -in,-out")
    return LegNames(customer, agent)


def _exchanged(file_name: str, end: str, other: str) -> str:
    path = PurePath(file_name)
    bare = path.stem.removesuffix(end)
    return f"{bare}{other}{path.suffix}" if bare and bare != path.stem else ""


def name_pattern(raw: str) -> NamePattern:
    """From a pattern, or the name of one that is known. Raises `ValueError` with what is wrong and what is allowed."""
    return NamePattern(tuple(_shape(part.strip()) for part in NAMED.get(raw.strip(), raw).split("|")))


def _shape(raw: str) -> _Shape:
    raw = _SUFFIX.sub("", raw)
    signs, told, time_format = "", {}, ""
    names: list[str] = []
    pieces = _FIELD.split(raw)
    for index, piece in enumerate(pieces):
        if index % 2 == 0:
            if "{" in piece or "}" in piece or "/" in piece:
                raise ValueError(f"{raw!r}: braces stand around one field each, and a pattern is of the name alone")
            signs += re.escape(piece)
            continue
        name, constant, time = _field(piece, raw)
        if name != "_" and name in names:
            raise ValueError(f"{raw!r} has {{{name}}} twice")
        names.append(name)
        if constant:
            told[name] = constant
            continue
        time_format = time or time_format
        signs += _signs_of(name, time, _next_sign(pieces, index, raw))
    if not set(names) - {"_"}:
        raise ValueError(f"{raw!r} is no known pattern ({', '.join(NAMED)}) and has no field such as {{call_id}}")
    return _Shape(re.compile(signs), frozenset(names) - {"_"}, told, time_format)


def _field(piece: str, raw: str) -> tuple[str, str, str]:
    """Name, the constant it stands for, and the form of a time."""
    head, _, time = piece.partition(":")
    name, _, constant = head.partition("=")
    if name != "_" and name not in FIELDS:
        raise ValueError(f"{{{name}}} in {raw!r} is not one of: {', '.join(FIELDS)}, or _ for what is not needed")
    if name == "started_at" and not constant:
        _time_signs(time, raw)
    elif time:
        raise ValueError(f"only started_at has a form of time, not {{{name}}}")
    if name == "direction" and constant and constant not in _DIRECTIONS.values():
        raise ValueError(f"direction {constant!r} is not one of: {', '.join(sorted(set(_DIRECTIONS.values())))}")
    return name, constant, time


def _next_sign(pieces: list[str], index: int, raw: str) -> str:
    """The sign that ends a field; constants take no room. A field that nothing ends goes to the end of the name."""
    for later in range(index + 1, len(pieces)):
        if later % 2 == 1 and "=" not in pieces[later]:
            raise ValueError(f"{raw!r}: something must stand between {{{pieces[index]}}} and {{{pieces[later]}}}")
        if later % 2 == 0 and pieces[later]:
            return pieces[later][0]
    return ""


def _signs_of(name: str, time: str, ends_with: str) -> str:
    """A field never holds the sign that ends it, so a long name cannot be tried in a thousand ways."""
    if name == "started_at":
        return f"(?P<started_at>{_time_signs(time, time)})"
    if name == "direction":
        return f"(?P<direction>(?i:{'|'.join(_DIRECTIONS)}))"
    signs = f"[^{re.escape(ends_with)}]+" if ends_with else ".+"
    return signs if name == "_" else f"(?P<{name}>{signs})"


def _time_signs(time: str, raw: str) -> str:
    if time == _EPOCH:
        return r"[0-9]{9,11}"
    allowed = f"{', '.join(_TIMES)}, or {_EPOCH} alone"
    signs = ""
    for part in re.findall(r"%.|[^%]+|%", time):
        if part.startswith("%") and part not in _TIMES:
            raise ValueError(f"{part!r} in {raw!r} is not one of: {allowed}")
        signs += rf"[0-9]{{{_TIMES[part]}}}" if part in _TIMES else re.escape(part)
    if not {"%m", "%d"} <= set(re.findall("%.", time)):
        raise ValueError(f"{raw!r}: started_at needs a form such as {{started_at:%Y%m%d-%H%M%S}}, made of {allowed}")
    return signs


def _values(found: Mapping[str, str], shape: _Shape) -> dict[str, str] | None:
    values = {**shape.told, **{name: value for name, value in found.items() if value.lower() not in _NOBODY}}
    if "started_at" in found:
        moment = _moment(found["started_at"], shape.time_format)
        if moment is None:
            return None
        values["started_at"] = moment
    if "direction" in values:
        values["direction"] = _DIRECTIONS[values["direction"].lower()]
    return values


def _moment(raw: str, time_format: str) -> str | None:
    try:
        if time_format == _EPOCH:
            return datetime.fromtimestamp(int(raw), UTC).isoformat()
        return datetime.strptime(raw, time_format).isoformat()  # noqa: DTZ007 - the zone is the installation's
    except (ValueError, OverflowError):
        return None
