"""SIPp callers and telephones, each told in a few steps what to do, each a process of its own."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.asterisk.waiting import until

BOUND_WITHIN_S = 5.0
_SDP = """v=0
o=lab 1 {version} IN IP4 [local_ip]
s=lab
c=IN IP4 [media_ip]
t=0 0
m=audio [rtpstream_audio_port] RTP/AVP 8
a=rtpmap:8 PCMA/8000
a={way}"""
_VIA = "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]"
_RUNG = (
    '<recv request="INVITE" rrs="true"><action>'
    '<ereg regexp=".*" search_in="hdr" header="From:" assign_to="from"/>'
    '<ereg regexp=".*" search_in="hdr" header="To:" assign_to="to"/></action></recv>'
)
_LAST = "[last_Via:]\n[last_From:]\n[last_To:]{tag}\n[last_Call-ID:]\n[last_CSeq:]"
_CONTACT = "Contact: <sip:{user}@[local_ip]:[local_port]>"


@dataclass(frozen=True)
class Step:
    """What a telephone does: `ring`, `answer`, `wait` (seconds), `refuse` (status), `hold`, `resume`, `refer` (to),
    `hang_up`, `be_hung_up`; `consult` (to, seconds) is done by a `desk_phone`."""

    do: str
    with_: str = ""


def wait(seconds: float) -> Step:
    return Step("wait", str(int(seconds * 1000)))


RING, ANSWER, HOLD, RESUME = Step("ring"), Step("answer"), Step("hold"), Step("resume")
HANG_UP, BE_HUNG_UP, BE_CANCELLED = Step("hang_up"), Step("be_hung_up"), Step("be_cancelled")


def later(seconds: float) -> Step:
    """Before a caller calls."""
    return Step("later", str(int(seconds * 1000)))


def refuse(status: int) -> Step:
    return Step("refuse", str(status))


def refer(to: str) -> Step:
    return Step("refer", to)


def consult(to: str, asks_s: float) -> Step:
    """Ring a colleague while the caller is held, and after so long let the two talk."""
    return Step("consult", f"{to} {asks_s}")


def called(steps: Sequence[Step], *, user: str, sound: Path) -> str:
    """The scenario of a telephone that is rung."""
    tag = ";tag=[pid]a[call_number]"
    body = [_RUNG]
    frame = _Frame(f"From:[$to]{tag}", "To:[$from]", user, sound, 1)
    for step in steps:
        if step.do == "ring":
            body.append(_answer("180 Ringing", tag, user))
        elif step.do == "answer":
            body.append(_answer("200 OK", tag, user, sdp=_SDP.format(version=1, way="sendrecv")))
            body += ['<recv request="ACK"/>', _stream(sound)]
        elif step.do == "refuse":
            body += [_answer(f"{step.with_} Refused", tag, user), '<recv request="ACK"/>']
        elif step.do == "be_cancelled":
            body += ['<recv request="CANCEL"/>', _answer("200 OK", tag, user), _cancelled(tag), '<recv request="ACK"/>']
        else:
            body += frame.steps(step)
    return _scenario("called", [*body, '<Reference variables="from,to"/>'])  # or SIPp would not have them unused


def caller(steps: Sequence[Step], *, user: str, to: str, sound: Path) -> str:
    """The scenario of a telephone that rings another through Asterisk."""
    ends = f'From: "{user}" <sip:{user}@[local_ip]:[local_port]>;tag=[pid]c[call_number]'
    invite = "\n".join(
        (
            f"INVITE sip:{to}@[remote_ip]:[remote_port] SIP/2.0",
            _VIA,
            ends,
            f"To: <sip:{to}@[remote_ip]:[remote_port]>",
            "Call-ID: [call_id]",
            "CSeq: 1 INVITE",
            _CONTACT.format(user=user),
            "Max-Forwards: 70\nContent-Type: application/sdp\nContent-Length: [len]",
            "",
            _SDP.format(version=1, way="sendrecv"),
        )
    )
    frame = _Frame(ends, f"To: <sip:{to}@[remote_ip]:[remote_port]>[peer_tag_param]", user, sound, 2)
    idle = [f'<pause milliseconds="{step.with_}"/>' for step in steps if step.do == "later"]
    steps = [step for step in steps if step.do != "later"]
    body = [*idle, _send(invite), *(f'<recv response="{code}" optional="true"/>' for code in (100, 180, 183))]
    if steps and steps[0].do == "refuse":
        body += [f'<recv response="{steps[0].with_}"/>', _send(frame.request("ACK", 1, branch="[branch-5]"))]
        return _scenario("caller", body)
    body += ['<recv response="200" rrs="true"/>', _send(frame.request("ACK", 1)), _stream(sound)]
    for step in steps:
        body += frame.steps(step)
    return _scenario("caller", body)


@dataclass
class _Frame:
    """Requests inside a conversation."""

    from_: str
    to: str
    user: str
    sound: Path
    number: int

    def request(
        self, method: str, number: int, *, branch: str = "[branch]", is_first: bool = False, more: str = ""
    ) -> str:
        target = self.to.partition("<")[2].partition(">")[0] if is_first or method == "ACK" else "[next_url]"
        if self.to.startswith("To:[$"):
            target = "[next_url]"
        return "\n".join(
            (
                f"{method} {target} SIP/2.0",
                _VIA.replace("[branch]", branch),
                self.from_,
                self.to.replace("[peer_tag_param]", "") if is_first else self.to,
                "Call-ID: [call_id]",
                f"CSeq: {number} {method}",
                _CONTACT.format(user=self.user),
                "Max-Forwards: 70",
                more or "Content-Length: 0\n",
            )
        )

    def steps(self, step: Step) -> list[str]:
        self.number += 1
        if step.do == "wait":
            return [f'<pause milliseconds="{step.with_}"/>']
        if step.do == "hang_up":
            return [_send(self.request("BYE", self.number)), '<recv response="200"/>']
        if step.do == "be_hung_up":
            return ['<recv request="BYE"/>', _answer("200 OK", "", self.user)]
        if step.do in ("hold", "resume"):
            sdp = _SDP.format(version=self.number, way="sendonly" if step.do == "hold" else "sendrecv")
            invite = self.request(
                "INVITE", self.number, more=f"Content-Type: application/sdp\nContent-Length: [len]\n\n{sdp}"
            )
            return [
                _send(invite),
                '<recv response="100" optional="true"/>',
                '<recv response="200"/>',
                _send(self.request("ACK", self.number)),
            ]
        if step.do == "refer":
            refer = self.request(
                "REFER",
                self.number,
                more=f"Refer-To: <sip:{step.with_}@127.0.0.1>\nReferred-By: <sip:{self.user}@[local_ip]>\n"
                "Content-Length: 0\n",
            )
            told = ['<recv request="NOTIFY"/>', _answer("200 OK", "", self.user)]  # trying, ringing, answered
            self.number += 1
            bye = [_send(self.request("BYE", self.number)), '<recv response="200"/>']
            return [_send(refer), '<recv response="202"/>', *told * 3, *bye]
        raise ValueError(step.do)


def _scenario(name: str, body: Sequence[str]) -> str:
    return f'<?xml version="1.0"?>\n<scenario name="{name}">\n' + "\n".join(body) + "\n</scenario>\n"


def _send(text: str) -> str:
    return (
        f'<send retrans="500"><![CDATA[\n{text}\n]]></send>'
        if not text.startswith("ACK")
        else f"<send><![CDATA[\n{text}\n]]></send>"
    )


def _answer(status: str, tag: str, user: str, *, sdp: str = "") -> str:
    body = f"Content-Type: application/sdp\nContent-Length: [len]\n\n{sdp}" if sdp else "Content-Length: 0\n"
    text = "\n".join((f"SIP/2.0 {status}", _LAST.format(tag=tag), _CONTACT.format(user=user), body))
    return f"<send><![CDATA[\n{text}\n]]></send>"


def _cancelled(tag: str) -> str:
    last = f"[last_Via:]\n[last_From:]\n[last_To:]{tag}\n[last_Call-ID:]\nCSeq: 1 INVITE"
    return f"<send><![CDATA[\nSIP/2.0 487 Request Terminated\n{last}\nContent-Length: 0\n\n]]></send>"


def _stream(sound: Path) -> str:
    return f'<nop><action><exec rtp_stream="{sound},1,8"/></action></nop>'


def start(
    xml: str,
    *,
    folder: Path,
    name: str,
    address: str,
    port: int,
    media_port: int,
    to: str = "",
    lets_pass: bool = False,
) -> subprocess.Popen[bytes]:
    """`lets_pass`: what comes while it is sending is as a lost packet, and whoever sent it sends it again. A transfer
    is told twice in a fifth of a millisecond, and SIPp gives up at what it does not expect in that instant."""
    scenario = folder / f"{name}.xml"
    scenario.write_text(xml)
    log = (folder / f"{name}.log").open("wb")
    command = [
        *("sipp", "-sf", str(scenario), "-i", address, "-p", str(port), "-mi", address, "-mp", str(media_port)),
        *("-m", "1", "-nostdin", "-timeout", "90", "-deadcall_wait", "0"),
        *(("-default_behaviors", "all,-abortunexp") if lets_pass else ()),
        *("-trace_err", "-error_file", str(folder / f"{name}.err")),
        *([to] if to else []),
    ]
    started = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
    # Two that begin in one instant take each other's ports.
    until(lambda: is_bound(port) or started.poll() is not None, within_s=BOUND_WITHIN_S)
    return started


def is_bound(port: int) -> bool:
    return f":{port:04X} " in Path("/proc/net/udp").read_text()
