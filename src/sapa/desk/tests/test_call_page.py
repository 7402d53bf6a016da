"""The call page: what was found, why the verdict, and the call while it is in the line."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest

from sapa.accounts.models import Person, Role
from sapa.accounts.services import person_create
from sapa.calls.giving import calls_give
from sapa.calls.models import Call
from sapa.core.clock import now_at
from sapa.pipeline.models import StagePriority, StageRow, StageState
from sapa.recordings.models import Recording, RecordingPart
from sapa.scorecards.models import MarkRecord
from sapa.transcripts.model_files import PACKAGED
from sapa.transcripts.models import TranscriptRecord
from sapa.transcripts.types import HearingLevel
from tests.fixtures.cast import SignedIn
from tests.fixtures.graded_call import left_out_of


def page(signed_in: SignedIn, person: Person, call: Call, query: str = "") -> str:
    response = signed_in(person).get(f"/calls/{call.pk}/{query}")
    assert response.status_code == 200
    return response.content.decode()


def test_it_shows_talk_and_marks(call: Call, bogdan: Person, signed_in: SignedIn) -> None:
    shown = page(signed_in, bogdan, call)
    for words in ("Robert Johnson", "Greets and names the company", "What", "Savings.", "Transcript", "Measures"):
        assert words in shown


def test_a_word_knows_its_time(call: Call, celina: Person, signed_in: SignedIn) -> None:
    assert re.search(r'<span class="w" data-s="25.83" data-e="26.55">Savings\.</span>', page(signed_in, celina, call))


def test_evidence_is_a_link_to_its_moment(call: Call, bogdan: Person, signed_in: SignedIn) -> None:
    proof = next(mark.evidence[0] for mark in MarkRecord.objects.filter(evaluation__call=call) if mark.evidence)
    assert f'data-stretch-end="{proof["end_s"]:g}"' in page(signed_in, bogdan, call)


def test_the_waveform_has_the_agent_on_top(call: Call, celina: Person, signed_in: SignedIn) -> None:
    shown = page(signed_in, celina, call)
    found = re.search(r'<script id="waveform-data" type="application/json">(.*?)</script>', shown)
    assert found is not None
    data = json.loads(found[1])
    assert data["sides"] == ["agent", "customer"]
    assert data["peaks"][0] == Recording.objects.get(call=call).peaks[1]


def test_what_was_left_out_stands_below_with_its_moment_and_reason(
    call: Call, celina: Person, signed_in: SignedIn
) -> None:
    assert "Left out" not in page(signed_in, celina, call)
    left_out_of(call)
    shown = page(signed_in, celina, call)
    assert "Left out: 4" in shown
    below = shown[shown.index("Left out: 4") :]
    assert below.index("Mhm. So, so.") < below.index("What is the destination") < below.index("Thank you for watching.")
    assert re.search(r'<b>Robert Johnson</b> <a class="moment" href="#t=26.6" data-moment="26.6">0:26</a>', below)
    assert "a phrase that the model is known to make up in silence" in below


def test_an_outside_reviewer_reads_what_was_left_out_without_names(
    call: Call, administrator: Person, signed_in: SignedIn
) -> None:
    left_out_of(call)
    ola = person_create("ola", role=Role.OUTSIDE, name="Ola")
    calls_give(administrator, ola, [call.pk], until_on=now_at().date() + timedelta(days=30))
    shown = page(signed_in, ola, call)
    assert "Thank you for watching." in shown
    assert "Robert Johnson</b>" not in shown


@pytest.mark.parametrize("who", ["daniyar", "aigerim"])
def test_who_may_not_see_it_gets_404(call: Call, who: str, signed_in: SignedIn, request: pytest.FixtureRequest) -> None:
    Call.objects.filter(pk=call.pk).update(agent_name="Somebody else")
    person: Person = request.getfixturevalue(who)
    client = signed_in(person)
    assert client.get(f"/calls/{call.pk}/").status_code == 404
    assert client.post(f"/calls/{call.pk}/retry").status_code == 404
    assert client.post(f"/calls/{call.pk}/agent-channel", {"channel": "0"}).status_code == 404


def test_a_page_carries_no_script_of_its_own(call: Call, celina: Person, signed_in: SignedIn) -> None:
    response = signed_in(celina).get(f"/calls/{call.pk}/")
    assert "unsafe-inline" not in response["Content-Security-Policy"]
    assert "nonce-" in response["Content-Security-Policy"]


def test_a_running_call_shows_its_stages_and_looks_again(call: Call, celina: Person, signed_in: SignedIn) -> None:
    StageRow.objects.filter(call=call, stage="grade").update(state=StageState.RUNNING, progress_share=0.5)
    assert "part=line" in page(signed_in, celina, call)
    part = signed_in(celina).get(f"/calls/{call.pk}/?part=line", headers={"hx-request": "true"})
    assert b"<html" not in part.content
    assert "HX-Refresh" not in part


def test_a_finished_call_loads_its_page_again(call: Call, celina: Person, signed_in: SignedIn) -> None:
    assert signed_in(celina).get(f"/calls/{call.pk}/?part=line")["HX-Refresh"] == "true"


def test_a_failed_stage_tells_code_and_what_to_do(call: Call, bogdan: Person, signed_in: SignedIn) -> None:
    StageRow.objects.filter(call=call, stage="grade").update(
        state=StageState.FAILED, error_code="engine_failed", error_message="It broke."
    )
    shown = page(signed_in, bogdan, call)
    for words in ("engine_failed", "It broke.", "Try again", "tell an administrator the code"):
        assert words in shown


def test_try_again_puts_the_stage_back(call: Call, bogdan: Person, signed_in: SignedIn) -> None:
    StageRow.objects.filter(call=call, stage="grade").update(state=StageState.FAILED, error_code="x")
    response = signed_in(bogdan).post(f"/calls/{call.pk}/retry")
    assert response["Location"] == f"/calls/{call.pk}/"
    assert StageRow.objects.get(call=call, stage="grade").state == StageState.WAITING


@pytest.mark.parametrize("later", [None, timedelta(minutes=4)])
def test_an_agent_reads_that_it_failed_and_starts_nothing_again(
    call: Call, aigerim: Person, signed_in: SignedIn, later: timedelta | None
) -> None:
    state, at = (StageState.WAITING, now_at() + later) if later else (StageState.FAILED, None)
    grade = StageRow.objects.filter(call=call, stage="grade")
    grade.update(state=state, tries=1, error_code="engine_failed", next_try_at=at, priority=StagePriority.WATCHED)
    before = grade.values().get()
    shown = page(signed_in, aigerim, call)
    assert ("engine_failed" in shown, "/retry" in shown) == (True, False)
    assert signed_in(aigerim).post(f"/calls/{call.pk}/retry").status_code == 403
    assert grade.values().get() == before


def test_trying_what_did_not_fail_is_told(call: Call, bogdan: Person, signed_in: SignedIn) -> None:
    response = signed_in(bogdan).post(f"/calls/{call.pk}/retry")
    assert response.status_code == 400
    assert b"stage_not_failed" in response.content


def test_unsure_parties_are_asked_about(call: Call, bogdan: Person, signed_in: SignedIn) -> None:
    Recording.objects.filter(call=call).update(agent_channel=None, agent_channel_source="unsure")
    shown = page(signed_in, bogdan, call)
    assert "Who is the agent?" in shown
    assert "Channel 2 is the agent" in shown


def test_a_person_tells_the_channel(call: Call, bogdan: Person, signed_in: SignedIn) -> None:
    signed_in(bogdan).post(f"/calls/{call.pk}/agent-channel", {"channel": "0"})
    recording = Recording.objects.get(call=call)
    assert (recording.agent_channel, recording.agent_channel_source) == (0, "told")
    assert StageRow.objects.get(call=call, stage="analyse").state == StageState.WAITING


def test_an_agent_does_not_tell_the_channel(call: Call, aigerim: Person, signed_in: SignedIn) -> None:
    response = signed_in(aigerim).post(f"/calls/{call.pk}/agent-channel", {"channel": "0"})
    assert response.status_code == 403
    assert Recording.objects.get(call=call).agent_channel == 1


def test_a_channel_that_is_none_is_refused(call: Call, bogdan: Person, signed_in: SignedIn) -> None:
    assert signed_in(bogdan).post(f"/calls/{call.pk}/agent-channel", {"channel": "7"}).status_code == 400


@pytest.mark.parametrize("language", ["en", "ru", "pl", "kk"])
def test_it_stands_in_every_language(call: Call, celina: Person, signed_in: SignedIn, language: str) -> None:
    client = signed_in(celina)
    client.cookies["django_language"] = language
    shown = client.get(f"/calls/{call.pk}/").content.decode()
    assert f'<html lang="{language}"' in shown


def test_a_scorecard_that_is_not_there_shows_the_newest(call: Call, bogdan: Person, signed_in: SignedIn) -> None:
    assert "Greets and names the company" in page(signed_in, bogdan, call, "?scorecard=nonsense")


def test_what_is_tried_again_by_itself_says_when_and_can_be_tried_now(
    call: Call, celina: Person, signed_in: SignedIn
) -> None:
    grade = StageRow.objects.filter(call=call, stage="grade")
    at = now_at() + timedelta(minutes=4)
    grade.update(state=StageState.WAITING, tries=3, error_code="storage_unreachable", next_try_at=at)
    shown = page(signed_in, celina, call)
    assert "did not work 3 times" in shown
    assert f"tried again by itself at {at:%H:%M:%S}" in shown
    assert grade.get().priority == StagePriority.WATCHED
    assert signed_in(celina).post(f"/calls/{call.pk}/retry").status_code == 302
    assert (grade.get().next_try_at, grade.get().tries) == (None, 0)


def test_a_mono_call_says_so_and_asks_nobody_who_the_agent_is(call: Call, bogdan: Person, signed_in: SignedIn) -> None:
    recording = Recording.objects.get(call=call)
    recording.channels, recording.agent_channel, recording.peaks = 1, None, recording.peaks[:1]
    recording.save()
    shown = page(signed_in, bogdan, call)
    assert "The recording is mono" in shown
    assert "Who is the agent?" not in shown
    assert "agent-channel" not in shown
    response = signed_in(bogdan).post(f"/calls/{call.pk}/agent-channel", {"channel": "0"})
    assert (response.status_code, b"recording_mono" in response.content) == (400, True)


def test_a_recording_that_was_cut_short_warns(call: Call, celina: Person, signed_in: SignedIn) -> None:
    assert "cut short" not in page(signed_in, celina, call)
    Recording.objects.filter(call=call).update(is_truncated=True)
    assert "The recording is cut short" in page(signed_in, celina, call)


@pytest.mark.parametrize(
    ("offset_s", "source", "words"),
    [
        (1.5, "told", "The agent&#x27;s starts 1.5\xa0s after the customer&#x27;s (told)."),
        (-0.5, "sound", "The agent&#x27;s starts 0.5\xa0s before the customer&#x27;s (found by the sound)."),
        (0.0, "same_length", "Both start together (both files are equally long)."),
        (0.0, "assumed", "both are taken to start together"),
    ],
)
def test_a_pair_tells_how_its_files_stand_to_each_other(
    call: Call, celina: Person, signed_in: SignedIn, offset_s: float, source: str, words: str
) -> None:
    recording = Recording.objects.get(call=call)
    RecordingPart.objects.create(
        recording=recording, place=1, party="agent", blob_id="0" * 32, sha256="0" * 64, size_bytes=1,
        offset_s=offset_s, offset_source=source,
    )  # fmt: skip
    shown = page(signed_in, celina, call)
    assert words in shown
    assert shown.count("download=1&amp;part=") == 4


@pytest.mark.parametrize(
    ("language", "model", "hearing", "told"),
    [
        ("ru", PACKAGED, HearingLevel.SO_SO, ["so-so", "% of the words were wrong", "Listen before you judge"]),
        ("kk", PACKAGED, HearingLevel.NONE, ["does not understand", "% of the words were wrong"]),
        ("is", "of our own", HearingLevel.SO_SO, ["Nobody has measured", "Listen before you judge"]),
    ],
)
def test_it_says_how_many_words_are_wrong(
    call: Call, bogdan: Person, signed_in: SignedIn, language: str, model: str, hearing: HearingLevel, told: list[str]
) -> None:
    TranscriptRecord.objects.filter(call=call).update(language=language, model=model, hearing=hearing)
    shown = page(signed_in, bogdan, call)
    assert all(words in shown for words in told)
    assert ("of the words were wrong" in shown) is (model == PACKAGED)
