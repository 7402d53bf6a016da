"""Drafts open for comment on screen: what each reads, what is typed stays, what became of a comment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from sapa.accounts.models import Person, Role
from sapa.audit.models import AuditEntry
from sapa.calls.models import Call
from sapa.consultations.comments import comment_reply
from sapa.consultations.models import Comment, Consultation, Trial
from sapa.consultations.services import consultation_close
from sapa.consultations.tests.rounds import commented, digest, opened, person_of, reworded, team_of, tried
from sapa.consultations.types import Outcome, Terms
from sapa.desk.sheets import consultation, consultation_answers
from sapa.scorecards.drafts import draft_discard, draft_publish
from sapa.scorecards.selectors import draft_of
from sapa.scorecards.tests.drafted import KEY, drafted
from tests.fixtures.world import FrozenClock

pytestmark = pytest.mark.django_db
SignedIn = Callable[[Person], Client]
TERMS = f"/forms/{KEY}/draft/consultation"


@pytest.fixture
def office(bogdan: Person, signed_in: SignedIn) -> Client:
    return signed_in(bogdan)


@pytest.fixture
def hers(aigerim: Person, signed_in: SignedIn) -> Client:
    return signed_in(aigerim)


def text_of(response: Any) -> str:
    content: str = response.content.decode()
    return content


def page_of(consultation: Consultation) -> str:
    return f"/open-forms/{consultation.pk}/"


def answers_of(consultation: Consultation) -> str:
    return f"/forms/{KEY}/consultations/{consultation.pk}/"


def sent(client: Client, consultation: Consultation, **fields: Any) -> Any:
    part = fields.get("part", "greeting")
    given = {"act": "add", "part": part, "kind": "unclear", "text": "Which greeting?", "read": digest(part)}
    return client.post(page_of(consultation), {**given, **fields})


def test_a_supervisor_opens_it_to_a_team(office: Client, bogdan: Person, aigerim: Person) -> None:
    team = team_of("Cards", aigerim)
    drafted(bogdan)
    assert "1 person" in text_of(office.get(TERMS))
    given = {"to": "teams", "teams": [str(team.pk)], "until": "2030-01-31", "note": "Fair?", "readers": "all"}
    response = office.post(TERMS, {**given, "version": "0"})
    made = Consultation.objects.get()
    assert response["Location"] == answers_of(made)
    assert (made.until_on, made.note, made.is_shared) == (date(2030, 1, 31), "Fair?", True)
    text = text_of(office.get(TERMS))
    assert 'value="2030-01-31"' in text
    assert "Close now" in text


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"to": "teams"}, "Choose at least one team"),
        ({"to": "everybody", "until": "2001-01-01"}, "The last day is over already"),
        ({"to": "everybody", "until": "31.01.2030"}, "This is no date"),
    ],
)
def test_what_cannot_be_comes_back_with_what_was_typed(
    office: Client, bogdan: Person, given: dict[str, str], told: str
) -> None:
    drafted(bogdan)
    response = office.post(TERMS, {**given, "note": "My question", "version": "0"})
    assert response.status_code == 422
    assert told in text_of(response)
    assert "My question" in text_of(response)


def test_of_two_windows_the_second_is_told(office: Client, bogdan: Person) -> None:
    opened(bogdan)
    response = office.post(TERMS, {"to": "everybody", "note": "Old window", "version": "0"})
    assert response.status_code == 409
    assert "consultation_changed" in text_of(response)
    assert Consultation.objects.get().note == ""


def test_it_is_closed_by_hand(office: Client, bogdan: Person) -> None:
    made = opened(bogdan)
    text = text_of(office.post(TERMS, {"act": "close"}, follow=True))
    assert "Closed. What was said stays here" in text
    assert Consultation.objects.get(pk=made.pk).closed_at is not None


def test_it_is_in_the_navigation_only_while_it_is_open(hers: Client, bogdan: Person) -> None:
    link = 'href="/open-forms/"'
    assert link not in text_of(hers.get("/me/"))
    assert "No form is open for comment now" in text_of(hers.get("/open-forms/"))
    made = opened(bogdan)
    for address in ("/me/", "/calls/"):
        assert link in text_of(hers.get(address))
    assert page_of(made) in text_of(hers.get("/me/"))
    consultation_close(bogdan, made)
    assert link not in text_of(hers.get("/calls/"))


def test_an_editor_is_not_asked(office: Client, bogdan: Person) -> None:
    made = opened(bogdan)
    assert "Comment on forms" not in text_of(office.get("/calls/"))
    text = text_of(office.get(page_of(made)))
    assert "This is how those read it" in text
    assert 'name="kind"' not in text
    assert sent(office, made).status_code == 403


def test_the_draft_is_read_in_plain_words(hers: Client, bogdan: Person) -> None:
    made = opened(bogdan, terms=Terms(note="Is it <b>fair</b>?"))
    text = text_of(hers.get(page_of(made)))
    assert "Is it &lt;b&gt;fair&lt;/b&gt;?" in text
    for words in ("Bogdan asks", "greeting", "50 %", "Agent says: hello", "Only those who may change forms read"):
        assert words in text.replace("\xa0", " "), words
    for value, words in (("1", "all"), ("0.5", "part"), ("0", "none")):
        assert f"<dt>{value}</dt><dd>{words}</dd>" in text


def test_a_comment_is_written_changed_and_removed(hers: Client, bogdan: Person) -> None:
    made = opened(bogdan)
    response = sent(hers, made, text="<script>alert(1)</script>")
    assert response["Location"] == f"{page_of(made)}#part-greeting"
    text = text_of(hers.get(page_of(made)))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    comment = Comment.objects.get()
    sent(hers, made, act="change", comment=comment.pk, version="1", text="Other words", kind="idea")
    comment.refresh_from_db()
    assert (comment.text, comment.kind) == ("Other words", "idea")
    sent(hers, made, act="remove", comment=comment.pk, version="2")
    assert not Comment.objects.exists()


def test_what_was_typed_stays_when_the_draft_changed(hers: Client, bogdan: Person) -> None:
    made = opened(bogdan)
    before = digest("greeting")
    reworded(bogdan, title="Greets by name")
    response = sent(hers, made, read=before, text="I typed this")
    assert response.status_code == 409
    text = text_of(response)
    assert "wording_changed" in text
    assert "Greets by name" in text
    assert ">I typed this</textarea>" in text
    assert 'value="unclear" required checked' in text
    assert digest("greeting") in text
    assert not Comment.objects.exists()


@pytest.mark.parametrize("how", ["closed", "asked no more"])
def test_what_was_typed_too_late_is_not_lost(hers: Client, bogdan: Person, aigerim: Person, how: str) -> None:
    made = opened(bogdan)
    commented(aigerim, made, "closing")
    before = digest("greeting")
    if how == "closed":
        consultation_close(bogdan, made)
    else:
        reworded(bogdan, weights={})
    text = text_of(sent(hers, made, read=before, text="I typed this"))
    assert "<p>I typed this</p>" in text or ">I typed this</blockquote>" in text
    assert "What you typed:" in text


def test_others_comments_are_read_only_where_they_are_shared(hers: Client, bogdan: Person, signed_in: SignedIn) -> None:
    erlan = person_of("erlan", Role.AGENT)
    made = opened(bogdan)
    commented(erlan, made, text="Said by Erlan")
    assert "Said by Erlan" not in text_of(hers.get(page_of(made)))
    Consultation.objects.update(is_shared=True)
    text = text_of(hers.get(page_of(made)))
    assert "Said by Erlan" in text
    assert "Everybody whom this draft is open to reads" in text
    assert 'value="remove"' not in text  # it is not hers to change


def test_the_editor_reads_who_said_what_and_answers(office: Client, bogdan: Person, aigerim: Person) -> None:
    team_of("Cards", aigerim)
    made = opened(bogdan)
    comment = commented(aigerim, made, text="<i>Which</i> greeting?")
    reworded(bogdan, title="Greets by name")
    text = text_of(office.get(answers_of(made)))
    for words in ("&lt;i&gt;Which&lt;/i&gt; greeting?", "<b>Aigerim</b>, Cards", "Changed since", "Another title.",
                  "Nothing to show about:", "closing"):  # fmt: skip
        assert words in text, words
    given = {"comment": comment.pk, "version": "1", "outcome": "answered", "reply": "Any", "show": "unanswered"}
    response = office.post(answers_of(made), given)
    assert response["Location"] == f"{answers_of(made)}?show=unanswered#part-greeting"
    assert "No such comment" in text_of(office.get(answers_of(made) + "?show=unanswered"))
    assert "Which" in text_of(office.get(answers_of(made) + "?kind=unclear"))
    assert "No such comment" in text_of(office.get(answers_of(made) + "?kind=idea"))


def test_of_many_comments_the_newest_are_shown(
    office: Client, hers: Client, bogdan: Person, aigerim: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    for sheet in (consultation_answers, consultation):
        monkeypatch.setattr(sheet, "MOST_SHOWN", 2)
    erlan = person_of("erlan", Role.AGENT)
    made = opened(bogdan, terms=Terms(is_shared=True))
    commented(aigerim, made, text="Own words")
    for number in range(3):
        commented(erlan, made, text=f"Words {number}")
    text = text_of(office.get(answers_of(made)))
    assert "Words 2" in text
    assert "Words 0" not in text
    assert "Show 2 older comments" in text
    assert "Words 0" in text_of(office.get(answers_of(made) + "?part=greeting"))
    text = text_of(hers.get(page_of(made)))
    assert "Own words" in text
    assert "Words 0" not in text
    assert "1 older comment of somebody else is not shown." in text


def test_an_answer_without_words_comes_back(office: Client, bogdan: Person, aigerim: Person) -> None:
    made = opened(bogdan)
    comment = commented(aigerim, made)
    response = office.post(answers_of(made), {"comment": comment.pk, "version": "1", "outcome": "answered"})
    assert response.status_code == 422
    assert "Write some words first." in text_of(response)
    stale = {"comment": comment.pk, "version": "7", "outcome": "answered", "reply": "My answer"}
    response = office.post(answers_of(made), stale)
    assert response.status_code == 409
    assert ">My answer</textarea>" in text_of(response)


def test_an_answer_goes_to_no_comment_of_another_round(office: Client, bogdan: Person, aigerim: Person) -> None:
    comment = commented(aigerim, opened(bogdan))
    other = Consultation.objects.create(
        draft_token="6f1c0f6e-2f0a-4a55-9d0e-0a1f2b3c4d5e", form_key=KEY, opened_by=bogdan, opened_at=comment.written_at
    )
    assert office.post(answers_of(other), {"comment": comment.pk, "version": "1"}).status_code == 404
    assert office.get(f"/forms/cqr/consultations/{comment.consultation_id}/").status_code == 404


def test_after_publishing_each_author_reads_what_became_of_it(
    hers: Client, office: Client, bogdan: Person, aigerim: Person
) -> None:
    made = opened(bogdan)
    taken, answered = commented(aigerim, made), commented(aigerim, made, "closing", text="Too strict")
    commented(aigerim, made, "", text="Shorter, please")
    comment_reply(bogdan, taken, Outcome.TAKEN_UP, "Now it says which", version=1)
    comment_reply(bogdan, answered, Outcome.ANSWERED, "The law asks for it", version=1)
    reworded(bogdan, title="Greets by name")
    text = text_of(office.get(f"/forms/{KEY}/draft/publish"))
    assert "1 comment is unanswered" in text
    assert "publishing closes it" in text
    draft_publish(bogdan, KEY, version=2)
    text = text_of(hers.get(page_of(made)))
    for words in ("Published as revision 2", "Taken up", "Now it says which", "Answered", "The law asks for it",
                  "Published without a reply", "Another title."):  # fmt: skip
        assert words in text, words
    assert 'name="kind"' not in text
    assert page_of(made) in text_of(hers.get("/open-forms/"))
    assert "Forms you commented on" in text_of(hers.get("/me/"))
    assert "What people answered" in text_of(office.get(f"/forms/{KEY}/"))


def test_after_discarding_too(hers: Client, bogdan: Person, aigerim: Person) -> None:
    made = opened(bogdan)
    commented(aigerim, made)
    draft_discard(bogdan, KEY, version=1)
    text = text_of(hers.get(page_of(made)))
    assert "the form stays as it was" in text
    assert "The draft was put away without a reply" in text


def test_the_builder_and_the_list_tell_of_comments(office: Client, bogdan: Person, aigerim: Person) -> None:
    drafted(bogdan)
    assert "Open for comment…" in text_of(office.get(f"/forms/{KEY}/draft"))
    Consultation.objects.all().delete()
    draft_discard(bogdan, KEY, version=1)
    made = opened(bogdan)
    commented(aigerim, made)
    text = text_of(office.get(f"/forms/{KEY}/draft"))
    assert f"{answers_of(made)}#part-greeting" in text
    assert "1 unanswered" in text
    assert "1 unanswered" in text_of(office.get("/forms/"))


def test_who_only_reads_forms_finds_no_comments(bogdan: Person, aigerim: Person, signed_in: SignedIn) -> None:
    team_of("Loans")
    made = opened(bogdan)
    commented(aigerim, made, text="Said by Aigerim")
    reader = signed_in(person_of("gulnara", Role.SUPERVISOR, granted="Loans"))
    assert answers_of(made) not in text_of(reader.get("/forms/"))
    assert answers_of(made) not in text_of(reader.get(f"/forms/{KEY}/"))
    assert reader.get(answers_of(made)).status_code == 404
    assert "Said by Aigerim" not in text_of(reader.get(page_of(made)))


def test_the_table_is_safe_for_spreadsheets(office: Client, bogdan: Person, aigerim: Person) -> None:
    made = opened(bogdan)
    comment = commented(aigerim, made, text="=HYPERLINK(1)")
    comment_reply(bogdan, comment, Outcome.ANSWERED, "+7 is no formula", version=1)
    response = office.post(answers_of(made) + "export")
    table = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
    assert table.startswith("\ufeffCriterion,")
    assert "'=HYPERLINK(1)" in table
    assert "'+7 is no formula" in table
    assert "Aigerim" in table
    assert AuditEntry.objects.filter(verb="consultation.exported", person=bogdan).count() == 1


def test_a_trial_is_marked_and_a_disagreement_said(
    hers: Client, office: Client, bogdan: Person, aigerim: Person, call: Call
) -> None:
    made = opened(bogdan)
    assert "Robert Johnson" in text_of(hers.get(page_of(made)))
    response = hers.post(f"{page_of(made)}trials", {"call": str(call.pk)})
    trial = Trial.objects.get()
    address = f"/open-forms/trials/{trial.pk}/"
    assert response["Location"] == address
    assert "Machine:" not in text_of(hers.get(address))
    for version, (key, value) in enumerate((("greeting", "1"), ("closing", "1")), start=1):
        hers.post(f"{address}marks/{key}", {"judgement": value, "version": str(version)})
    hers.post(f"{address}finish", {"version": "3"})
    text = text_of(hers.get(address)).replace("\xa0", " ")
    assert "You differ in 1 criterion." in text
    assert text.count("Make it a comment") == 1
    assert "100 %" in text
    assert "50 %" in text
    hers.post(f"{address}comment", {"criterion": "closing"})
    assert Comment.objects.get().text == "I would mark 1 here; by the draft the machine gives 0."
    assert "Make it a comment" not in text_of(hers.get(address))
    text = text_of(office.get(answers_of(made)))
    assert "From a trial: marked 1, by the draft the machine gives 0." in text
    assert f"/calls/{call.pk}/" in text
    assert "once three people have tried it" in text
    assert "tried it." not in text
    assert "share-words" not in text


def test_an_unfinished_trial_says_what_is_missing(hers: Client, bogdan: Person, aigerim: Person, call: Call) -> None:
    made = opened(bogdan)
    hers.post(f"{page_of(made)}trials", {"call": str(call.pk)})
    address = f"/open-forms/trials/{Trial.objects.get().pk}/"
    assert "Not everything is marked yet" in text_of(hers.post(f"{address}finish", {"version": "1"}, follow=True))
    assert "The trial was put away." in text_of(hers.post(f"{address}discard", {"version": "1"}, follow=True))


def test_a_draft_with_errors_is_read_but_not_tried(hers: Client, bogdan: Person, call: Call) -> None:
    made = opened(bogdan)
    reworded(bogdan, anchors={})
    text = text_of(hers.get(page_of(made)))
    assert "no call can be marked by it yet" in text
    assert "Robert Johnson" not in text


def test_from_three_people_on_figures_are_shown(office: Client, bogdan: Person, aigerim: Person, call: Call) -> None:
    made = opened(bogdan)
    people = (aigerim, person_of("zarina", Role.REVIEWER), person_of("timur", Role.REVIEWER))
    for person, value in zip(people, ("1", "1", "0.5"), strict=True):
        tried(person, made, call, greeting=value)
    text = text_of(office.get(answers_of(made))).replace("\xa0", " ")
    assert "3 people tried it." in text
    assert "done in full: <b>2</b>" in text
    assert "The machine gives the same in 2 of 3" in text
    assert "two people tried they agree" not in text  # that takes five calls
    for person in people:
        assert str(person) not in text


def test_a_closed_round_is_not_there_for_who_said_nothing(
    hers: Client, bogdan: Person, frozen_clock: FrozenClock
) -> None:
    made = opened(bogdan, terms=Terms(until_on=date(2026, 3, 9)))
    assert hers.get(page_of(made)).status_code == 200
    frozen_clock.advance(days=1)
    assert hers.get(page_of(made)).status_code == 404
    assert draft_of(KEY).token == made.draft_token
