"""What this Asterisk is told: telephones 101 to 140, a trunk to the world, a queue for each scenario, the dialplan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sapa.calls.connectors.asterisk.conf_checks import RECORD as RECORDED_BY

PHONES = range(101, 141)
ADDRESS, WORLD = "127.0.0.1", "127.0.0.2"
WORLD_PORT = 5090


@dataclass(frozen=True)
class QueuePlan:
    """A queue with its members (telephones), and how it rings them."""

    members: tuple[int, ...]
    strategy: str = "linear"
    timeout_s: int = 15


AMI = """[general]
enabled = yes
bindaddr = 127.0.0.1
[lab]
secret = lab
read = call,cdr,reporting
write = all
"""
TRUNK = (
    "[trunk]\ntype=endpoint\ncontext=from-trunk\ndisallow=all\nallow=alaw\naors=trunk\ndirect_media=no\n"
    "trust_id_inbound=yes"
)


def pjsip(names: Mapping[int, str]) -> str:
    parts = [
        "[global]\ntype=global\nendpoint_identifier_order=ip,username,anonymous",
        f"[udp]\ntype=transport\nprotocol=udp\nbind={ADDRESS}:5060",
        TRUNK,
        f"[trunk]\ntype=aor\ncontact=sip:trunk@{WORLD}:{WORLD_PORT}",
        f"[trunk]\ntype=identify\nendpoint=trunk\nmatch={WORLD}",
    ]
    for phone in PHONES:
        name = names.get(phone, f"Phone {phone}")
        parts.append(
            f"[{phone}]\ntype=endpoint\ncontext=from-internal\ndisallow=all\nallow=alaw\naors={phone}\n"
            f"direct_media=no\nidentify_by=username\ncallerid={name} <{phone}>"
        )
        parts.append(f"[{phone}]\ntype=aor\ncontact=sip:{phone}@{ADDRESS}:{port_of(phone)}")
    return "\n\n".join(parts) + "\n"


def port_of(phone: int) -> int:
    return 6000 + 10 * (phone - 100)


def media_port_of(phone: int) -> int:
    return 20000 + 10 * (phone - 100)


def queues(plans: Mapping[str, QueuePlan], names: Mapping[int, str]) -> str:
    parts = ["[general]\nlog_membername_as_agent = yes\npersistentmembers = no\nshared_lastcall = no"]
    for name, plan in plans.items():
        members = "\n".join(f"member => PJSIP/{phone},0,{names[phone]}" for phone in plan.members)
        parts.append(
            f"[{name}]\nstrategy={plan.strategy}\ntimeout={plan.timeout_s}\nretry=1\nringinuse=no\n"
            f"joinempty=yes\nleavewhenempty=no\nautopause=no\n{members}"
        )
    return "\n\n".join(parts) + "\n"


RECORD = f" {RECORDED_BY[0]}\n"  # what `sapa pbx connect` says to add


def extensions(lines: Mapping[str, str]) -> str:
    """`lines`: number of the house → what happens after answering a call from the world."""
    parts = ["[general]\nstatic=yes\nwriteprotect=yes", "[from-trunk]"]
    for number, steps in lines.items():
        body = "".join(f" same => n,{step}\n" for step in steps.split(" ; "))
        parts.append(f"exten => {number},1,Answer()\n{RECORD}{body} same => n,Hangup()")
    parts += [
        "[from-internal]",
        "exten => _1XX,1,Dial(PJSIP/${EXTEN},20)\n same => n,Hangup()",
        "exten => _X.,1,NoOp()\n" + RECORD + " same => n,Dial(PJSIP/${EXTEN}@trunk,5)\n same => n,Hangup()",
    ]
    return "\n".join(parts) + "\n"
