"""Every screen in light and dark, in four languages, on a desk and on a phone: nothing is cut off or runs out.

The pictures are left in build/shots for people to look at.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from sapa.accounts.models import Person, Role
from sapa.accounts.services import pbx_name_give, person_create, person_disable, team_create, token_create
from sapa.calls.giving import calls_give
from sapa.calls.models import Call, Queue
from sapa.calls.people import Arrangement, person_add
from sapa.calls.projects import queue_project_set
from sapa.calls.replaying import logs_replay
from sapa.calls.services import call_create
from sapa.calls.tests.lines import SITE
from sapa.calls.types import CallFacts, Direction
from sapa.core.storage import blobs
from sapa.pipeline.models import StageRow, StageState
from sapa.recordings.services import recording_attach
from sapa.reviews.models import Review
from sapa.reviews.services import machine_show, review_mark, review_note, review_start, review_submit
from sapa.reviews.types import Fault, Judgement, MarkChange, Stretch
from sapa.scorecards.drafts import draft_criterion_add, draft_edit, draft_make
from sapa.scorecards.editing import FormFacts, form_set
from sapa.scorecards.rules import rule_save
from sapa.transcripts.plans import Rule
from sapa.transcripts.rules import hearing_rule_set
from tests.asterisk.day import BEGIN_MS, day_of
from tests.asterisk.shift_day import shifts_of
from tests.browser.conftest import Check, Complaints, OpenPage, Shot, SignIn
from tests.browser.rows import Seen, calls_store
from tests.fixtures.graded_call import SAMPLES, left_out_of
from tests.fixtures.world import FrozenClock

WIDTHS = (1440, 375)
BETWEEN = (1366, 1200, 1024, 901)
HEIGHT = 900
# What runs over its own box although nobody can scroll it, and what scrolls sideways though it should fit.
CUT_OFF = """() => [...document.querySelectorAll(
    "button, .btn, .control, summary, .badge-value, .verdict, .chip, .hearing, .stage-title, h1, h2, h4, .command, th a"
  )].filter((element) => element.checkVisibility() && element.clientWidth > 0
    && element.scrollWidth > element.clientWidth + 1)
  .map((element) => `${element.className || element.tagName}: ${element.textContent.trim().slice(0, 40)}`)"""
SCROLLS_SIDEWAYS = """() => [document.documentElement, ...document.querySelectorAll("body *")]
  .filter((element) => element === document.documentElement
    ? element.scrollWidth > innerWidth
    : element.scrollWidth > element.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(element).overflowX))
  .map((element) => `${element.tagName}.${element.className}: ${element.scrollWidth} in ${element.clientWidth}`)"""
BRIGHTNESS = """() => {
  const pixel = document.createElement("canvas").getContext("2d");
  pixel.fillStyle = getComputedStyle(document.body).backgroundColor;
  pixel.fillRect(0, 0, 1, 1);
  return pixel.getImageData(0, 0, 1, 1).data[0];
}"""


@dataclass(frozen=True)
class Screen:
    name: str
    address: str


@pytest.fixture
def waiting(call: Call) -> Call:
    """Taken, recorded and being listened to."""
    return _call_at("transcribe", StageState.RUNNING, "waiting.wav")


@pytest.fixture
def failed(call: Call) -> Call:
    return _call_at("transcribe", StageState.FAILED, "a-recording-with-a-long-name-20260309-091500-7015550101.wav")


def _call_at(stage: str, state: StageState, file_name: str) -> Call:
    content = (SAMPLES / "README.md").read_bytes() + file_name.encode()
    facts = CallFacts(direction=Direction.OUTBOUND, agent_name="Aleksandra Wiśniewska-Kowalczyk", queue="collections")
    blob = blobs().put(io.BytesIO(content))
    call = call_create(facts, sha256=blob.sha256, file_name=file_name, connector="files", payload={})
    recording_attach(call, blob, agent_channel=None)
    code, message = ("engine_failed", "out of memory") if state == StageState.FAILED else ("", "")
    for key, stands in (("recording", StageState.DONE), (stage, state)):
        is_last = key == stage
        StageRow.objects.create(
            call=call, stage=key, state=stands, attempt=1, progress_share=0.4, opened_at=call.created_at,
            error_code=code if is_last else "", error_message=message if is_last else "",
        )  # fmt: skip
    return call


@pytest.fixture
def long_named(administrator: Person) -> Person:
    administrator.first_name = "Қуанышбек Нұрмұхамедұлы"
    administrator.save(update_fields=["first_name"])
    return administrator


@pytest.fixture
def staff() -> Person:
    """Somebody with a team, names, grants and a token, among others."""
    for team in ("Карты и счета", "Windykacja i ubezpieczenia", "Loans"):
        team_create(None, team)
    wanted = Arrangement(
        name="Żaneta Brzęczyszczykiewicz", role=Role.SUPERVISOR, team="Карты и счета",
        pbx_names=("Żaneta Brzęczyszczykiewicz", "1017"), teams=("Loans", "Windykacja i ubezpieczenia"),
    )  # fmt: skip
    person = person_add(None, "zaneta.brzeczyszczykiewicz", wanted)
    token_create(person, label="a report of the night")
    person_disable(None, person_create("gone", role=Role.AGENT, name="Сабина Ержанқызы").username)
    return person


@pytest.fixture
def outside(administrator: Person, call: Call) -> Person:
    """An outside reviewer with one call, among others without any."""
    person_create("ola", role=Role.OUTSIDE, name="Ola")
    person = person_create("wlodzimierz", role=Role.OUTSIDE, name="Włodzimierz Brzęczyszczykiewicz")
    calls_give(administrator, person, [call.pk], until_on=call.started_at.date() + timedelta(days=3650))
    return person


@pytest.fixture
def forms(administrator: Person) -> None:
    """A draft with errors and a change, one that can be tried, and rules."""
    draft_make(administrator, "cqr")
    texts = {"en": "Presents the company", "ru": "Представляет компанию"}
    draft = draft_criterion_add(administrator, "cqr", "talk", texts, version=1)
    facts = FormFacts({"en": "Five types of calls", "ru": "Пять типов звонков"}, {}, ["outbound"], "points", 75.0)
    draft_edit(administrator, "cqr", partial(form_set, facts=facts), version=draft.version, verb="form_set")
    draft_make(administrator, "inbound_service")
    rule_save(administrator, "cqr", {"direction": ["outbound"], "team": ["Windykacja i ubezpieczenia"]})
    rule_save(administrator, "inbound_service", {"queue": ["cards"], "language": ["kk", "ru"]})


@pytest.fixture
def projects() -> None:
    """Queues of a project, of another one, and of none."""
    owned = {"night": "", "loans": "Retail", "Windykacja i ubezpieczenia indywidualne": "Қарыздар және сақтандыру"}
    for name, project in owned.items():
        queue = Queue.objects.get_or_create(name=name)[0]
        queue_project_set(None, queue.pk, project, may_make=bool(project))


@pytest.fixture
def hearing(administrator: Person) -> int:
    """Rules with much in them; the number of the last."""
    words = ("Windykacja", "Карагандинская", "Жүйе баяу істеді", "Kaspi Gold", "Visa", "Mastercard")
    hearing_rule_set(administrator, Rule(language_heard="kk", model="/srv/models/whisper-large-v3-turbo-kazakh"))
    hearing_rule_set(administrator, Rule("cards", hints=words))
    queue = "Windykacja i ubezpieczenia indywidualne"
    return hearing_rule_set(administrator, Rule(queue, "ru", "kk", "faster_whisper", "large", words)).pk


def _expect_it_fits(page: Page, name: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": HEIGHT})
    assert page.evaluate(SCROLLS_SIDEWAYS) == [], f"{name} at {width} runs out sideways"
    assert page.evaluate(CUT_OFF) == [], f"{name} at {width} cuts words off"


@pytest.fixture
def reviews(call: Call, celina: Person, administrator: Person) -> tuple[Review, Review]:
    """A draft of the administrator's, with all that a mark can carry, and a submitted review."""
    done = review_start(celina, call)
    done = review_note(celina, done, comment="Спросите, кто звонит.", praise="Ciepłe powitanie.", version=done.version)
    low = MarkChange(Judgement.HALF, comment="Жүйе баяу істеді", fault=Fault.PROCESS, stretch=Stretch(7.8, 12.1, "Hi"))
    for mark in done.marks.all():
        done = review_mark(celina, done, mark.criterion, low, version=done.version)
    praise = MarkChange(Judgement.FULL, praised=True)
    done = review_mark(celina, done, "greeting", praise, version=done.version)
    machine_show(administrator, call)  # their desk has the machine's marks beside
    draft = review_mark(administrator, review_start(administrator, call), "greeting", low, version=1)
    pbx_name_give(administrator, name="Aigerim")
    return draft, review_submit(celina, done, version=done.version)


@pytest.fixture
def screens(
    call: Call, waiting: Call, failed: Call, staff: Person, outside: Person, reviews: tuple[Review, Review],
    forms: None, projects: None, hearing: int, settings: Any,
) -> list[Screen]:  # fmt: skip
    settings.SAPA_ASR_SECOND_MODEL = "/srv/models/whisper-large-v3"  # the call page offers to hear with it
    left_out_of(call)
    calls_store(
        [
            Seen("Żaneta Brzęczyszczykiewicz", direction="outbound", verdict="unsuccessful", cqr_pct=41.5, tags=12),
            Seen("Марина Владимировна Константинопольская", direction="", verdict="undecided", cqr_pct=None, tags=3),
        ]
    )
    return [
        Screen("list", "/calls/"),
        Screen("no-match", "/calls/?q=nobody&verdict=undecided&direction=outbound"),
        Screen("call", f"/calls/{call.pk}/"),
        Screen("desk", f"/reviews/{reviews[0].pk}/"),
        Screen("review", f"/reviews/{reviews[1].pk}/"),
        Screen("reviews", "/reviews/"),
        Screen("given", "/given/"),
        Screen("given-person", f"/given/{outside.pk}/"),
        Screen("give", "/given/new?direction=inbound"),
        Screen("give-one", f"/given/new?call={call.pk}"),
        Screen("agents", "/agents/"),
        Screen("trust", "/trust/"),
        Screen("me", "/me/"),
        Screen("in-the-line", f"/calls/{waiting.pk}/"),
        Screen("failed", f"/calls/{failed.pk}/"),
        Screen("line", "/line/"),
        Screen("queues", "/queues/"),
        Screen("people", "/people/?disabled=yes"),
        Screen("nobody", "/people/?q=nobody"),
        Screen("person", f"/people/{staff.pk}/"),
        Screen("person-new", "/people/new"),
        Screen("people-import", "/people/import"),
        Screen("hearing", "/hearing/"),
        Screen("hearing-new", "/hearing/new"),
        Screen("hearing-rule", f"/hearing/{hearing}/"),
        Screen("audit", "/audit/"),
        Screen("audit-none", "/audit/?person=*&verb=listening"),
        Screen("forms", "/forms/"),
        Screen("form", "/forms/cqr/"),
        Screen("form-new", "/forms/new-form"),
        Screen("form-draft", "/forms/cqr/draft"),
        Screen("form-part", "/forms/cqr/draft?open=form"),
        Screen("form-criterion", "/forms/cqr/draft?open=criterion:introduction"),
        Screen("form-phrases", "/forms/cqr/draft?open=rule:introduction:0"),
        Screen("form-measure", "/forms/cqr/draft?open=rule:introduction:measure"),
        Screen("form-publish", "/forms/cqr/draft/publish"),
        Screen("form-try", "/forms/inbound_service/draft/try"),
        Screen("form-rules", "/forms/choice-rules"),
        Screen("account", "/account/"),
        Screen("password", "/account/password"),
        Screen("codes", "/account/codes"),
        Screen("recovery", "/account/recovery"),
        Screen("passkey-new", "/account/passkeys/new"),
        Screen("confirm", "/confirm"),
        Screen("not-found", "/calls/00000000-0000-0000-0000-000000000000/"),
    ]


@pytest.mark.parametrize("language", ["en", "ru", "pl", "kk"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_screen_fits_and_follows_the_device(
    scheme: str, language: str, screens: list[Screen], long_named: Person, frozen_clock: FrozenClock,
    open_page: OpenPage, sign_in: SignIn, axe: Check, shot: Shot, complaints: Complaints,
) -> None:  # fmt: skip
    complaints.expect("answer: 404")
    page = open_page(locale=language, color_scheme=scheme, viewport={"width": WIDTHS[0], "height": HEIGHT})
    for screen in _signed_out_then_in(page, screens, sign_in, long_named):
        page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
        page.goto(screen.address)
        expect(page.locator("html")).to_have_attribute("lang", language)
        assert (page.evaluate(BRIGHTNESS) < 90) == (scheme == "dark"), f"{screen.name} is not {scheme}"
        for width in WIDTHS:
            _expect_it_fits(page, screen.name, width)
            shot(page, f"{screen.name}-{width}-{language}-{scheme}", whole=True)
        if language == "en":
            axe(page)


def _signed_out_then_in(page: Page, screens: list[Screen], sign_in: SignIn, person: Person) -> Iterator[Screen]:
    yield Screen("sign-in", "/sign-in")
    sign_in(page, person)
    yield from screens


@pytest.mark.parametrize("language", ["en", "ru", "pl", "kk"])
def test_an_empty_list_fits(
    language: str, long_named: Person, open_page: OpenPage, sign_in: SignIn, shot: Shot
) -> None:
    page = open_page(locale=language)
    sign_in(page, long_named)
    page.goto("/calls/")
    for width in WIDTHS:
        _expect_it_fits(page, "empty list", width)
        shot(page, f"empty-{width}-{language}-light", whole=True)
    for width in BETWEEN:
        _expect_it_fits(page, "empty list", width)
        menu = page.locator(".menu-button").bounding_box()
        assert menu, "nobody's menu"
        assert menu["width"] > 40, f"the menu is cut at {width}"
        assert menu["x"] + menu["width"] <= width, f"the menu lies outside of {width}"


@pytest.mark.parametrize("language", ["en", "ru", "pl", "kk"])
def test_a_day_of_agents_fits(
    language: str, tmp_path: Path, administrator: Person, open_page: OpenPage, sign_in: SignIn, shot: Shot
) -> None:
    day = day_of(agents=60, calls=300, seed=3)
    shifts_of(day, seed=4)
    day.write(tmp_path)
    logs_replay(tmp_path, SITE)
    page = open_page(locale=language)
    sign_in(page, administrator)
    page.goto(f"/agents/?on={datetime.fromtimestamp(BEGIN_MS / 1000, UTC):%Y-%m-%d}")
    expect(page.locator(".agents-table tbody tr").nth(9)).to_be_visible()
    for width in (*WIDTHS, *BETWEEN):
        _expect_it_fits(page, "a day of agents", width)
        shot(page, f"agents-day-{width}-{language}-light", whole=True)


def test_a_chosen_theme_wins_over_the_device(bogdan: Person, open_page: OpenPage, sign_in: SignIn) -> None:
    page = open_page(color_scheme="dark")
    sign_in(page, bogdan)
    page.goto("/calls/")
    assert page.evaluate(BRIGHTNESS) < 90
    page.get_by_label("Menu of Bogdan").click()
    page.get_by_role("button", name="Light").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")
    assert page.evaluate(BRIGHTNESS) > 200
