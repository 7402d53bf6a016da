"""A real browser on a real site: Debian's Chromium, driven by Playwright, on a server of this process.

A test fails when its pages complain: an error in the console, a script that broke, a breach of the content security
policy, an asset that did not load. `complaints.expect("404")` says which complaint belongs to the test.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response

from sapa.accounts.models import Person
from tests.browser.site import chromium_started, site_served
from tests.fixtures.cast import session_give

ROOT = Path(__file__).parents[2]
SHOTS = ROOT / "build" / "shots"
DESKTOP = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 844}
PATIENCE_MS = 10_000
REPORT_BREACHES = """
document.addEventListener("securitypolicyviolation", (event) => console.error(
  `content security policy: ${event.effectiveDirective} stopped ${event.blockedURI || "inline"} ${event.sample}`));
"""
WCAG = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]},
    "resultTypes": ["violations"],
    "preload": False,  # axe would copy the sheets into an inline style, which the policy of the page stops
}

OpenPage = Callable[..., Page]
SignIn = Callable[[Page, Person], None]
Check = Callable[[Page], None]


class Complaints:
    """What the pages of one test complained about; `expect` names words of those that are meant."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.expected: list[str] = []

    def expect(self, words: str) -> None:
        self.expected.append(words)

    def listen(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.heard.append(f"script: {error}"))
        page.on("requestfailed", self._request_failed)
        page.on("response", self._response)

    @property
    def unexpected(self) -> list[str]:
        return [line for line in self.heard if not any(words in line for words in self.expected)]

    def _console(self, message: ConsoleMessage) -> None:
        # Loads that failed are heard once, with their address, in _response. htmx calls it an error when the person's
        # next choice replaces a request that is still under way.
        is_told_elsewhere = message.text.startswith(("Failed to load resource", "htmx:sendAbort", "htmx:afterRequest"))
        if message.type in {"error", "warning"} and not is_told_elsewhere:
            self.heard.append(f"console {message.type}: {message.text}")

    def _request_failed(self, request: Request) -> None:
        # A page that is left, or sound that is sought in, breaks off its own requests.
        if request.failure != "net::ERR_ABORTED":
            self.heard.append(f"request: {request.url} {request.failure}")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.heard.append(f"answer: {response.status} {response.url}")


class Shot(Protocol):
    def __call__(self, page: Page, name: str, *, whole: bool = ...) -> Path: ...


@pytest.fixture(scope="session")
def server(django_db_setup: None) -> Iterator[str]:
    with site_served() as address:
        yield address


@pytest.fixture
def site(server: str, transactional_db: None) -> str:
    """The address of the site. Its threads see what the test stores, so nothing is kept back in a transaction."""
    return server


@pytest.fixture(scope="session")
def chromium(django_db_setup: None) -> Iterator[Browser]:
    shipped = connection._test_serialized_contents  # type: ignore[attr-defined]
    with chromium_started() as browser:
        # Beside Playwright's loop Django opens another connection (asgiref's Local), which must know as well what an
        # emptied database gets back.
        connection._test_serialized_contents = shipped  # type: ignore[attr-defined]
        yield browser


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    heard = Complaints()
    yield heard
    assert not heard.unexpected, "the page complained:\n" + "\n".join(heard.unexpected)


@pytest.fixture
def open_page(chromium: Browser, site: str, complaints: Complaints) -> Iterator[OpenPage]:
    """`open_page(viewport=PHONE, locale="ru", color_scheme="dark")`: each a browser of its own, at the site's root."""
    contexts: list[BrowserContext] = []

    def open_one(**options: Any) -> Page:
        settings = {"base_url": site, "viewport": DESKTOP, "locale": "en-GB", "reduced_motion": "reduce", **options}
        context = chromium.new_context(**settings)
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(REPORT_BREACHES)
        contexts.append(context)
        page = context.new_page()
        complaints.listen(page)
        return page

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """An English page of desktop size; nobody is signed in."""
    return open_page()


@pytest.fixture
def sign_in(site: str) -> SignIn:
    """Gives the page's browser that person's session, without the sign-in screen."""

    def give_session(page: Page, person: Person) -> None:
        client = Client()
        key = session_give(client, person)
        page.context.add_cookies([{"name": "sessionid", "value": key, "url": site}])

    return give_session


@pytest.fixture
def axe() -> Check:
    """`axe(page)`: nothing on the page keeps people with a disability out, as far as a program can tell."""

    def check(page: Page) -> None:
        results = Axe().run(page, options=WCAG)
        assert not results.violations_count, results.generate_report()

    return check


@pytest.fixture
def shot() -> Shot:
    """`shot(page, "call-list-dark")` writes build/shots/call-list-dark.png, for somebody to look at: not under CI."""

    def take(page: Page, name: str, *, whole: bool = False) -> Path:
        path = SHOTS / f"{name}.png"
        if os.environ.get("CI") != "true":
            SHOTS.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=path, full_page=whole, caret="initial")  # hiding it would need an inline style
        return path

    return take
