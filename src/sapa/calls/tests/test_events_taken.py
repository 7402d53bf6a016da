"""Events become rows once, whatever is sent again, at the same time, or cut off in the middle."""

from __future__ import annotations

import json
import sys
import time
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from sapa.calls import taking_events
from sapa.calls.models import Call, PbxEvent, PbxFile, PbxRecording, PbxRejected, PbxRow, PbxRowKind, PbxStale
from sapa.calls.services import call_create
from sapa.calls.taking_events import body_keep, events_given, events_take
from sapa.calls.taking_rows import rows_insert, stale_mark
from sapa.calls.tests.hosted import CALL, answered, event, make, outcomes, send
from sapa.calls.tests.lines import ANSWERED, BEGAN_S, come
from sapa.calls.tests.spoilt_events import spoilt_events
from sapa.calls.types import PLACES, CallFacts, hosted_key, source_key

pytestmark = pytest.mark.django_db
COUNT = 10_000


def recorded(call_id: str, *, sha256: str = "a" * 64, **facts: Any) -> Call:
    told = CallFacts(external_id=call_id, **facts)
    return call_create(told, sha256=sha256, file_name=f"{call_id}.wav", connector="rest", payload={})


def held() -> tuple[int, int, int]:
    return PbxRow.objects.count(), PbxEvent.objects.count(), PbxRejected.objects.count()


def test_events_become_a_call() -> None:
    assert outcomes(send(*answered())) == ["taken"] * 5
    assert PbxStale.objects.get().key == hosted_key(CALL)
    make()
    call = Call.objects.get()
    assert (call.source_key, call.external_id, call.revision) == (f"id:hosted/{CALL}", CALL, 1)
    assert (call.direction, call.customer_number, call.agent_name) == ("inbound", "+77011112233", "Aigerim")
    assert call.queue is not None
    assert (call.queue.name, call.disposition, call.hung_up_by) == ("cards", "answered", "customer")
    assert (call.ring_s, call.wait_s, call.talk_s, call.hold_s) == (3, 5, 20, 0)
    assert call.ended_at is not None
    assert (call.started_at.timestamp(), call.ended_at.timestamp()) == (BEGAN_S, BEGAN_S + 26)


def test_sent_again_they_are_known_and_change_nothing() -> None:
    send(*answered())
    make()
    before = Call.objects.values().get()
    respelt = [dict(reversed(one.items())) for one in answered()]
    assert outcomes(send(*answered(), *respelt)) == ["known"] * 10
    assert (held(), PbxStale.objects.count()) == ((5, 5, 0), 0)
    make()
    assert Call.objects.values().get() == before


def test_twice_in_one_request_counts_once() -> None:
    first = answered()[0]
    assert outcomes(send(first, first)) == ["taken", "known"]
    assert held() == (1, 1, 0)


def test_an_id_for_two_events_is_a_conflict_and_the_first_stands() -> None:
    first, other = event(0, "ended", id_="e1"), event(0, "ended", id_="e1", hung_up_by="agent")
    assert outcomes(send(first, other)) == ["taken", "rejected:conflict"]
    assert outcomes(send(other, first, other)) == ["rejected:conflict", "known", "rejected:conflict"]
    assert held() == (1, 2, 1)
    assert json.loads(bytes(PbxRow.objects.get().raw)) == first


def test_a_bad_event_does_not_hold_up_the_others_and_is_kept_once() -> None:
    bad = event(0, "ended", hung_up_by="the dog")
    assert outcomes(send(bad, *answered())) == ["rejected:value", *["taken"] * 5]
    assert outcomes(send(bad, bad)) == ["rejected:value"] * 2
    kept = PbxRejected.objects.get()
    assert (kept.reason, kept.kind, json.loads(bytes(kept.raw))) == ("value", PbxRowKind.EVENT, bad)
    assert PbxRow.objects.count() == 5


def test_of_what_is_rejected_the_newest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking_events, "MOST_REJECTED", 3)
    for number in range(5):
        send({"number": number})
    assert [json.loads(bytes(one.raw)) for one in PbxRejected.objects.order_by("pk")] == [
        {"number": number} for number in (2, 3, 4)
    ]
    assert PbxEvent.objects.count() == 3
    assert outcomes(send({"number": 0}, {"number": 4})) == ["rejected:event"] * 2
    assert PbxRejected.objects.latest("pk").pk % PLACES == 5


def test_a_call_has_only_so_many_events(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking_events, "MOST_OF_CALL", 6)
    send(*answered())
    more = [event(after_s, "held") for after_s in (7, 8)]
    assert outcomes(send(*more, *answered("another"))) == ["taken", "rejected:call", *["taken"] * 5]
    assert outcomes(send(*more)) == ["known", "rejected:call"]
    assert held() == (11, 12, 1)


def test_a_body_that_is_no_json_is_kept_once_and_not_whole() -> None:
    for _ in range(2):
        body_keep(b"<xml>" + b"x" * 100_000)
    kept = PbxRejected.objects.get()
    assert (kept.reason, bytes(kept.raw)[:5], len(kept.raw)) == ("json", b"<xml>", 16_384)


def test_an_event_longer_than_what_is_kept_is_answered_alike_the_second_time() -> None:
    long = event(0, "call_started", customer_name="x" * 20_000)
    assert [outcomes(send(long)) for _ in range(2)] == [["rejected:length"]] * 2
    assert held() == (0, 1, 1)


def test_cut_off_in_the_middle_nothing_is_here_and_the_next_try_completes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(_keys: Any) -> None:
        raise KeyboardInterrupt

    send(answered()[0])
    before = held()
    with monkeypatch.context() as patch:
        patch.setattr(taking_events, "stale_mark", killed)
        with pytest.raises(KeyboardInterrupt):
            send(*answered())
    assert held() == before
    assert outcomes(send(*answered())) == ["known", *["taken"] * 4]
    make()
    assert Call.objects.get().talk_s == 20


def test_an_event_that_comes_late_makes_the_call_again() -> None:
    *first, last = answered()
    send(*first)
    make()
    call = Call.objects.get()
    assert (call.ended_at, call.revision) == (None, 1)
    send(last)
    make()
    call.refresh_from_db()
    assert (call.revision, call.hung_up_by) == (2, "customer")


def test_whatever_order_they_come_in_it_is_the_same_call() -> None:
    wanted = None
    for number, some in enumerate(permutations(answered())):
        call_id = f"{CALL}-{number}"
        send(*({**one, "call_id": call_id, "id": f"{number}:{one['id']}"} for one in some))
        if number % 40 == 0:
            make()
    make()
    names = ("direction", "agent_name", "talk_s", "wait_s", "ring_s", "disposition", "started_at", "ended_at")
    for told in Call.objects.values(*names, "story__queues", "story__agents"):
        wanted = wanted or told
        assert told == wanted
    assert Call.objects.count() == 120


ASTERISKS = "1795286821.0"  # that of `lines.ANSWERED`


def test_a_hosted_call_with_the_id_of_a_channel_is_another_call(tmp_path: Path) -> None:
    come(tmp_path, "queue_log", ANSWERED)
    send(*answered(ASTERISKS))
    make()
    found = dict(Call.objects.values_list("source_key", "talk_s"))
    assert found == {f"id:{ASTERISKS}": 11, f"id:hosted/{ASTERISKS}": 20}


def test_events_and_rows_of_an_asterisk_under_one_key_are_the_events_call(tmp_path: Path) -> None:
    come(tmp_path, "queue_log", ANSWERED)
    told = [json.dumps(one).encode() for one in answered(ASTERISKS)]
    rows_insert([(n, PbxRowKind.EVENT.value, ASTERISKS, BEGAN_S, raw) for n, raw in enumerate(told, 1)])
    stale_mark([ASTERISKS])
    make()
    assert Call.objects.get().talk_s == 20


def test_an_asterisk_that_begins_anew_ends_no_hosted_call(tmp_path: Path) -> None:
    send(*answered()[:4])
    make()
    come(tmp_path, "queue_log", f"{BEGAN_S + 900}|NONE|NONE|NONE|QUEUESTART|\n".encode())
    stale_mark([hosted_key(CALL)])
    make()
    assert Call.objects.get().ended_at is None


def test_a_recording_finds_the_call_that_events_told_of() -> None:
    send(*answered())
    make()
    call = recorded(CALL, agent_name="from the form", customer_name="Client")
    assert (Call.objects.get().pk, call.agent_name, call.talk_s) == (call.pk, "Aigerim", 20)
    assert call.file_name == f"{CALL}.wav"


def test_a_recording_that_came_first_is_told_what_the_events_say() -> None:
    first = recorded(CALL, agent_name="from the form", customer_name="Client")
    send(*answered())
    make()
    call = Call.objects.get()
    assert (call.pk, call.agent_name, call.customer_name, call.revision) == (first.pk, "Aigerim", "Client", 1)
    assert (call.source_key, call.external_id) == (f"id:hosted/{CALL}", CALL)


def test_a_recording_of_an_asterisks_call_is_not_taken_for_the_hosted_one(tmp_path: Path) -> None:
    come(tmp_path, "queue_log", ANSWERED)
    first = recorded(ASTERISKS)
    send(*answered(ASTERISKS))
    make()
    assert Call.objects.get(source_key=f"id:{ASTERISKS}").pk == first.pk
    assert Call.objects.get(source_key=f"id:hosted/{ASTERISKS}").file_name == ""


def test_a_recording_and_a_call_made_in_one_moment_are_joined() -> None:
    """Neither saw the other's, which was not committed yet."""
    send(*answered())
    make()
    told = Call.objects.get()
    Call.objects.filter(pk=told.pk).update(source_key="id:out of sight")
    first = recorded(CALL)
    assert PbxStale.objects.get().key == hosted_key(CALL)
    Call.objects.filter(pk=told.pk).update(source_key=source_key(hosted_key(CALL)))
    make()
    call = Call.objects.get()
    assert (call.pk, call.talk_s, call.file_name) == (first.pk, 20, f"{CALL}.wav")


def test_files_that_an_event_names_are_noted_by_party() -> None:
    send(event(9, "recording", customer_recording="in.wav", agent_recording="out.wav"))
    noted = PbxRecording.objects.values_list("leg", "name", "channel")
    assert sorted(noted) == [("in", "in.wav", hosted_key(CALL)), ("out", "out.wav", hosted_key(CALL))]
    make()
    assert not Call.objects.exists()


def test_ten_thousand_spoilt_events_are_here_each_as_a_row_or_with_its_reason() -> None:
    answers, mutated = [], spoilt_events(COUNT)
    for first in range(0, COUNT, 500):
        answers += events_take(events_given(b"\n".join(mutated[first : first + 500]), is_lines=True))
    told = outcomes(answers)
    rows, _, rejected = held()
    assert len(told) == COUNT
    assert (rows, rejected > 1000) == (told.count("taken"), True)
    assert {one.reason for one in PbxRejected.objects.all()} <= {one.reason.value for one in answers if one.reason}
    make()
    assert not PbxStale.objects.exists()
    assert Call.objects.exists()


def test_how_long_a_request_of_five_hundred_events_takes(capsys: pytest.CaptureFixture[str]) -> None:
    some = [one for number in range(100) for one in answered(f"call-{number}")]
    taking_s, deriving_s = time.perf_counter(), 0.0
    assert outcomes(send(*some)) == ["taken"] * 500
    taking_s = time.perf_counter() - taking_s
    deriving_s = time.perf_counter()
    make()
    deriving_s = time.perf_counter() - deriving_s
    assert (Call.objects.count(), PbxFile.objects.get().read_to) == (100, 500)
    with capsys.disabled():
        sys.stdout.write(f"\n500 events of 100 calls: taken in {taking_s:.3f} s, calls in {deriving_s:.3f} s\n")
