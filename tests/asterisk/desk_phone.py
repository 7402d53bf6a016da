"""A telephone that leads a call on by its own keys: it holds the first, rings a colleague, and lets the two talk (REFER
with Replaces, RFC 3891). SIPp has one conversation to a scenario; this takes two.

`python -m tests.asterisk.desk_phone USER PORT MEDIA_PORT TO TALKS_S ASKS_S` answers one call, and ends with status 0
when the phone system has ended both.
"""

from __future__ import annotations

import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from tests.asterisk.dialplan import ADDRESS, media_port_of, port_of
from tests.asterisk.sipp import BOUND_WITHIN_S, Step, is_bound
from tests.asterisk.waiting import until

PHONE_SYSTEM = (ADDRESS, 5060)
RINGS_S, ANSWERS_WITHIN_S, TIRES_AFTER_S = 2.0, 20.0, 60.0
_TAKES_UP_S = 0.2


@dataclass(frozen=True)
class Message:
    """Of SIP, as it came."""

    first: str
    fields: tuple[tuple[str, str], ...]

    def __getitem__(self, name: str) -> str:
        return next((value for key, value in self.fields if key == name.lower()), "")

    @property
    def method(self) -> str:
        """Empty for an answer."""
        return "" if self.first.startswith("SIP/") else self.first.split()[0]

    @property
    def status(self) -> int:
        """0 for a request."""
        return 0 if self.method else int(self.first.split()[1])


def message_of(text: str) -> Message:
    head = text.partition("\r\n\r\n")[0].split("\r\n")
    pairs = (line.partition(":") for line in head[1:])
    return Message(head[0], tuple((name.strip().lower(), value.strip()) for name, _, value in pairs))


@dataclass
class Talk:
    """A conversation from this telephone's side. `mine` and `theirs` are its From and To of a request."""

    id: str
    mine: str
    theirs: str
    target: str
    number: int = 0
    is_over: bool = False


@dataclass
class DeskPhone:
    user: str
    port: int
    media_port: int
    talks: dict[str, Talk] = field(default_factory=dict)
    came: list[Message] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((ADDRESS, self.port))
        self._media = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._media.bind((ADDRESS, self.media_port))  # what it hears nobody listens to

    def lead_on(self, to: str, *, talks_s: float, asks_s: float) -> None:
        """Raises `TimeoutError` for what does not come."""
        first = self._take()
        self._listen(talks_s)
        self._ask(first, "INVITE", body=self._sound("sendonly"))
        second = self._call(to)
        self._listen(asks_s)
        tags = (second.theirs, second.mine)
        theirs, mine = (end.partition(";tag=")[2] for end in tags)
        replaces = quote(f"{second.id};to-tag={theirs};from-tag={mine}", safe="")
        self._ask(
            first, "REFER", f"Refer-To: <sip:{to}@{ADDRESS}:5060?Replaces={replaces}>", f"Referred-By: {first.mine}"
        )
        self._until(lambda: first.is_over and second.is_over)

    def _take(self) -> Talk:
        self._until(lambda: any(one.method == "INVITE" for one in self.came))
        asked = next(one for one in self.came if one.method == "INVITE")
        mine = f"{asked['to']};tag={secrets.token_hex(4)}"
        talk = Talk(asked["call-id"], mine, asked["from"], asked["contact"].strip("<>"))
        self._answer(asked, "180 Ringing", to=mine)
        self._listen(RINGS_S)
        self.talks[talk.id] = talk
        self._answer(asked, "200 OK", to=mine, body=self._sound("sendrecv"))
        self._until(lambda: any(one.method == "ACK" for one in self.came))
        return talk

    def _call(self, to: str) -> Talk:
        mine = f"<sip:{self.user}@{ADDRESS}:{self.port}>;tag={secrets.token_hex(4)}"
        target = f"sip:{to}@{ADDRESS}:5060"
        talk = self.talks.setdefault(id_ := secrets.token_hex(8), Talk(id_, mine, f"<{target}>", target))
        taken = self._ask(talk, "INVITE", body=self._sound("sendrecv"))
        talk.theirs, talk.target = taken["to"], taken["contact"].strip("<>")
        self._send(self._request(talk, "ACK", talk.number))
        return talk

    def _ask(self, talk: Talk, method: str, *more: str, body: str = "") -> Message:
        """Gives the last answer to it."""
        talk.number += 1
        self._send(self._request(talk, method, talk.number, *more, body=body))
        answers = f"{talk.number} {method}"

        def last() -> Message | None:
            return next(
                (one for one in self.came if one.status >= 200 and (one["call-id"], one["cseq"]) == (talk.id, answers)),
                None,
            )

        self._until(lambda: last() is not None, within_s=ANSWERS_WITHIN_S)
        answer = last()
        assert answer is not None
        assert answer.status < 300, answer.first
        if method == "INVITE" and ";tag=" in talk.theirs:
            self._send(self._request(talk, "ACK", talk.number))
        return answer

    def _request(self, talk: Talk, method: str, number: int, *more: str, body: str = "") -> str:
        fields = (
            f"Via: SIP/2.0/UDP {ADDRESS}:{self.port};branch=z9hG4bK{secrets.token_hex(6)}",
            f"From: {talk.mine}", f"To: {talk.theirs}", f"Call-ID: {talk.id}", f"CSeq: {number} {method}",
            f"Contact: <sip:{self.user}@{ADDRESS}:{self.port}>", "Max-Forwards: 70", *more,
        )  # fmt: skip
        return _written(f"{method} {talk.target} SIP/2.0", fields, body)

    def _answer(self, asked: Message, status: str, *, to: str = "", body: str = "") -> None:
        vias = (f"Via: {value}" for key, value in asked.fields if key == "via")
        fields = (
            *vias, f"From: {asked['from']}", f"To: {to or asked['to']}", f"Call-ID: {asked['call-id']}",
            f"CSeq: {asked['cseq']}", f"Contact: <sip:{self.user}@{ADDRESS}:{self.port}>",
        )  # fmt: skip
        self._send(_written(f"SIP/2.0 {status}", fields, body))

    def _sound(self, way: str) -> str:
        return "\r\n".join((
            "v=0", f"o=lab 1 {time.monotonic_ns()} IN IP4 {ADDRESS}", "s=lab", f"c=IN IP4 {ADDRESS}", "t=0 0",
            f"m=audio {self.media_port} RTP/AVP 8", "a=rtpmap:8 PCMA/8000", f"a={way}", "",
        ))  # fmt: skip

    def _until(self, is_so: Callable[[], bool], *, within_s: float = TIRES_AFTER_S) -> None:
        tired_at = time.monotonic() + within_s
        while not is_so():
            if time.monotonic() > tired_at:
                raise TimeoutError([one.first for one in self.came])
            self._listen(_TAKES_UP_S)

    def _listen(self, for_s: float) -> None:
        """Answers what is asked of it inside a conversation."""
        over_at = time.monotonic() + for_s
        while (left_s := over_at - time.monotonic()) > 0:
            self._socket.settimeout(left_s)
            try:
                data, _ = self._socket.recvfrom(65_536)
            except TimeoutError:
                return
            message = message_of(data.decode())
            self.came.append(message)
            talk = self.talks.get(message["call-id"])
            if talk and message.method and message.method != "ACK":
                self._answer(message, "200 OK", body=self._sound("sendrecv") if message.method == "INVITE" else "")
                talk.is_over |= message.method == "BYE"

    def _send(self, text: str) -> None:
        self._socket.sendto(text.encode(), PHONE_SYSTEM)


def _written(first: str, fields: Iterable[str], body: str) -> str:
    kind = ("Content-Type: application/sdp",) if body else ()
    return "\r\n".join((first, *fields, *kind, f"Content-Length: {len(body)}", "", body))


def start(steps: Sequence[Step], folder: Path, phone: int) -> subprocess.Popen[bytes]:
    """It rings and is taken; then it talks (`wait`), and leads on (`consult`)."""
    talks, asks = steps
    to, asks_s = asks.with_.split()
    told = (phone, port_of(phone), media_port_of(phone), to, int(talks.with_) / 1000, asks_s)
    with (folder / f"{phone}.err").open("wb") as errors:
        started = subprocess.Popen(
            [sys.executable, "-m", "tests.asterisk.desk_phone", *map(str, told)],
            stdin=subprocess.DEVNULL, stdout=errors, stderr=errors,
        )  # fmt: skip
    until(lambda: is_bound(port_of(phone)) or started.poll() is not None, within_s=BOUND_WITHIN_S)
    return started


if __name__ == "__main__":
    user, port, media_port, to, talks_s, asks_s = sys.argv[1:]
    DeskPhone(user, int(port), int(media_port)).lead_on(to, talks_s=float(talks_s), asks_s=float(asks_s))
