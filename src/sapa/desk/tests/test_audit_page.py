"""The page Audit: who finds it, what stands there, what the filter finds, how pages turn, and the table to take."""

from __future__ import annotations

import ast
import csv
import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from sapa.accounts.models import Person
from sapa.accounts.services import password_set
from sapa.audit.models import AuditEntry
from sapa.audit.sealing import audit_seal
from sapa.audit.services import audit_stretch, audit_write
from sapa.audit.tests.trail import forge, trail
from sapa.calls.models import Call
from sapa.desk.form_edits import EDITS
from sapa.desk.sheets import audit as sheet
from sapa.desk.wording.act_details import change_words, details_words, is_labelled
from sapa.desk.wording.acts import GROUPS, is_worded, verbs_of
from tests.contracts import sources
from tests.fixtures.world import FrozenClock

SignedIn = Callable[[Person], Client]


@pytest.fixture
def office(administrator: Person, signed_in: SignedIn) -> Client:
    client = signed_in(administrator)
    AuditEntry.objects.all().delete()
    return client


def text_of(response: Any) -> str:
    content: str = response.content.decode()
    return content


def shown(response: Any) -> list[int]:
    return [row.entry.pk for row in response.context["page"].rows]


def test_nobody_but_an_administrator_finds_it(
    aigerim: Person, bogdan: Person, celina: Person, daniyar: Person, signed_in: SignedIn
) -> None:
    before = AuditEntry.objects.count()
    for person in (aigerim, bogdan, celina, daniyar):
        client = signed_in(person)
        assert client.get("/audit/").status_code == 404
        assert client.post("/audit/export").status_code == 404
        assert 'href="/audit/"' not in text_of(client.get("/calls/"))
    assert AuditEntry.objects.count() == before


def test_who_heard_what_stands_there_with_its_times(office: Client, call: Call, bogdan: Person) -> None:
    audit_stretch("recording.heard", subject=f"call {call.pk}", person=bogdan, start_s=12.0, end_s=75.5)
    text = text_of(office.get("/audit/?verb=recording.heard"))
    assert "Listened to a recording" in text
    assert "0:12–1:15" in text
    assert f'<a href="/calls/{call.pk}/">Robert Johnson</a>' in text
    assert f'<a href="/people/{bogdan.pk}/">Bogdan</a>' in text


def test_what_a_program_did_without_a_person_is_said_so(office: Client) -> None:
    audit_write("backup.made", subject="backup <monday>", blobs=12, lacking=0)
    text = text_of(office.get("/audit/"))
    assert "Sapa or the command line" in text
    assert "Backup &lt;monday&gt;" in text
    assert re.search(r"Files:</span> 12", text)
    assert "Missing files" not in text


@pytest.mark.parametrize(
    ("query", "verbs"),
    [
        ("", ["backup.made", "person.changed", "recording.downloaded", "recording.heard"]),
        ("?person=bogdan", ["recording.downloaded", "recording.heard"]),
        ("?person=*", ["backup.made", "person.changed"]),
        ("?person=nobody", []),
        ("?verb=listening", ["recording.downloaded", "recording.heard"]),
        ("?verb=recording.heard", ["recording.heard"]),
        ("?verb=made.up", ["backup.made", "person.changed", "recording.downloaded", "recording.heard"]),
        ("?subject=bogdan", ["person.changed"]),
        ("?subject=http://sapa/calls/6F1C0000-0000-4000-8000-000000000001/", ["recording.downloaded"]),
        ("?subject=call", []),
        ("?from=2026-03-10", ["backup.made"]),
        ("?to=2026-03-08", []),
        ("?from=2026-03-09&to=2026-03-09&verb=listening", ["recording.downloaded", "recording.heard"]),
        (
            "?from=tomorrow&before=x&after=",
            ["backup.made", "person.changed", "recording.downloaded", "recording.heard"],
        ),
    ],
)
def test_the_filter_finds(
    query: str, verbs: list[str], bogdan: Person, office: Client, frozen_clock: FrozenClock
) -> None:
    audit_stretch("recording.heard", subject="call 1", person=bogdan, start_s=0.0, end_s=1.0)
    audit_write("recording.downloaded", subject="call 6f1c0000-0000-4000-8000-000000000001", person=bogdan)
    audit_write("person.changed", subject="person bogdan", role="agent")
    frozen_clock.advance(days=1)
    audit_write("backup.made", subject="backup monday")
    response = office.get(f"/audit/{query}")
    assert [row.entry.verb for row in response.context["page"].rows] == verbs
    assert ("Nothing of the kind was done" in text_of(response)) == (not verbs)


def test_pages_stay_where_they_are_while_more_is_written(office: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet, "PAGE_ROWS", 3)
    ids = trail(7)[::-1]
    first = office.get("/audit/")
    assert shown(first) == ids[:3]
    assert first.context["page"].newer == ""
    trail(4)
    second = office.get("/audit/" + first.context["page"].older)
    assert shown(second) == ids[3:6]
    third = office.get("/audit/" + second.context["page"].older)
    assert (shown(third), third.context["page"].older) == (ids[6:], "")
    back = office.get("/audit/" + third.context["page"].newer)
    assert shown(back) == ids[3:6]
    assert back.context["page"].newer


def test_turning_pages_keeps_the_filter(office: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet, "PAGE_ROWS", 1)
    trail(3)
    page = office.get("/audit/?verb=calls&person=*&from=2020-01-01").context["page"]
    assert page.older == f"?person=%2A&verb=calls&from=2020-01-01&before={page.rows[0].entry.pk}"


def test_how_the_chain_stands(office: Client) -> None:
    assert "Nothing is sealed yet" in text_of(office.get("/audit/"))
    trail(2)
    audit_write("audit.verified", subject="audit", number=2, rows=2, problems=0)
    text = text_of(office.get("/audit/"))
    assert "Sealed up to row 2" in text
    assert "Waiting for their seal: 1" in text
    assert "Verified up to row 2" in text
    audit_write("audit.verified", subject="audit", number=2, rows=2, problems=3)
    assert "The last verification found problems" in text_of(office.get("/audit/"))


def test_a_forged_end_is_said_on_top(office: Client) -> None:
    trail(2)
    forge("DELETE FROM audit_auditentry WHERE number = 2")
    assert "changed behind Sapa's back" in text_of(office.get("/audit/"))


def test_rows_that_nobody_seals_are_said_on_top(office: Client, frozen_clock: FrozenClock) -> None:
    audit_write("call.taken", subject="call 1")
    frozen_clock.advance(hours=2)
    assert "Rows wait too long for their seal" in text_of(office.get("/audit/"))
    audit_seal()
    assert "Every row is kept in a sealed chain" in text_of(office.get("/audit/"))


def test_the_export_is_what_the_filter_finds_and_is_written_down(
    office: Client, administrator: Person, bogdan: Person
) -> None:
    audit_write("token.created", subject="person bogdan", person=bogdan, label="=1+1")
    audit_write("call.taken", subject="call 1")
    response = office.post("/audit/export", {"person": "bogdan", "verb": "access"})
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))  # type: ignore[attr-defined]
    assert [row["verb"] for row in rows] == ["token.created"]
    assert "attachment" in response.headers["Content-Disposition"]
    written = AuditEntry.objects.get(verb="audit.exported")
    assert (written.person, written.details["filter"]) == (administrator, {"person": "bogdan", "verb": "access"})
    assert "Ways in" in text_of(office.get("/audit/?verb=audit.exported"))
    assert office.get("/audit/export").status_code == 405


def test_signing_in_is_written_down(bogdan: Person) -> None:
    password_set(None, "bogdan", "correct horse battery")
    client = Client()
    assert client.post("/sign-in", {"username": "bogdan", "password": "wrong"}).status_code == 200
    assert not AuditEntry.objects.filter(verb="person.signed_in").exists()
    client.post("/sign-in", {"username": "bogdan", "password": "correct horse battery"})
    assert AuditEntry.objects.get(verb="person.signed_in").person == bogdan


WRITERS = {"audit_write", "audit_stretch", "second_factor_audit"}
NOT_DETAILS = {"subject", "person", "start_s", "end_s"}


def written_acts() -> dict[str, set[str]]:
    """The first argument of every call that writes the trail, and the details that it names, itself or in a mapping
    that its function puts together."""
    acts: dict[str, set[str]] = {}
    for module in sources.program_modules():
        for function in ast.walk(module.tree):
            if isinstance(function, ast.FunctionDef):
                for verb, named in _acts_in(function):
                    acts.setdefault(verb, set()).update(named - NOT_DETAILS)
    return acts


def _acts_in(function: ast.FunctionDef) -> Iterator[tuple[str, set[str]]]:
    for call in ast.walk(function):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in WRITERS and call.args:
            verb = call.args[0]
            if isinstance(verb, ast.Constant) and isinstance(verb.value, str):
                spread = {one.value.id for one in call.keywords if not one.arg and isinstance(one.value, ast.Name)}
                yield verb.value, {one.arg for one in call.keywords if one.arg} | _keys_of(function, spread)


def _keys_of(function: ast.FunctionDef, names: set[str]) -> set[str]:
    """What is put into these mappings, at once or one by one."""
    found: list[ast.expr | None] = []
    for node in ast.walk(function):
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name) and target.id in names:
                    found += [key for made in ast.walk(node) if isinstance(made, ast.Dict) for key in made.keys]
                if (
                    isinstance(target, ast.Subscript)
                    and isinstance(target.value, ast.Name)
                    and target.value.id in names
                ):
                    found.append(target.slice)
    return {key.value for key in found if isinstance(key, ast.Constant) and isinstance(key.value, str)}


def test_every_act_that_is_written_has_words() -> None:
    verbs = set(written_acts())
    assert {"passkey.added", "recording.heard", "call.taken", "audit.exported"} <= verbs
    wordless = sorted(verb for verb in verbs if not is_worded(verb))
    assert not wordless, f"say in desk/wording/acts.py what these are: {', '.join(wordless)}"
    assert {verb for group in GROUPS for verb in verbs_of(group)} <= verbs


def test_every_detail_that_is_written_has_words() -> None:
    acts = written_acts()
    assert acts["form_rule.saved"] == acts["form_rule.deleted"] == {"form", "conditions"}
    assert acts["person.changed"] == {"name", "role", "team", "names"}
    wordless = sorted({name for verb, names in acts.items() for name in names if not is_labelled(verb, name)})
    assert not wordless, f"say in desk/wording/act_details.py what these are: {', '.join(wordless)}"
    changes = {*EDITS, "criterion_add", "replaced", "undo"}
    assert [change for change in changes if change_words(change) == change] == []


def test_details_are_in_the_readers_words() -> None:
    with override("en"):
        told = dict(details_words("person.changed", {"role": "supervisor", "team": "", "channel": 0, "count": 1200}))
    assert told == {"Role": "Supervisor", "The agent's channel": "channel 1 (left)", "Number": "1200"}


@pytest.mark.parametrize(
    ("verb", "details", "told"),
    [
        ("form_rule.saved", {"form": "cqr", "conditions": {}}, {"Form": "cqr", "Which": "all calls"}),
        ("form_rule.saved", {"conditions": {"direction": ["outbound"]}}, {"Which": "Direction: Outbound"}),
        ("form_rule.saved", {"conditions": {"language": ["kk", "ru"]}}, {"Which": "Language: Kazakh, Russian"}),
        ("review.submitted", {"is_blind": False, "cqr_pct": 59.97}, {"Blind": "no", "CQR": "59\xa0%"}),
        ("scorecard.draft_changed", {"change": "undo", "part": ""}, {"Change": "the last change is taken back"}),
        ("call.given", {"given_until": "2026-03-06"}, {"Until": "6 Mar 2026"}),
        ("sessions.ended", {"which": "others"}, {"Which": "all but the own"}),
        ("audit.exported", {"filter": {"from": "2026-03-06"}}, {"Filter": "From: 6 Mar 2026"}),
        ("backup.restored", {"made_at": "of old"}, {"Made at": "of old"}),
    ],
)  # fmt: skip
def test_codes_and_figures_in_details_become_words(verb: str, details: dict[str, Any], told: dict[str, str]) -> None:
    with override("en"):
        assert dict(details_words(verb, details)) == told
