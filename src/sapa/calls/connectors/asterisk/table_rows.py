"""A row of a table of CEL or CDR as a line: JSON with Asterisk's own names of the columns it knows, and those of the
table for all others.

Which name means what: the samples of `cel_pgsql`, `cel_odbc`, `cel_sqlite3_custom`, `cdr_pgsql`, `cdr_adaptive_odbc`
and `cdr_sqlite3_custom` (Asterisk 22), and what sites use.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from sapa.calls.log_files import LONGEST_RECORD

_CEL = {
    "EventType": ("eventtype", "eventname", "eventenum", "event_type"),
    "EventTime": ("eventtime", "event_time"),
    "UserEventName": ("userdeftype", "usereventname", "user_def_type"),
    "CIDName": ("cid_name", "cidname"),
    "CIDNum": ("cid_num", "cidnum"),
    "CIDani": ("cid_ani", "cidani"),
    "CIDrdnis": ("cid_rdnis", "cidrdnis"),
    "CIDdnid": ("cid_dnid", "ciddnid"),
    "Exten": ("exten",),
    "Context": ("context",),
    "ChanName": ("channame", "chan_name", "channel"),
    "AppName": ("appname", "app_name"),
    "AppData": ("appdata", "app_data"),
    "AcctCode": ("accountcode", "acctcode", "account_code"),
    "UniqueID": ("uniqueid", "unique_id"),
    "LinkedID": ("linkedid", "linked_id"),
    "Peer": ("peer", "bridgepeer"),
    "UserField": ("userfield", "user_field"),
    "Extra": ("extra", "eventextra"),
}
_CDR = {
    "start": ("start", "calldate", "starttime", "start_time"),
    "answer": ("answer", "answerdate", "answertime", "answer_time"),
    "end": ("end", "enddate", "hangupdate", "endtime", "end_time"),
    "clid": ("clid", "callerid"),
    "src": ("src",),
    "dst": ("dst",),
    "dcontext": ("dcontext",),
    "channel": ("channel",),
    "dstchannel": ("dstchannel",),
    "lastapp": ("lastapp",),
    "lastdata": ("lastdata",),
    "duration": ("duration",),
    "billsec": ("billsec",),
    "disposition": ("disposition",),
    "amaflags": ("amaflags",),
    "accountcode": ("accountcode",),
    "uniqueid": ("uniqueid",),
    "userfield": ("userfield",),
    "linkedid": ("linkedid",),
    "peeraccount": ("peeraccount",),
    "sequence": ("sequence",),
}
_NAMES: dict[str, Mapping[str, tuple[str, ...]]] = {"cel": _CEL, "cdr": _CDR}
_NEEDED = {
    "cel": ("EventType", "EventTime", "UniqueID", "LinkedID", "ChanName"),
    "cdr": ("start", "duration", "billsec", "disposition", "uniqueid", "channel"),
}
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_TIMES = {"EventTime", "start", "answer", "end"}
_LOCAL = re.compile(r"\d{4}\D\d\d\D\d\d\D\d\d:\d\d(:\d\d(\.\d+)?)?", re.ASCII)  # no offset stands behind it
_EVENTS = (
    "CHAN_START", "CHAN_END", "HANGUP", "ANSWER", "APP_START", "APP_END", "BRIDGE_ENTER", "BRIDGE_EXIT", "PARK_START",
    "PARK_END", "BLINDTRANSFER", "ATTENDEDTRANSFER", "USER_DEFINED", "LINKEDID_END", "PICKUP", "FORWARD",
    "LOCAL_OPTIMIZE", "LOCAL_OPTIMIZE_BEGIN", "STREAM_BEGIN", "STREAM_END", "DTMF",
)  # fmt: skip
"""The first is 1 in a column of numbers, and so on: `ast_cel_event_type`, since Asterisk 12."""
_DISPOSITIONS = {"0": "NO ANSWER", "1": "NO ANSWER", "2": "FAILED", "4": "BUSY", "8": "ANSWERED", "16": "CONGESTION"}
"""In a column of numbers: `ast_cdr_disposition`."""


def names_of(kind: str, columns: Sequence[str]) -> tuple[str, ...]:
    """What each column is called in a line."""
    lower = [column.lower() for column in columns]
    meant = {
        next(alias for alias in aliases if alias in lower): name
        for name, aliases in _NAMES[kind].items()
        if any(alias in lower for alias in aliases)
    }
    return tuple(meant.pop(column, column) for column in lower)


def columns_lacking(kind: str, columns: Sequence[str]) -> list[str]:
    """Without which a row says too little, as they are named in Asterisk's samples."""
    there = set(names_of(kind, columns))
    return [_NAMES[kind][name][0] for name in _NEEDED[kind] if name not in there]


def line_of(kind: str, names: Sequence[str], values: Sequence[str], *, is_utc: bool) -> bytes:
    """`values` in the order of `names`, an empty one for what is null. Of a line that is longer than any may be only
    the beginning."""
    told = dict(zip(names, values, strict=True))
    for name in _TIMES & told.keys() if is_utc else ():
        if _LOCAL.fullmatch(told[name]):
            told[name] += "+00:00"
    if kind == "cel":
        told["EventType"] = event = _event(told["EventType"])
        if event not in _EVENTS and not told.get("UserEventName"):
            told["UserEventName"] = event  # `show_user_defined=no`: the site's own name stands in its place
    else:
        told["disposition"] = _DISPOSITIONS.get(told["disposition"], told["disposition"])
    return _ENCODER.encode(told).encode()[:LONGEST_RECORD]


def _event(raw: str) -> str:
    number = raw.removesuffix(".0")
    return _EVENTS[int(number) - 1] if re.fullmatch(r"[1-9]|1[0-8]", number) else raw
