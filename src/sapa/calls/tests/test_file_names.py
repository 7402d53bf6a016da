from __future__ import annotations

import time
from pathlib import Path

import pytest

from sapa.calls.connectors.file_names import FIELDS, NAMED, leg_names, name_pattern
from sapa.calls.connectors.files import KNOWN_KEYS

SITE = "{direction}-{customer_number}-{agent}-{started_at:%Y%m%d-%H%M%S}-{call_id}.wav"


def told(pattern: str, name: str) -> dict[str, str] | None:
    return name_pattern(pattern).metadata_of(name)


def test_a_name_tells_what_the_pattern_says() -> None:
    assert told(SITE, "out-87015550101-2001-20260309-141500-1773047700.42.mp3") == {
        "direction": "outbound",
        "customer_number": "87015550101",
        "agent": "2001",
        "started_at": "2026-03-09T14:15:00",
        "call_id": "1773047700.42",
    }


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("out-87015550101-2001-20260309-141500-1773047700.42.wav",
         {"direction": "outbound", "customer_number": "87015550101", "agent": "2001"}),
        ("in-7270000000-+77015550101-20260309-141500-1773047700.42.WAV",
         {"direction": "inbound", "customer_number": "+77015550101"}),
        ("external-2001-87015550101-20260309-141500-1773047700.42.wav",
         {"direction": "inbound", "customer_number": "87015550101", "agent": "2001"}),
        ("q-600-87015550101-20260309-141500-1773047700.42.wav",
         {"direction": "inbound", "customer_number": "87015550101", "queue": "600"}),
        ("q-600-unknown-20260309-141500-1773047700.42.wav", {"direction": "inbound", "queue": "600"}),
        ("internal-2002-2001-20260309-141500-1773047700.42.wav", {"direction": "internal", "agent": "2001"}),
        ("force-87015550101-2001-20260309-141500-1773047700.42.wav", {}),
    ],
)  # fmt: skip
def test_freepbx_names_are_known(name: str, facts: dict[str, str]) -> None:
    both = {"started_at": "2026-03-09T14:15:00", "call_id": "1773047700.42"}
    assert told("freepbx", name) == told("issabel", name) == {**facts, **both}


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("20260309-141500_7015550101-all.mp3", {}),
        ("20260309-141500_7015550101.wav", {}),
        ("20260309-141500_7015550101_SALES_6666-all.wav", {"agent": "6666"}),
    ],
)
def test_vicidial_names_are_known(name: str, facts: dict[str, str]) -> None:
    assert told("vicidial", name) == {
        "started_at": "2026-03-09T14:15:00", "customer_number": "7015550101", **facts,
    }  # fmt: skip


@pytest.mark.parametrize(
    "name",
    ["", "a.wav", "up-1-2-20260309-141500-3.wav", "out-1-2-20261309-141500-3.wav", "out-1-2-20260230-250000-3.wav",
     "out--2-20260309-141500-3.wav", "out-1-2-3-20260309-141500-4.wav", "xout-1-2-20260309-141500-3.wav"],
)  # fmt: skip
def test_a_name_that_does_not_fit_tells_nothing(name: str) -> None:
    assert told(SITE, name) is None


def test_a_time_since_1970_is_known() -> None:
    assert told("{started_at:%s}_{agent}", "1773047700_Aigerim.wav") == {
        "started_at": "2026-03-09T09:15:00+00:00",
        "agent": "Aigerim",
    }
    assert told("{started_at:%s}", "99999999999.wav") is not None


def test_names_in_any_writing_are_read() -> None:
    assert told("{agent}_{queue}", "Әйгерім_Төлемдер мен карталар.opus") == {
        "agent": "Әйгерім",
        "queue": "Төлемдер мен карталар",
    }


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("{caller}-{call_id}", "{caller} in .* is not one of: call_id, agent, "),
        ("{file}", "is not one of: call_id"),
        ("", "no known pattern"),
        ("freepb", "is no known pattern .freepbx, issabel, vicidial."),
        ("{_}", "has no field"),
        ("{agent}{queue}", "something must stand between"),
        ("{agent}{direction=inbound}{queue}", "something must stand between"),
        ("{agent}-{agent}", "twice"),
        ("{started_at}", "needs a form such as"),
        ("{started_at:%Y}", "needs a form such as"),
        ("{started_at:%Y%m%d %p}", "'%p' in .* is not one of"),
        ("{agent:%Y}", "only started_at"),
        ("{direction=up}-{agent}", "is not one of: inbound, internal, outbound"),
        ("{agent", "braces"),
        ("{queue}/{agent}", "of the name alone"),
        ("{agent}-1 | {nobody}", "is not one of"),
    ],
)
def test_a_pattern_that_cannot_be_right_is_refused_with_what_is_allowed(pattern: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        name_pattern(pattern)


def test_the_file_of_the_other_party_is_known_by_its_name() -> None:
    legs = leg_names("-in, -out")
    assert legs.agents_of("20260309-141500_7015550101-in.wav") == "20260309-141500_7015550101-out.wav"
    assert legs.customers_of("20260309-141500_7015550101-out.WAV") == "20260309-141500_7015550101-in.WAV"
    assert legs.without("a-in.wav") == legs.without("a-out.wav") == legs.without("a.wav") == "a.wav"
    assert [legs.agents_of(name) for name in ("a-out.wav", "a.wav", "-in.wav", "in.wav")] == ["", "", "", ""]


@pytest.mark.parametrize("raw", ["-in", "-in,", ",-out", "-in,-in", "-a-in,-in", "in/a,b"])
def test_ends_that_cannot_be_told_apart_are_refused(raw: str) -> None:
    with pytest.raises(ValueError, match="is not two different ends of names"):
        leg_names(raw)


def test_every_field_is_one_of_the_metadata() -> None:
    assert set(FIELDS) < set(KNOWN_KEYS)


@pytest.mark.parametrize("pattern", [SITE, *NAMED])
def test_a_name_made_to_be_slow_is_not(pattern: str) -> None:
    names = name_pattern(pattern)
    started = time.monotonic()
    for hostile in ("-" * 5000, "out-" * 1000, "1-" * 2500, "q-" + "a" * 5000, "20260309-141500_" + "_" * 5000):
        names.metadata_of(hostile + ".wav")
    assert time.monotonic() - started < 1.0


def test_the_page_about_taking_in_tells_every_key_and_every_known_pattern() -> None:
    page = (Path(__file__).parents[4] / "docs" / "ingest.md").read_text(encoding="utf-8")
    assert not [word for word in (*KNOWN_KEYS, *NAMED) if f"`{word}`" not in page]
