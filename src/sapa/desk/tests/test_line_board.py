"""The board of the line: for those who manage, true, and with a way to try again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation

from sapa.accounts.models import Person
from sapa.audit.models import AuditEntry
from sapa.calls.models import Call, WatchedFile, WatchedOutcome
from sapa.core.clock import now_at
from sapa.desk.wording.figures import gigabytes, span
from sapa.pipeline.models import StageRow, StageState
from sapa.pipeline.presence import worker_seen
from sapa.pipeline.tests.workbench import stages_of, take, tiny_wav
from tests.fixtures.cast import SignedIn
from tests.fixtures.graded_call import graded_again
from tests.fixtures.world import FrozenClock


def failed(sound: int, code: str = "audio_unreadable") -> Call:
    call = take(tiny_wav(sound), file_name=f"<b>{sound}.wav").call
    StageRow.objects.filter(call=call).update(
        state=StageState.FAILED, error_code=code, error_message="raw", finished_at=now_at()
    )
    return call


def page(client: Any, address: str = "/line/") -> str:
    response = client.get(address)
    assert response.status_code == 200
    text: str = response.content.decode()
    return text


def test_nobody_else_finds_it(
    aigerim: Person, celina: Person, daniyar: Person, signed_in: SignedIn, client: Any
) -> None:
    for person in (aigerim, celina, daniyar):
        assert signed_in(person).get("/line/").status_code == 404
        assert signed_in(person).post("/line/retry", {"code": "x", "stage": "grade"}).status_code == 404
        assert 'href="/line/"' not in signed_in(person).get("/calls/").content.decode()
    assert client.get("/line/").status_code == 302


def test_those_who_manage_find_it_in_the_menu(bogdan: Person, administrator: Person, signed_in: SignedIn) -> None:
    for person in (bogdan, administrator):
        assert 'href="/line/"' in signed_in(person).get("/calls/").content.decode()
        assert "The line is empty" in page(signed_in(person))


def test_it_tells_who_is_at_work(bogdan: Person, signed_in: SignedIn) -> None:
    call = take(tiny_wav(1)).call
    text = page(signed_in(bogdan))
    assert "No worker is there" in text
    lease = now_at() + timedelta(days=3650)
    StageRow.objects.update(
        state=StageState.RUNNING, holder="<box>:7", lease_until=lease, started_at=now_at(), progress_share=0.4
    )
    text = page(signed_in(bogdan))
    assert f"/calls/{call.pk}/" in text
    assert "&lt;box&gt;:7" in text
    assert "No worker is there" not in text


def test_it_tells_how_much_sound_waits_and_when_it_will_be_heard(
    call: Call, bogdan: Person, signed_in: SignedIn, frozen_clock: FrozenClock
) -> None:
    Call.objects.update(duration_s=3600.0)
    began, ended = now_at() - timedelta(minutes=10), now_at() - timedelta(minutes=4)
    StageRow.objects.update(started_at=began, finished_at=ended)
    other = graded_again(call)
    StageRow.objects.create(call=other, stage="transcribe", state=StageState.WAITING, opened_at=now_at())
    worker_seen("box:7", ["transcribe", "analyse", "grade"])
    text = page(signed_in(bogdan)).replace("\xa0", " ")
    assert "<dd>1.0 h</dd>" in text
    assert "6 min" in text
    assert "at 10:36" in text
    assert "12.0 h" in text
    assert "in the last hour 1.0 h" in text
    take(tiny_wav(1))
    assert "1 call is not measured yet" in page(signed_in(bogdan))


def test_failures_stand_together_by_reason_in_plain_words(bogdan: Person, signed_in: SignedIn) -> None:
    for sound, code in ((1, "audio_unreadable"), (2, "audio_unreadable"), (3, "engine_failed")):
        failed(sound, code)
    text = page(signed_in(bogdan))
    assert "The speech engine failed." in text
    assert "Try all 2 again" in text
    assert "Try 1 again" in text
    assert "<b>1" not in text


def test_files_of_watched_folders_that_are_no_calls_are_named(bogdan: Person, signed_in: SignedIn) -> None:
    WatchedFile.objects.create(
        key="k", folder="/in", path="/in/<i>.wav", inode=1, size_bytes=1, mtime_ns=1, seen_at=now_at(),
        outcome=WatchedOutcome.REFUSED, error_code="audio_empty", error_message="raw",
    )  # fmt: skip
    text = page(signed_in(bogdan))
    assert "/in/&lt;i&gt;.wav" in text
    assert "The recording holds no sound." in text


def test_a_part_holds_only_the_figures(bogdan: Person, signed_in: SignedIn) -> None:
    text = page(signed_in(bogdan), "/line/?part=board")
    assert "<html" not in text
    assert 'id="line-board"' in text


@pytest.mark.parametrize("by", ["call", "code"])
def test_a_button_lets_them_try_again(bogdan: Person, signed_in: SignedIn, by: str) -> None:
    call, other = failed(1), failed(2, "engine_failed")
    form = {"call": call.pk} if by == "call" else {"code": "audio_unreadable", "stage": "recording"}
    response = signed_in(bogdan).post("/line/retry", form, follow=True)
    assert response.redirect_chain == [("/line/", 302)]
    assert b"1 call tries again." in response.content
    assert (stages_of(call), stages_of(other)) == ({"recording": "waiting"}, {"recording": "failed"})
    assert AuditEntry.objects.get(verb="stages.retried").person_id == bogdan.pk


def test_a_button_pressed_twice_does_nothing_the_second_time(bogdan: Person, signed_in: SignedIn) -> None:
    call, client = failed(1), signed_in(bogdan)
    client.post("/line/retry", {"call": call.pk})
    StageRow.objects.update(state=StageState.DONE)
    assert b"Nothing was left" in client.post("/line/retry", {"call": call.pk}, follow=True).content
    assert stages_of(call) == {"recording": "done"}


@pytest.mark.parametrize("form", [{}, {"call": "x"}, {"code": "x"}, {"code": "x", "stage": "y"}, {"stage": "grade"}])
def test_a_form_that_names_nothing_is_not_everything(bogdan: Person, signed_in: SignedIn, form: dict[str, str]) -> None:
    call = failed(1)
    assert signed_in(bogdan).post("/line/retry", form).status_code == 400
    assert stages_of(call) == {"recording": "failed"}


@pytest.mark.parametrize("language", ["en", "ru", "pl", "kk"])
def test_spans_and_sizes_are_words_of_the_language(language: str) -> None:
    with translation.override(language):
        assert span(None) == "–"
        assert all(span(seconds) for seconds in (0, 59, 60, 7200, 200_000))
        assert gigabytes(12_340_000_000).startswith(("12.3", "12,3"))
