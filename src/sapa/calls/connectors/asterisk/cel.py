"""A line of CEL as `cel_custom` writes it: character-separated values in one of three column orders, or JSON.

The orders are those of the sample configuration: 20 columns up to Asterisk 21, the same with a literal behind the first
in 22, and 24 in its "advanced" form. Each has its own number of columns, which is how they are told apart.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Sequence
from datetime import tzinfo
from operator import itemgetter

from sapa.calls.connectors.asterisk.clock import moment_of
from sapa.calls.connectors.asterisk.rows import (
    LONGEST_LINE,
    CelRow,
    Head,
    Reason,
    RowRejected,
    id_of,
    seconds_at,
    text_of,
    told_in,
)

_PLAIN = (
    "event", "time", "caller_name", "caller_number", "ani", "rdnis", "dialled", "exten", "context", "channel",
    "app", "app_data", "ama", "account", "channel_id", "linked_id", "peer", "user_field", "user_event",
    "extra",
)  # fmt: skip
_LITERAL = (_PLAIN[0], "literal", *_PLAIN[1:])
_ADVANCED = (
    "event", "kind", "literal", "time", "user_event", "caller_name", "caller_number", "exten", "context",
    "channel", "app", "app_data", "ama", "account", "channel_id", "user_field", "ani", "rdnis", "dialled",
    "peer", "linked_id", "peer_account", "extra", "tenant",
)  # fmt: skip
_PLACES = {len(names): {name: place for place, name in enumerate(names)} for names in (_PLAIN, _LITERAL, _ADVANCED)}
_JSON = {
    "event": "eventtype",
    "time": "eventtime",
    "caller_name": "cidname",
    "caller_number": "cidnum",
    "dialled": "ciddnid",
    "exten": "exten",
    "context": "context",
    "channel": "channame",
    "app": "appname",
    "app_data": "appdata",
    "account": "acctcode",
    "channel_id": "uniqueid",
    "linked_id": "linkedid",
    "peer": "peer",
    "user_field": "userfield",
    "user_event": "usereventname",
    "extra": "extra",
}
_GIVEN = (
    "channel", "caller_name", "caller_number", "dialled", "exten", "context", "app", "app_data", "peer",
    "account", "user_field", "user_event", "extra",
)  # fmt: skip
_HEAD_NAMES = ("event", "time", "channel_id", "linked_id")
_HEAD = {count: itemgetter(*(places[name] for name in _HEAD_NAMES)) for count, places in _PLACES.items()}
_PICK = {count: itemgetter(*(places[name] for name in _GIVEN)) for count, places in _PLACES.items()}
_SIGNS = {
    "event": rb"([A-Z0-9_]{3,40})",
    "time": rb"([0-9.]+)",
    "channel_id": rb"([A-Za-z0-9_.:+-]{1,150})",
    "linked_id": rb"([A-Za-z0-9_.:+-]{1,150})",
    "user_event": b"",
    "extra": rb'[^"\0]*+(?:""[^"\0]*+)*+',
}
_FORMS = [
    re.compile(b'"%s"' % b'","'.join(_SIGNS.get(name, rb'[^"\0]*+') for name in names))
    for names in (_PLAIN, _LITERAL, _ADVANCED)
]
"""Of nearly every line. In another column order it is found out at the time that it is another."""
_EVENT = re.compile(r"[A-Z0-9_]{3,40}")


def row_of(line: bytes, zone: tzinfo) -> CelRow:
    """`zone` is of a site with a `dateformat`; without one the time is a number. Raises `RowRejected`."""
    text = text_of(line)
    if text.startswith("{"):
        of = _reader_of_json(text)
        return _row([of(name) for name in _HEAD_NAMES], [of(name) for name in _GIVEN], zone)
    columns = _columns(text)
    count = len(columns)
    if count not in _PLACES:
        raise RowRejected(Reason.COLUMNS)
    return _row(_HEAD[count](columns), _PICK[count](columns), zone)


def head_of(line: bytes, zone: tzinfo) -> Head:
    """As `row_of`, in half the time. Raises `RowRejected`."""
    if len(line) <= LONGEST_LINE:
        for form in _FORMS:
            if found := form.fullmatch(line):
                event, time, channel_id, linked_id = found.groups()
                return Head(seconds_at(time), event.decode(), channel_id.decode(), linked_id.decode())
    if line.startswith(b"{"):
        of = _reader_of_json(text_of(line))
        return _head([of(name) for name in _HEAD_NAMES], of("user_event"), zone)
    return Head(*row_of(line, zone)[:4])


def _columns(text: str) -> list[str]:
    """Most lines have all columns in quotes, and no quote in any but the last, which is JSON: several times as fast as
    the reader for all others, and the same."""
    plain, begins, extra = text.partition(',"{')
    columns = plain[1:-1].split('","')
    if plain.count('"') == 2 * len(columns) and plain[0] == plain[-1] == '"':
        if not begins:
            return columns
        if extra[-1:] == '"' and '"' not in extra[:-1].replace('""', ""):
            return [*columns, "{" + extra[:-1].replace('""', '"')]
    try:
        (columns,) = csv.reader([text], strict=True)
    except (csv.Error, ValueError):
        raise RowRejected(Reason.QUOTES) from None
    return columns


def _row(head: Sequence[str], given: Sequence[str], zone: tzinfo) -> CelRow:
    return CelRow(*_head(head, given[-2], zone), *given)


def _head(head: Sequence[str], user_event: str, zone: tzinfo) -> Head:
    event, time, channel_id, linked_id = head
    if user_event:  # the first column holds its own name then
        event = "USER_DEFINED"
    elif not _EVENT.fullmatch(event):
        raise RowRejected(Reason.EVENT)
    id_of(channel_id)
    if linked_id != channel_id:
        id_of(linked_id)
    return Head(moment_of(time, zone, channel_id), event, channel_id, linked_id)


def _reader_of_json(text: str) -> Callable[[str], str]:
    values = told_in(text)
    if not values.get("usereventname") and values.get("userdeftype"):
        values["usereventname"] = values["userdeftype"]

    def of(name: str) -> str:
        value = values.get(_JSON[name], "")
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

    return of
