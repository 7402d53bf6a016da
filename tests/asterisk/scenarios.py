"""What happens in the lab: one caller each, by whose number its rows are found again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.asterisk.dialplan import QueuePlan
from tests.asterisk.sipp import (
    ANSWER,
    BE_CANCELLED,
    BE_HUNG_UP,
    HANG_UP,
    HOLD,
    RESUME,
    RING,
    Step,
    consult,
    later,
    refer,
    refuse,
    wait,
)

NAMES = {
    101: "Aigerim", 102: "Bulat", 103: "Chingiz", 104: "Dana", 105: "Erlan", 106: "Farida", 107: "Gaziz", 108: "Halyna",
    109: "Inkar", 110: "Jan", 111: "Kamila", 112: "Laura", 113: "Marat", 114: "Nurlan", 115: "Olga", 116: "Piotr",
    117: "Qanat", 118: "Raushan", 119: "Saule", 120: "Timur", 121: "Ulan", 122: "Vera", 123: "Wanda", 124: "Yerbol",
    125: "Zarina", 126: "Aizhan", 127: "Botagoz", 128: "Gulnar", 129: "Damir",
}  # fmt: skip

KILL, ROTATE, STEP = "kill", "rotate", "step"
"""Acts that are not told to Asterisk but done to it: ended with SIGKILL and begun anew; its logs renamed; its clock put
right."""


@dataclass(frozen=True)
class Telephone:
    """Rung, it does this. `times`: how often it is rung."""

    phone: int
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Scenario:
    """`caller`: steps of who calls; `from_` its number (of the world, or a telephone's), `to` what it dials. `world`
    is what a telephone outside does that is dialled. `acts`: what is told to Asterisk, so many seconds after start.
    `clock_off_s`: by how much its clock is ahead until the act STEP."""

    name: str
    from_: str
    to: str
    caller: tuple[Step, ...]
    telephones: tuple[Telephone, ...] = ()
    world: tuple[Step, ...] = ()
    line: str = ""
    queues: dict[str, QueuePlan] = field(default_factory=dict)
    acts: tuple[tuple[float, str], ...] = ()
    clock_off_s: int = 0
    check: Callable[[], None] | None = None


def _takes(phone: int, *after: Step, ring_s: float = 2) -> Telephone:
    return Telephone(phone, (RING, wait(ring_s), ANSWER, *after))


def _silent(phone: int) -> Telephone:
    return Telephone(phone, (RING, BE_CANCELLED))


SCENARIOS = (
    Scenario(
        "answered_customer_hangs_up", "+77011110001", "77272000001", (wait(10), HANG_UP), (_takes(101, BE_HUNG_UP),),
        line="Queue(sales-1,,,,60)", queues={"sales-1": QueuePlan((101,))},
    ),
    Scenario(
        "answered_agent_hangs_up", "+77011110002", "77272000002", (BE_HUNG_UP,), (_takes(102, wait(6), HANG_UP),),
        line="Queue(sales-2,,,,60)", queues={"sales-2": QueuePlan((102,))},
    ),
    Scenario(
        "abandoned", "+77011110003", "77272000003", (wait(5), HANG_UP), (_silent(103),),
        line="Queue(sales-3,,,,60)", queues={"sales-3": QueuePlan((103,), timeout_s=30)},
    ),
    Scenario(
        "not_answered_then_answered", "+77011110004", "77272000004", (wait(14), HANG_UP),
        (_silent(104), _takes(105, BE_HUNG_UP)),
        line="Queue(sales-4,,,,60)", queues={"sales-4": QueuePlan((104, 105), timeout_s=4)},
    ),
    Scenario(
        "timed_out", "+77011110005", "77272000005", (BE_HUNG_UP,), (_silent(106),),
        line="Queue(sales-5,,,,6)", queues={"sales-5": QueuePlan((106,), timeout_s=30)},
    ),
    Scenario(
        "overflow", "+77011110006", "77272000006", (wait(14), HANG_UP), (_silent(107), _takes(108, BE_HUNG_UP)),
        line="Queue(sales-6,,,,4) ; Queue(overflow-6,,,,60)",
        queues={"sales-6": QueuePlan((107,), timeout_s=30), "overflow-6": QueuePlan((108,))},
    ),
    Scenario(
        "outbound_answered", "109", "77012220007", (wait(9), HANG_UP), world=(RING, wait(2), ANSWER, BE_HUNG_UP),
    ),
    Scenario("outbound_not_answered", "110", "77012220008", (refuse(603),), world=(RING, BE_CANCELLED)),
    Scenario("outbound_busy", "111", "77012220009", (refuse(486),), world=(refuse(486),)),
    Scenario(
        "blind_transfer", "+77011110010", "77272000010", (wait(16), HANG_UP),
        (_takes(112, wait(4), refer("113")), _takes(113, BE_HUNG_UP)),
        line="Queue(sales-10,,,,60)", queues={"sales-10": QueuePlan((112,))},
    ),
    Scenario(
        "attended_transfer", "+77011110011", "77272000011", (wait(24), HANG_UP),
        (_takes(114, wait(13), HANG_UP), _takes(115, BE_HUNG_UP)),
        line="Queue(sales-11,t,,,60)", queues={"sales-11": QueuePlan((114,))},
        acts=((6.0, "Action: Atxfer\r\nChannel: {channel:PJSIP/114}\r\nExten: 115\r\nContext: from-internal"),),
    ),
    Scenario(
        "hold", "+77011110012", "77272000012", (wait(16), HANG_UP),
        (_takes(116, wait(4), HOLD, wait(5), RESUME, BE_HUNG_UP),),
        line="Queue(sales-12,,,,60)", queues={"sales-12": QueuePlan((116,))},
    ),
    Scenario(
        "two_in_parallel_first", "+77011110013", "77272000013", (wait(12), HANG_UP), (_takes(117, BE_HUNG_UP),),
        line="Queue(sales-13,,,,60)", queues={"sales-13": QueuePlan((117, 118))},
    ),
    Scenario(
        "two_in_parallel_second", "+77011110014", "77272000013", (later(0.6), wait(12), HANG_UP),
        (_takes(118, BE_HUNG_UP),),
    ),
    Scenario(
        "recording_paused", "+77011110015", "77272000015", (wait(14), HANG_UP), (_takes(119, BE_HUNG_UP),),
        line="Queue(sales-15,,,,60)", queues={"sales-15": QueuePlan((119,))},
        acts=(
            (6.0, "Action: MixMonitorMute\r\nChannel: {channel:+77011110015}\r\nDirection: both\r\nState: 1"),
            (6.0, "Action: QueueLog\r\nQueue: sales-15\r\nEvent: RECORDING_PAUSED\r\nUniqueid: {id:+77011110015}"),
            (9.0, "Action: MixMonitorMute\r\nChannel: {channel:+77011110015}\r\nDirection: both\r\nState: 0"),
            (9.0, "Action: QueueLog\r\nQueue: sales-15\r\nEvent: RECORDING_RESUMED\r\nUniqueid: {id:+77011110015}"),
        ),
    ),
    Scenario(
        "voicemail", "+77011110016", "77272000016", (wait(14), HANG_UP), (_silent(126),),
        line="Queue(sales-16,,,,4) ; VoiceMail(16@default,su)", queues={"sales-16": QueuePlan((126,), timeout_s=30)},
    ),
    Scenario(
        "voicemail_of_a_telephone", "+77011110017", "77272000017", (wait(12), HANG_UP), (_silent(127),),
        line="Dial(PJSIP/127,4) ; VoiceMail(17@default,su)",
    ),
    Scenario(
        "attended_transfer_by_telephone", "+77011110018", "77272000018", (wait(24), HANG_UP),
        (Telephone(128, (wait(4), consult("129", 5))), _takes(129, BE_HUNG_UP)),
        line="Queue(sales-18,,,,60)", queues={"sales-18": QueuePlan((128,))},
    ),
)  # fmt: skip

AFTER_STEP = "after_the_clock_was_set"
_ZARINA = "Interface: PJSIP/125\r\nMemberName: Zarina\r\nQueue: sales-24"
_ON_SHIFT = (
    (3.0, f"Action: QueueAdd\r\n{_ZARINA}"),
    (5.0, f"Action: QueuePause\r\nPaused: true\r\nReason: Tea\r\n{_ZARINA}"),
    (12.0, f"Action: QueuePause\r\nPaused: false\r\n{_ZARINA}"),
    (14.0, f"Action: QueueRemove\r\n{_ZARINA}"),
)

BROKEN = (
    Scenario(
        "killed", "+77011110020", "77272000020", (wait(14),), (_takes(120, wait(14)),),
        line="Queue(sales-20,,,,60)", queues={"sales-20": QueuePlan((120,))}, acts=((9.0, KILL),),
    ),
    Scenario(
        "rotated", "+77011110021", "77272000021", (wait(10), HANG_UP), (_takes(121, BE_HUNG_UP),),
        line="Queue(sales-21,,,,60)", queues={"sales-21": QueuePlan((121,))}, acts=((7.0, ROTATE),),
    ),
    Scenario(
        "clock_set_back", "+77011110022", "77272000022", (wait(14), HANG_UP), (_takes(122, BE_HUNG_UP),),
        line="Queue(sales-22,,,,60)", queues={"sales-22": QueuePlan((122,))}, acts=(*_ON_SHIFT, (9.0, STEP)),
        clock_off_s=20,
    ),
    Scenario(
        "clock_set_forward", "+77011110023", "77272000023", (wait(14), HANG_UP), (_takes(123, BE_HUNG_UP),),
        line="Queue(sales-23,,,,60)", queues={"sales-23": QueuePlan((123,))}, acts=(*_ON_SHIFT, (9.0, STEP)),
        clock_off_s=-3600,
    ),
    Scenario(
        AFTER_STEP, "+77011110024", "77272000024", (later(18), wait(8), HANG_UP), (_takes(124, BE_HUNG_UP),),
        line="Queue(sales-24,,,,60)", queues={"sales-24": QueuePlan((124,))},
    ),
)  # fmt: skip
"""What is done to the phone system meanwhile, see `world`. Each is played alone, or with a call after it."""
