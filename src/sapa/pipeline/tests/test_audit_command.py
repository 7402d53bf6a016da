"""`sapa audit`: reading, handing out, sealing and verifying, each with its exit status."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from sapa.accounts.models import Person
from sapa.audit.models import AuditEntry
from sapa.audit.services import audit_stretch, audit_write
from sapa.audit.tests.trail import forge, trail
from tests.fixtures.world import FrozenClock

pytestmark = pytest.mark.django_db


def said(*words: str) -> str:
    out = io.StringIO()
    call_command("audit", *words, stdout=out)
    return out.getvalue()


def ended(*words: str) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("audit", *words, stdout=out)
    except SystemExit as exc:
        return int(exc.code or 0), out.getvalue()
    return 0, out.getvalue()


@pytest.fixture
def told(bogdan: Person, frozen_clock: FrozenClock) -> list[AuditEntry]:
    """Three rows an hour apart; the label of the last would be a formula."""
    AuditEntry.objects.all().delete()
    rows = [audit_stretch("recording.heard", subject="call 1", person=bogdan, start_s=0.0, end_s=75.0)]
    frozen_clock.advance(hours=1)
    rows.append(audit_write("stage.retried", subject="call 1", person=bogdan, stage="grade"))
    frozen_clock.advance(hours=1)
    rows.append(audit_write("token.created", subject="person =cmd()", label="=HYPERLINK(1)"))
    return rows


def test_verify_of_a_whole_chain_says_its_end_and_is_written_down() -> None:
    trail(3)
    status, text = ended("verify")
    assert status == 0
    assert "The chain is whole." in text
    row = AuditEntry.objects.get(verb="audit.verified")
    assert row.details["problems"] == 0
    assert row.details["rows"] >= 3


def test_verify_of_a_changed_chain_names_the_row_and_ends_with_1() -> None:
    ids = trail(3)
    forge("UPDATE audit_auditentry SET subject = 'call 99' WHERE id = %s", ids[1])
    status, text = ended("verify", "--json")
    told = json.loads(text)
    assert status == 1
    assert told["is_whole"] is False
    assert [(one["kind"], one["entry_id"]) for one in told["problems"]] == [("changed", ids[1])]
    assert AuditEntry.objects.get(verb="audit.verified").details["problems"] == 1


def test_an_anchor_is_taken_and_found_again() -> None:
    trail(2)
    anchor = said("head").strip()
    trail(2)
    assert ended("verify", "--anchor", anchor)[0] == 0
    status, text = ended("verify", "--since-anchor", anchor, "--json")
    assert (status, json.loads(text)["rows"]) == (0, 2)


@pytest.mark.parametrize("anchor", ["", "sapa-audit-1:5", "5", "sapa-audit-1:x:" + "0" * 64])
def test_what_is_no_anchor_is_wrong_usage(anchor: str) -> None:
    with pytest.raises(CommandError) as caught:
        call_command("audit", "verify", "--anchor", anchor)
    assert caught.value.returncode == 2


def test_seal_says_how_many() -> None:
    audit_write("call.taken", subject="call 1")
    sealed = AuditEntry.objects.count()
    assert said("seal") == f"{sealed} rows sealed.\n"
    assert said("seal") == "0 rows sealed.\n"


@pytest.mark.parametrize(
    ("words", "verbs"),
    [
        (["--verb", "stage.retried"], ["stage.retried"]),
        (["--person", "bogdan"], ["stage.retried", "recording.heard"]),
        (["--subject", "call 1"], ["stage.retried", "recording.heard"]),
        (["--subject", "call 1", "--until", "2026-03-09T11:00"], ["recording.heard"]),
        (["--since", "2026-03-09T12:00+00:00"], ["token.created"]),
        (["--since", "2026-03-09", "--until", "2026-03-09", "--verb", "recording.heard"], ["recording.heard"]),
        (["--until", "2020-01-01"], []),
    ],
)
def test_export_keeps_to_what_was_asked(words: list[str], verbs: list[str], told: list[AuditEntry]) -> None:
    lines = said("export", "--form", "jsonl", *words).splitlines()
    found = [json.loads(line)["verb"] for line in lines]
    assert [verb for verb in found if verb != "audit.exported"] == verbs


def test_export_is_a_table_without_formulas_and_is_written_down(told: list[AuditEntry]) -> None:
    rows = list(csv.DictReader(io.StringIO(said("export", "--verb", "token.created", "--verb", "recording.heard"))))
    assert [row["subject"] for row in rows] == ["person =cmd()", "call 1"]
    assert (rows[1]["person"], rows[1]["start_s"], rows[1]["end_s"]) == ("bogdan", "0.0", "75.0")
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
    assert AuditEntry.objects.get(verb="audit.exported").details["filter"] == {
        "verb": ["token.created", "recording.heard"]
    }


def test_list_shows_the_newest_in_columns(told: list[AuditEntry]) -> None:
    text = said("list", "--limit", "2")
    assert "label==HYPERLINK(1)" in text
    assert "stage=grade" in text
    assert "recording.heard" not in text
    assert "0:00–1:15" in said("list", "--verb", "recording.heard")


@pytest.mark.parametrize("words", [["--since", "yesterday"], ["--until", "2026-13-01"]])
def test_a_time_that_is_none_is_wrong_usage(words: list[str]) -> None:
    with pytest.raises(CommandError) as caught:
        call_command("audit", "list", *words)
    assert caught.value.returncode == 2


def test_somebody_unknown_is_said() -> None:
    with pytest.raises(CommandError, match="person_missing"):
        call_command("audit", "list", "--person", "nobody")


def test_a_large_export_is_read_in_portions(
    monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    from sapa.audit import selectors

    trail(25)
    monkeypatch.setattr(selectors, "AT_ONCE", 10)
    with django_assert_max_num_queries(8):
        lines = said("export", "--form", "jsonl").splitlines()
    ids = [json.loads(line)["id"] for line in lines]
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == len(set(ids)) >= 25
