"""The screens of a draft that is open for comment, in light and dark, in four languages, on a desk and on a phone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import pytest
from playwright.sync_api import Page, expect

from sapa.accounts.models import Person, Role
from sapa.accounts.services import person_create, team_create
from sapa.calls.models import Call
from sapa.consultations.comments import comment_add, comment_reply
from sapa.consultations.models import Consultation, Trial
from sapa.consultations.readings import part_digest
from sapa.consultations.services import consultation_open
from sapa.consultations.trials import trial_finish, trial_mark, trial_start
from sapa.consultations.types import Kind, Outcome, Said, Terms
from sapa.reviews.types import Judgement
from sapa.scorecards.drafts import draft_edit, draft_make, draft_publish
from sapa.scorecards.editing import FormFacts, criterion_delete, form_set
from sapa.scorecards.selectors import card_of, draft_of
from tests.browser.conftest import Check, OpenPage, Shot, SignIn
from tests.browser.test_looks import BRIGHTNESS, HEIGHT, WIDTHS, Screen, _expect_it_fits
from tests.fixtures.world import FrozenClock

FORM = "inbound_service"
LONG = "Przedsiębiorstwo przeprowadziło szczegółową konsultację. Непонятно, какое из приветствий имеется в виду. "


@dataclass(frozen=True)
class Round:
    """A draft open for comment, one that is published, a trial that is begun (Celina's) and one done (Aigerim's)."""

    now: Consultation
    before: Consultation
    begun: Trial
    done: Trial


@pytest.fixture
def opened(call: Call, administrator: Person, aigerim: Person, celina: Person) -> Round:
    """With comments of every kind, answered and not, and the draft changed since; enough people tried it."""
    administrator.first_name = "Қуанышбек Нұрмұхамедұлы"
    administrator.save(update_fields=["first_name"])
    aigerim.team = team_create(None, "Windykacja i ubezpieczenia")
    aigerim.save(update_fields=["team"])
    team_create(None, "Карты и счета")
    before = _opened(administrator, "cqr", Terms(note=LONG))
    _said(administrator, (aigerim, celina), before)
    _changed(administrator, "cqr")
    draft_publish(administrator, "cqr", version=draft_of("cqr").version)
    now = _opened(administrator, FORM, Terms(note=LONG, is_shared=True))
    _said(administrator, (aigerim, celina), now)
    done = _tried(aigerim, now, call, Judgement.HALF)
    for name in ("third", "fourth"):
        _tried(person_create(name, role=Role.REVIEWER), now, call, Judgement.FULL)
    _changed(administrator, FORM)
    begun = trial_start(celina, now, call.pk)
    return Round(now, before, begun, done)


def _opened(editor: Person, form: str, terms: Terms) -> Consultation:
    draft_make(editor, form)
    return consultation_open(editor, form, terms)


def _said(editor: Person, authors: tuple[Person, Person], consultation: Consultation) -> None:
    card = card_of(draft_of(consultation.form_key))
    parts = ["", *(one.key for one in card.criteria)]
    for place, kind in enumerate(Kind):
        part = parts[place // 2]
        comment = comment_add(authors[place % 2], consultation, Said(part, kind, LONG, part_digest(card, part)))
        if place in {0, 3}:
            outcome = Outcome.TAKEN_UP if place else Outcome.ANSWERED
            comment_reply(editor, comment, outcome, "Түзетілді. Poprawiono.", version=1)


def _changed(editor: Person, form: str) -> None:
    draft = draft_of(form)
    facts = FormFacts({"en": "Service", "ru": "Обслуживание"}, {"en": "For all"}, ["inbound"], "cqr", 75.0)
    draft = draft_edit(editor, form, partial(form_set, facts=facts), version=draft.version, verb="form_set")
    second = card_of(draft).criteria[1].key
    delete = partial(criterion_delete, key=second)
    draft_edit(editor, form, delete, version=draft.version, verb="criterion_delete")


def _tried(person: Person, consultation: Consultation, call: Call, judgement: Judgement) -> Trial:
    trial = trial_start(person, consultation, call.pk)
    for mark in list(trial.marks.all()):
        trial = trial_mark(person, trial, mark.criterion, judgement, version=trial.version)
    return trial_finish(person, trial, version=trial.version)


@pytest.mark.parametrize("language", ["en", "ru", "pl", "kk"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_screen_fits_and_follows_the_device(
    scheme: str, language: str, opened: Round, aigerim: Person, celina: Person, administrator: Person,
    frozen_clock: FrozenClock, open_page: OpenPage, sign_in: SignIn, axe: Check, shot: Shot,
) -> None:  # fmt: skip
    by_person = {
        aigerim: [
            Screen("round-list", "/open-forms/"),
            Screen("round-page", f"/open-forms/{opened.now.pk}/"),
            Screen("round-ended", f"/open-forms/{opened.before.pk}/"),
            Screen("round-result", f"/open-forms/trials/{opened.done.pk}/"),
            Screen("round-me", "/me/"),
        ],
        celina: [
            Screen("round-trial", f"/open-forms/trials/{opened.begun.pk}/"),
            Screen("round-marking", "/reviews/"),
        ],
        administrator: [
            Screen("round-terms", f"/forms/{FORM}/draft/consultation"),
            Screen("round-answers", f"/forms/{FORM}/consultations/{opened.now.pk}/"),
            Screen("round-as-read", f"/open-forms/{opened.now.pk}/"),
            Screen("round-builder", f"/forms/{FORM}/draft"),
            Screen("round-publish", f"/forms/{FORM}/draft/publish"),
            Screen("round-forms", "/forms/"),
            Screen("round-form", "/forms/cqr/"),
        ],
    }
    page = open_page(locale=language, color_scheme=scheme, viewport={"width": WIDTHS[0], "height": HEIGHT})
    for person, screens in by_person.items():
        sign_in(page, person)
        for screen in screens:
            _expect_looks(page, screen, scheme, language, shot)
            if language == "en":
                axe(page)


def _expect_looks(page: Page, screen: Screen, scheme: str, language: str, shot: Shot) -> None:
    page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
    page.goto(screen.address)
    expect(page.locator("html")).to_have_attribute("lang", language)
    assert (page.evaluate(BRIGHTNESS) < 90) == (scheme == "dark"), f"{screen.name} is not {scheme}"
    page.evaluate("() => document.querySelectorAll('details.since').forEach((one) => { one.open = true })")
    for width in WIDTHS:
        _expect_it_fits(page, screen.name, width)
        shot(page, f"{screen.name}-{width}-{language}-{scheme}", whole=True)
