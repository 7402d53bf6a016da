"""Forms over the REST API, as a repository of forms that publishes what was merged would ask."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from sapa.accounts.models import Person
from sapa.audit.models import AuditEntry
from sapa.calls.models import Call
from sapa.calls.services import queue_grant
from sapa.pipeline.tests.test_api_call_post import refusal
from sapa.scorecards.api import Shape
from sapa.scorecards.exchange import EXPORTS
from sapa.scorecards.models import ScorecardDraft, ScorecardRecord
from sapa.scorecards.tests.cards import card_content, criterion
from sapa.scorecards.tests.drafted import KEY, published
from tests.fixtures.cast import SignedIn

pytestmark = pytest.mark.django_db
FORMS = "/api/v1/forms"
FORM = f"{FORMS}/{KEY}"
DRAFT = f"{FORM}/draft"
JSON: dict[str, Any] = {"content_type": "application/json"}


@pytest.fixture
def office(api_of: SignedIn, bogdan: Person) -> Client:
    """Of a supervisor who sees every call; one form of theirs is published."""
    published()
    return api_of(bogdan)


def imported(client: Client, content: Any, **more: Any) -> Any:
    raw = content if isinstance(content, bytes) else yaml.safe_dump(content).encode()
    return client.post("/api/v1/import/forms", {"file": SimpleUploadedFile("form.yaml", raw), **more})


def section(*criteria: dict[str, Any]) -> dict[str, Any]:
    return {"key": "all", "title": {"en": "All"}, "criteria": list(criteria)}


def drafted_by(client: Client) -> dict[str, Any]:
    answer = client.post(DRAFT, {}, **JSON)
    assert answer.status_code == 201
    told: dict[str, Any] = answer.json()
    return told


def test_a_published_form_is_read_as_it_is_written(office: Client) -> None:
    told = office.get(FORM).json()
    assert (told["key"], told["revision"], told["is_newest"]) == (KEY, 1, True)
    assert told["content"] == card_content(criterion("greeting"), criterion("closing"))
    assert told["content"] == yaml.safe_load(office.get(f"{FORM}/export").content)
    assert office.get(f"{FORM}/revisions/1").json() == told


def test_the_list_tells_of_drafts_and_of_what_was_never_published(office: Client) -> None:
    assert office.post(FORMS, {"title": {"en": "Brand new", "ru": "Новая"}}, **JSON).status_code == 201
    told = {one["key"]: one for one in office.get(FORMS).json()}
    assert {KEY, "brand_new", "inbound_service"} <= set(told)
    new = told["brand_new"]
    assert (new["revision"], new["title"]["ru"], new["draft"]["version"]) == (None, "Новая", 1)
    assert (told[KEY]["revision"], told[KEY]["draft"]) == (1, None)


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        (f"{FORMS}/nothing", 404, "scorecard_missing"),
        (f"{FORM}/revisions/2", 404, "scorecard_missing"),
        (f"{FORM}/revisions/0", 400, "input_invalid"),
        (f"{FORM}/revisions/{10**12}", 400, "input_invalid"),
        (f"{FORMS}/%00", 400, "input_invalid"),
        (f"{FORMS}/Форма", 400, "input_invalid"),
        (f"{FORMS}/..%2F..%2Fetc", 404, "address_missing"),
        (f"{FORM}/export?shape=word", 400, "input_invalid"),
        (f"{FORM}/export?language=../..", 400, "input_invalid"),
        (f"{FORM}/export?draft=true", 404, "draft_missing"),
        (DRAFT, 404, "draft_missing"),
        (f"{DRAFT}/check", 404, "draft_missing"),
        (f"{DRAFT}/trial", 404, "draft_missing"),
        (f"{DRAFT}/trial?calls=101", 400, "input_invalid"),
    ],
)
def test_what_is_not_there_is_told(office: Client, address: str, status: int, code: str) -> None:
    assert refusal(office.get(address)) == (status, code)


@pytest.mark.parametrize(
    ("shape", "kind", "ending"),
    [
        ("yaml", "application/yaml", ".yaml"),
        ("amazon_connect", "application/json", ".connect.json"),
        ("google_qa", "application/json", ".google-qa.json"),
    ],
)
def test_a_form_goes_out_in_every_shape_and_comes_in_again(office: Client, shape: str, kind: str, ending: str) -> None:
    answer = office.get(f"{FORM}/export", {"shape": shape})
    assert (answer.status_code, answer["Content-Type"]) == (200, kind)
    assert answer["Content-Disposition"] == f'attachment; filename="{KEY}{ending}"'
    back = imported(office, answer.content)
    titles = [one["title"] for section in back.json()["draft"]["content"]["sections"] for one in section["criteria"]]
    assert (back.status_code, titles) == (201, [{"en": "greeting"}, {"en": "closing"}])
    assert [one["code"] for one in back.json()["losses"]] == []


def test_the_shapes_are_those_that_there_are() -> None:
    assert set(Shape.__args__) == set(EXPORTS)  # type: ignore[attr-defined]


def test_a_file_becomes_a_draft_and_is_published_once(office: Client, bogdan: Person) -> None:
    content = card_content(criterion("greeting"), key="from_git")
    draft = imported(office, content).json()["draft"]
    assert (draft["key"], draft["version"], draft["based_on"]) == ("from_git", 1, None)
    publish = f"{FORMS}/from_git/draft/publish"
    done = office.post(publish, {"version": draft["version"]}, **JSON).json()
    assert (done["revision"], done["changed"]) == (1, True)
    again = imported(office, content).json()["draft"]
    assert office.post(publish, {"version": again["version"]}, **JSON).json() == {**done, "changed": False}
    assert not ScorecardDraft.objects.exists()
    assert AuditEntry.objects.get(subject="scorecard from_git", verb="scorecard.published").person_id == bogdan.pk


def test_a_file_does_not_overwrite_what_somebody_works_on(office: Client) -> None:
    drafted_by(office)
    assert refusal(imported(office, card_content(criterion("other")))) == (409, "draft_exists")


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\xff", b"[1]", b"key: x", b"a: !!int ''", b"a: !!timestamp x", b"a: !!bool x", b"{", b"{" * 50_000,
        b'{"qaQuestions": 5}', b'{"Title": 1, "Items": {}}', b'key: a\ntitle: {en: "\\0"}', b"a: &a [*a]",
        b'{"key": "a", "title": {"en": "\\ud800"}}', b"key: a\ntitle: {en: x}\nband_pct: 0x" + b"f" * 5000,
    ],
)  # fmt: skip
def test_a_file_that_is_no_form_is_refused_and_leaves_nothing(office: Client, content: bytes) -> None:
    before = ScorecardRecord.objects.count()
    assert refusal(imported(office, content)) in {(400, "scorecard_invalid"), (400, "input_invalid")}
    assert ScorecardRecord.objects.count() == before


def test_a_file_that_is_too_large_is_refused(office: Client) -> None:
    assert refusal(imported(office, b"# " + b"x" * (1 << 20))) == (413, "file_too_large")
    assert refusal(imported(office, b"# " + b"x" * (3 << 20))) == (413, "request_too_large")
    assert refusal(imported(office, card_content(), language="\0")) == (400, "input_invalid")


def test_a_form_begins_blank_or_as_a_copy(office: Client) -> None:
    blank = office.post(FORMS, {"title": {"ru": "Новая"}, "key": "mine"}, **JSON).json()
    assert (blank["key"], blank["content"]["call_types"]) == ("mine", [{"key": "call", "title": {"ru": "Звонок"}}])
    copy = office.post(FORMS, {"title": {"en": "Copy"}, "copy_of": KEY}, **JSON).json()
    assert (copy["key"], len(copy["content"]["sections"][0]["criteria"])) == ("copy", 2)
    assert refusal(office.post(FORMS, {"title": {"en": "x"}, "key": KEY}, **JSON)) == (409, "scorecard_exists")
    assert refusal(office.post(FORMS, {"title": {"en": " "}}, **JSON)) == (400, "form_edit_invalid")
    assert refusal(office.post(FORMS, {"title": {"en": "x"}, "copy_of": "none"}, **JSON)) == (404, "scorecard_missing")


def test_a_draft_is_replaced_whole_taken_back_and_discarded(office: Client) -> None:
    content = drafted_by(office)["content"]
    changed = {**content, "band_pct": 70.0}
    told = office.put(DRAFT, {"version": 1, "content": changed}, **JSON).json()
    assert (told["version"], told["content"], told["can_undo"]) == (2, changed, True)
    assert office.get(f"{FORM}/export?draft=true").content.decode().count("band_pct: 70.0") == 1
    assert office.post(f"{DRAFT}/undo", {"version": 2}, **JSON).json()["content"] == content
    assert refusal(office.delete(f"{DRAFT}?version=1")) == (409, "draft_conflict")
    assert office.delete(f"{DRAFT}?version=3").status_code == 204
    assert (office.get(DRAFT).status_code, office.get(FORM).status_code) == (404, 200)


def test_who_saves_late_is_told_and_nothing_is_written(office: Client) -> None:
    content = drafted_by(office)["content"]
    office.put(DRAFT, {"version": 1, "content": {**content, "band_pct": 70}}, **JSON)
    late = office.put(DRAFT, {"version": 1, "content": {**content, "band_pct": 60}}, **JSON)
    assert refusal(late) == (409, "draft_conflict")
    assert refusal(office.post(f"{DRAFT}/publish", {"version": 1}, **JSON)) == (409, "draft_conflict")
    assert office.get(DRAFT).json()["content"]["band_pct"] == 70


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"key": "other"}, "form_edit_invalid"),
        ({"key": "../x"}, "input_invalid"),
        ({"unknown": 1}, "input_invalid"),
        ({"title": {"en": "\0"}}, "input_invalid"),
        ({"title": {"\0": "x"}}, "input_invalid"),
        ({"title": {"en": "\ud800"}}, "input_invalid"),
        ({"title": {"en": "x" * 5001}}, "input_invalid"),
        ({"title": "x"}, "input_invalid"),
        ({"band_pct": 1e400}, "input_invalid"),
        ({"band_pct": 10**400}, "input_invalid"),
        ({"sections": [{"key": f"s{n}", "title": {}} for n in range(101)]}, "input_invalid"),
        (
            {"sections": [{"key": "s", "title": {}, "criteria": [criterion(f"c{n}") for n in range(501)]}]},
            "input_invalid",
        ),
        (
            {"sections": [{"key": "s", "title": {}, "criteria": [criterion(weights={"service": 1e308})]}]},
            "input_invalid",
        ),
    ],
)
def test_content_that_is_no_form_is_refused(office: Client, more: dict[str, Any], code: str) -> None:
    content = drafted_by(office)["content"]
    assert refusal(office.put(DRAFT, {"version": 1, "content": {**content, **more}}, **JSON)) == (400, code)
    assert office.get(DRAFT).json()["version"] == 1


def test_what_is_left_to_do_is_told_and_keeps_it_from_being_published(office: Client) -> None:
    content = drafted_by(office)["content"]
    content["sections"][0]["criteria"] = [criterion("closing", anchors={})]
    office.put(DRAFT, {"version": 1, "content": content}, **JSON)
    told = office.get(f"{DRAFT}/check").json()
    assert {(one["code"], one["where"]) for one in told["errors"]} == {("anchor_missing", "criterion:closing")}
    assert "no_marker" in {one["code"] for one in told["warnings"]}
    assert {(one["code"], one["where"]) for one in told["changes"]} >= {("removed", "criterion:greeting")}
    for answer in (office.post(f"{DRAFT}/publish", {"version": 2}, **JSON), office.get(f"{DRAFT}/trial")):
        assert refusal(answer) == (409, "draft_unfinished")
    assert office.get(FORM).json()["revision"] == 1


def test_the_last_calls_are_tried_and_nothing_is_stored(office: Client, call: Call) -> None:
    content = drafted_by(office)["content"]
    content["sections"][0]["criteria"].pop()
    office.put(DRAFT, {"version": 1, "content": content}, **JSON)
    told = office.get(f"{DRAFT}/trial", {"calls": 1}).json()
    assert (told["asked"], told["done"]) == (1, 1)
    assert [one["key"] for one in told["draft"]["criteria"]] == ["greeting"]
    assert [one["key"] for one in told["now"]["criteria"]] == ["greeting", "closing"]
    assert told["draft"]["criteria"][0] == {
        "key": "greeting", "counts": {"abstained": 1}, "calls": {"abstained": [str(call.pk)]},
    }  # fmt: skip
    assert [one["id"] for one in told["calls"]] == [str(call.pk)]
    assert call.evaluations.count() == 1  # that of the line


def test_an_earlier_revision_is_where_a_draft_may_start(office: Client) -> None:
    published(criterion("greeting"))
    assert office.get(FORM).json()["revision"] == 2
    draft = office.post(DRAFT, {"revision": 1}, **JSON).json()
    assert (len(draft["content"]["sections"][0]["criteria"]), draft["based_on"]) == (2, 2)
    assert refusal(office.post(DRAFT, {}, **JSON)) == (409, "draft_exists")
    office.delete(f"{DRAFT}?version=1")
    assert refusal(office.post(DRAFT, {"revision": 3}, **JSON)) == (404, "scorecard_missing")


def test_who_sees_some_calls_reads_what_is_published_and_changes_nothing(
    office: Client, api_of: SignedIn, bogdan: Person, celina: Person
) -> None:
    draft = drafted_by(office)
    queue_grant(None, "bogdan", "loans")
    scoped = api_of(Person.objects.get(pk=bogdan.pk))
    for address in (FORMS, FORM, f"{FORM}/revisions/1", f"{FORM}/export"):
        assert scoped.get(address).status_code == 200
        assert refusal(api_of(celina).get(address)) == (403, "forms_not_yours")
    for address in (DRAFT, f"{DRAFT}/check", f"{DRAFT}/trial", f"{FORM}/export?draft=true", f"{FORMS}/nothing/draft"):
        assert refusal(scoped.get(address)) == (403, "forms_not_yours")
    content = draft["content"] | {"band_pct": 1}
    assert refusal(scoped.put(DRAFT, {"version": 1, "content": content}, **JSON)) == (403, "forms_not_yours")
    assert refusal(imported(scoped, card_content(key="new"))) == (403, "forms_not_yours")
