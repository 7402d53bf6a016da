from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from sapa.accounts.models import Person
from sapa.calls.models import Call
from sapa.calls.services import queue_grant
from sapa.scorecards.drafts import draft_make
from sapa.scorecards.library import scorecard_dump
from sapa.scorecards.models import FormRule, ScorecardDraft, ScorecardRecord
from sapa.scorecards.selectors import card_of, draft_of
from sapa.scorecards.tests.cards import card, criterion
from sapa.scorecards.tests.drafted import KEY, drafted, published
from sapa.scorecards.types import Criterion, MeasureSpec, PhraseSpec, Scorecard

pytestmark = pytest.mark.django_db
SignedIn = Callable[[Person], Client]
DRAFT = f"/forms/{KEY}/draft"


@pytest.fixture
def office(bogdan: Person, signed_in: SignedIn) -> Client:
    return signed_in(bogdan)


@pytest.fixture
def draft(bogdan: Person) -> ScorecardDraft:
    return drafted(bogdan)


def text_of(response: Any) -> str:
    content: str = response.content.decode()
    return content


def sent(office: Client, **fields: Any) -> Any:
    return office.post(DRAFT, {"version": str(draft_of(KEY).version), **fields})


def now() -> Scorecard:
    return card_of(draft_of(KEY))


def greeting() -> Criterion:
    return now().criteria[0]


def test_the_list_tells_what_is_published_used_and_drafted(office: Client, bogdan: Person, call: Call) -> None:
    drafted(bogdan)
    text = text_of(office.get("/forms/"))
    assert "<code>test_form</code>" in text
    assert "edited by Bogdan" in text
    assert "1 call" in text  # the graded call of the fixture
    assert f'href="{DRAFT}"' in text


def test_who_sees_only_some_calls_reads_and_changes_nothing(
    bogdan: Person, administrator: Person, signed_in: SignedIn
) -> None:
    drafted(administrator)
    queue_grant(None, "bogdan", "cards")
    office = signed_in(bogdan)
    text = text_of(office.get("/forms/"))
    assert "New form" not in text
    assert DRAFT not in text
    assert "Go on with the draft" not in text_of(office.get(f"/forms/{KEY}/"))
    for address in (
        DRAFT,
        f"{DRAFT}/try",
        f"{DRAFT}/publish",
        "/forms/choice-rules",
        f"/forms/{KEY}/export/yaml?draft",
    ):
        assert office.get(address).status_code == 404, address


@pytest.mark.parametrize(
    "address",
    [
        "/forms/nothing/",
        "/forms/cqr/revisions/2/",
        "/forms/cqr/export/word",
        "/forms/cqr/draft",
        "/forms/cqr/draft/try",
        "/forms/cqr/draft/publish",
        "/forms/cqr/export/yaml?draft",
    ],
)
def test_what_is_not_there_is_said(office: Client, address: str) -> None:
    assert office.get(address).status_code == 404


def test_a_blank_form_begins_with_its_title_and_a_call_type(office: Client) -> None:
    response = office.post("/forms/new-form", {"act": "blank", "title": "Short calls"})
    assert response.headers["Location"] == "/forms/short_calls/draft"
    form = card_of(draft_of("short_calls"))
    assert (form.title, [one.key for one in form.call_types], form.sections) == ({"en": "Short calls"}, ["call"], [])
    assert "No section yet" in text_of(office.get("/forms/short_calls/draft"))


def test_the_same_title_again_gets_another_key(office: Client) -> None:
    for _time in range(2):
        office.post("/forms/new-form", {"act": "blank", "title": "Short calls"})
    assert ScorecardRecord.objects.filter(key__in=["short_calls", "short_calls_2"]).count() == 2


def test_a_copy_holds_what_the_other_form_holds(office: Client) -> None:
    office.post("/forms/new-form", {"act": "copy", "source": "cqr", "title": "Mine"})
    assert len(card_of(draft_of("mine")).criteria) == 7


def test_a_title_is_needed(office: Client) -> None:
    response = office.post("/forms/new-form", {"act": "blank", "title": " "})
    assert response.status_code == 400
    assert "Write a title first." in text_of(response)


def upload(office: Client, content: str | bytes, name: str = "form.yaml") -> Any:
    body = content.encode() if isinstance(content, str) else content
    return office.post("/forms/new-form", {"act": "import", "file": SimpleUploadedFile(name, body)})


def test_a_file_becomes_a_new_form_or_the_draft_of_its_own(office: Client) -> None:
    assert upload(office, scorecard_dump(card())).status_code == 302
    assert card_of(draft_of(KEY)) == card()
    published(key="known")
    upload(office, scorecard_dump(card(criterion("other"), key="known")))
    assert [one.key for one in card_of(draft_of("known")).criteria] == ["other"]
    again = upload(office, scorecard_dump(card(key="known")))
    assert again.status_code == 409
    assert "draft_exists" in text_of(again)


@pytest.mark.parametrize(
    "content", ["", "- 1", "{}", '{"Items": 1, "Title": 2}', "key: [", b"\xff\xfe", "x: " + "[" * 3000]
)
def test_what_is_no_form_is_refused_in_words(office: Client, content: str | bytes) -> None:
    response = upload(office, content)
    assert response.status_code == 400
    assert "scorecard_invalid" in text_of(response)


def test_what_another_system_says_and_we_cannot_is_told(office: Client) -> None:
    options = [{"RefId": "a", "Text": "Yes", "Score": 10}, {"RefId": "b", "Text": "No", "Score": 0}]
    single = {"Title": "Greets", "RefId": "q1", "QuestionType": "SINGLESELECT"}
    single["QuestionTypeProperties"] = {"SingleSelect": {"Options": options}}  # type: ignore[assignment]
    free = {"Title": "Notes", "RefId": "q2", "QuestionType": "TEXT"}
    form = {"Title": "Theirs", "Items": [{"Question": single}, {"Question": free}]}
    response = office.post(
        "/forms/new-form",
        {"act": "import", "file": SimpleUploadedFile("x.json", json.dumps(form).encode())},
        follow=True,
    )
    assert "Questions that are not answered by one choice are left out: Notes." in text_of(response)
    assert [one.key for one in card_of(draft_of("theirs")).criteria] == ["q1"]


@pytest.mark.parametrize("shape", ["yaml", "amazon_connect", "google_qa"])
def test_a_form_leaves_as_a_file(office: Client, shape: str) -> None:
    response = office.get(f"/forms/cqr/export/{shape}")
    assert response.headers["Content-Disposition"].startswith('attachment; filename="cqr.')
    assert b"Contact and introduction" in response.content


def test_revisions_are_read_one_by_one(office: Client) -> None:
    published(criterion("old", title={"en": "The old one"}))
    published(criterion("new", title={"en": "The new one"}))
    assert "The new one" in text_of(office.get(f"/forms/{KEY}/"))
    old = text_of(office.get(f"/forms/{KEY}/revisions/1/"))
    assert "The old one" in old
    assert "Edit from this revision" in old
    office.post(f"/forms/{KEY}/edit", {"revision": "1"})
    assert [one.key for one in now().criteria] == ["old"]


def test_every_part_is_edited_in_place(office: Client, draft: ScorecardDraft) -> None:
    for place in ("form", "call_type:service", "section:all", "criterion:greeting", "rule:greeting:phrase",
                  "rule:greeting:measure"):  # fmt: skip
        assert "Cancel" in text_of(office.get(f"{DRAFT}?open={place}")), place
    for place in ("", "nothing", "section:nothing", "criterion:", "rule:greeting:0", "rule:greeting:x", "rule:x:0"):
        assert "Cancel" not in text_of(office.get(f"{DRAFT}?open={place}")), place


def test_a_criterion_is_kept_with_all_its_fields(office: Client, draft: ScorecardDraft) -> None:
    fields = {
        "act": "criterion_set", "part": "greeting", "title_en": "Greets", "title_pl": " Wita ", "help_en": "Listen",
        "anchor_1_en": "All", "anchor_half_en": "Some", "anchor_0_en": "None",
        "weight_service": "2,5", "critical": "on",
    }  # fmt: skip
    response = sent(office, **fields)
    assert response.headers["Location"] == f"{DRAFT}?at=criterion%3Agreeting#criterion-greeting"
    one = greeting()
    assert one.title == {"en": "Greets", "pl": "Wita"}
    assert (one.weights, one.critical, one.na_allowed) == ({"service": 2.5}, True, False)
    assert one.anchors == {"1": {"en": "All"}, "0.5": {"en": "Some"}, "0": {"en": "None"}}


@pytest.mark.parametrize("weight", ["x", "0", "-1", "nan", "inf", "1001"])
def test_a_weight_that_is_none_comes_back_as_it_was_typed(office: Client, draft: ScorecardDraft, weight: str) -> None:
    response = sent(
        office, act="criterion_set", part="greeting", open="criterion:greeting", title_en="Typed", weight_service=weight
    )
    text = text_of(response)
    assert response.status_code == 422
    assert 'value="Typed"' in text
    assert f'name="weight_service" inputmode="decimal" value="{weight}"' in text
    assert greeting().weights == {"service": 1}


def test_phrases_are_kept_by_group_and_language(office: Client, draft: ScorecardDraft) -> None:
    fields = {
        "act": "marker_save", "part": "greeting", "kind": "phrase", "number": "", "by": "agent", "half_at": "1",
        "first_s": "20", "e0_key": "", "e0_said_en": "hello|hi\r\n\r\ngood day", "e0_required": "on",
    }  # fmt: skip
    sent(office, **fields)
    (rule,) = greeting().markers
    assert isinstance(rule, PhraseSpec)
    assert (rule.place.first_s, rule.half_at, rule.when_missing) == (20, 1, "zero")
    assert rule.elements[0].said == {"en": ["hello|hi", "good day"]}
    assert rule.elements[0].required
    key = rule.elements[0].key
    sent(office, **{**fields, "number": "0", "e0_key": key, "e1_like_pl": "Dzień dobry państwu", "abstain": "on"})
    (rule,) = greeting().markers
    assert isinstance(rule, PhraseSpec)
    assert [one.key for one in rule.elements] == [key, "dzien_dobry_panstwu"]
    assert rule.when_missing == "abstain"
    sent(office, act="marker_delete", part="greeting", number="0")
    assert greeting().markers == []


def test_a_measure_is_kept_with_its_limits(office: Client, draft: ScorecardDraft) -> None:
    fields = {"act": "marker_save", "part": "greeting", "kind": "measure", "measure": "silence_share"}
    assert sent(office, **fields).status_code == 422
    sent(office, **fields, full_at_most="0.2", half_at_most="0.4", needs_talk_s="", evidence_tag="silence")
    (rule,) = greeting().markers
    assert isinstance(rule, MeasureSpec)
    assert (rule.full.at_most, rule.half.at_most, rule.needs_talk_s) == (0.2, 0.4, 20.0)


def test_conditions_of_each_kind_are_added_and_deleted(office: Client, draft: ScorecardDraft) -> None:
    add = {"act": "condition_add", "part": "greeting"}
    sent(office, **add, kind="answer", criterion="closing", values=["1", "0.5"])
    sent(office, **add, kind="fact", fact="queue", names="cards, loans,")
    sent(office, **add, kind="measure", measure="silence_share", at_most="0,3")
    assert [one.kind for one in greeting().conditions] == ["answer", "fact", "measure"]
    assert "“closing” is 1, 0.5" in text_of(office.get(f"{DRAFT}?open=criterion:greeting"))
    for wrong in (
        {"kind": "answer", "criterion": "closing"},
        {"kind": "fact", "fact": "mood", "names": "x"},
        {"kind": "?"},
    ):
        assert sent(office, **add, **wrong).status_code == 422
    sent(office, act="condition_delete", part="greeting", number="1")
    assert [one.kind for one in greeting().conditions] == ["answer", "measure"]


def test_the_form_and_its_types_and_sections_are_changed(office: Client, draft: ScorecardDraft) -> None:
    sent(office, act="form_set", title_en="New", mode="plain", band_pct="70", directions=["inbound", "sideways"])
    assert (now().title, now().mode, now().band_pct, now().directions) == ({"en": "New"}, "plain", 70.0, ["inbound"])
    sent(office, act="call_type_add", new_title="Sale")
    sent(office, act="call_type_set", part="sale", title_en="Sales")
    assert (now().call_types[1].title, now().call_types[1].in_averages) == ({"en": "Sales"}, False)
    sent(office, act="section_add", new_title="End")
    sent(office, act="criterion_place", part="closing", section="end", place="0")
    sent(office, act="section_up", part="end")
    assert [(one.key, len(one.criteria)) for one in now().sections] == [("end", 1), ("all", 1)]
    sent(office, act="section_delete", part="end")
    sent(office, act="call_type_delete", part="sale")
    assert [one.key for one in now().criteria] == ["greeting"]
    office.post(f"{DRAFT}/undo", {"version": draft_of(KEY).version})
    assert [one.key for one in now().call_types] == ["service", "sale"]


@pytest.mark.parametrize(
    "fields",
    [
        {"act": "nothing"},
        {"act": "criterion_up", "part": "nobody"},
        {"act": "criterion_place", "part": "greeting", "section": "all", "place": "-1"},
        {"act": "marker_delete", "part": "greeting", "number": "9"},
        {},
    ],
)
def test_an_edit_of_what_is_not_there_changes_nothing(
    office: Client, draft: ScorecardDraft, fields: dict[str, str]
) -> None:
    response = sent(office, **fields)
    assert response.status_code == 409
    assert "form_part_missing" in text_of(response)
    assert draft_of(KEY).version == 1


def test_an_old_version_comes_back_with_what_was_typed_and_who_was_faster(
    office: Client, draft: ScorecardDraft, administrator: Person, signed_in: SignedIn
) -> None:
    sent(signed_in(administrator), act="section_set", part="all", title_en="Theirs")
    fields = {"version": "1", "act": "section_set", "part": "all", "open": "section:all", "title_en": "Mine"}
    response = office.post(DRAFT, fields)
    text = text_of(response)
    assert response.status_code == 409
    assert "draft_conflict" in text
    assert "edited by Administrator" in text
    assert 'value="Mine"' in text
    assert "<q>Theirs</q>" in text
    assert 'name="version" value="2"' in text
    added = office.post(DRAFT, {"version": "1", "act": "criterion_add", "part": "all", "new_title": "Typed words"})
    assert 'value="Typed words"' in text_of(added)


def test_publishing_shows_what_changes_and_does_it(office: Client, draft: ScorecardDraft) -> None:
    sent(office, act="criterion_delete", part="closing")
    page = text_of(office.get(f"{DRAFT}/publish"))
    assert "What changes against revision 1" in page
    assert "No longer in the form" in page
    response = office.post(f"{DRAFT}/publish", {"version": "2"}, follow=True)
    assert "Revision 2 is published." in text_of(response)


def test_while_there_are_errors_nothing_is_published_or_tried(office: Client, draft: ScorecardDraft) -> None:
    sent(office, act="criterion_add", part="all", new_title="Unfinished")
    assert "disabled" in text_of(office.get(f"{DRAFT}/publish"))
    assert "draft still has errors" in text_of(office.post(f"{DRAFT}/publish", {"version": "2"}, follow=True))
    assert "Before it can be tried" in text_of(office.get(f"{DRAFT}/try"))


def test_trying_shows_both_and_links_to_calls(office: Client, bogdan: Person, call: Call) -> None:
    draft_make(bogdan, "inbound_service")
    text = text_of(office.get("/forms/inbound_service/draft/try"))
    assert "The last 1 call" in text
    assert f"/calls/{call.pk}/" in text
    assert "revision 1" in text


def test_discarding_leads_back_to_the_list(office: Client, draft: ScorecardDraft) -> None:
    response = office.post(f"{DRAFT}/discard", {"version": "1"})
    assert response.headers["Location"] == "/forms/"
    assert not ScorecardDraft.objects.exists()


def test_rules_are_made_on_screen_and_say_which_calls_get_what(office: Client, call: Call) -> None:
    assert "no rule fits" in text_of(office.get("/forms/choice-rules"))
    office.post("/forms/choice-rules", {"form": "cqr", "queue": "cards"})
    text = text_of(office.get("/forms/choice-rules"))
    assert "by rule 1" in text
    rule = FormRule.objects.get()
    address = f"/forms/choice-rules/{rule.pk}"
    office.post(address, {"act": "save", "form": "outbound_sales", "queue": ["cards", "gone"]})
    rule.refresh_from_db()
    assert rule.conditions == {"queue": ["cards", "gone"]}
    assert 'value="gone" checked' in text_of(office.get("/forms/choice-rules"))
    refused = office.post("/forms/choice-rules", {"form": "nothing", "direction": "inbound"})
    assert refused.status_code == 400
    assert 'value="inbound" checked' in text_of(refused)
    office.post(address, {"act": "delete"})
    assert not FormRule.objects.exists()
    assert office.post(address, {"act": "delete"}).status_code == 404


@pytest.mark.parametrize("words", ["a\0b", "x" * 5001])
def test_words_that_cannot_be_kept_come_back_to_be_corrected(office: Client, draft: ScorecardDraft, words: str) -> None:
    for act in ("call_type_add", "section_add", "criterion_add"):
        response = sent(office, act=act, part="all", new_title=words)
        assert (response.status_code, "form_edit_invalid" in text_of(response)) == (422, True)
    response = sent(office, act="section_set", part="all", title_en=words)
    assert response.status_code == 422
    assert "form_edit_invalid" in text_of(office.post("/forms/new-form", {"act": "blank", "title": words}))
    assert draft_of(KEY).version == 1


def test_a_rule_with_a_zero_character_is_refused(office: Client) -> None:
    published()
    response = office.post("/forms/choice-rules", {"form": KEY, "queue": "a\0b"})
    assert (response.status_code, FormRule.objects.count()) == (400, 0)
