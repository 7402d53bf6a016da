"""Sorts tests into tiers, and says loudly which tiers could not run here.

A tier that lacks its server, browser or model is left out on a developer's machine, and fails under `CI=true`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from pytest_django.plugin import blocking_manager_key

from tests import needs

TIERS = ("contract", "pure", "database", "model", "browser", "faults", "asterisk")
FOLDERS = {
    "contracts": "contract",
    "browser": "browser",
    "engines": "model",
    "faults": "faults",
    "asterisk": "asterisk",
}
COLLECTED_IN_ONE_FOLDER = ("contract", "browser", "faults", "asterisk")  # the others lie beside the code too
TESTS_DIR = Path(__file__).parent
LEFT_OUT: dict[str, list[str]] = {}


def pytest_configure(config: pytest.Config) -> None:
    LEFT_OUT.clear()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if connection.vendor != "postgresql":
        elsewhere = [item for item in items if item.get_closest_marker("on_postgresql")]
        config.hook.pytest_deselected(items=elsewhere)
        items[:] = [item for item in items if not item.get_closest_marker("on_postgresql")]
    for item in items:
        if not any(item.get_closest_marker(tier) for tier in TIERS):
            item.add_marker(tier_of(item))
        for tier in COLLECTED_IN_ONE_FOLDER:
            if item.get_closest_marker(tier) and tier_of(item) != tier:
                raise pytest.UsageError(
                    f"{item.nodeid} is marked {tier}; such tests run only in their folder in tests/"
                )
        if "transactional_db" in getattr(item, "fixturenames", ()) and not item.get_closest_marker("django_db"):
            # Emptied after such a test, the database gets back what `sapa migrate` had put in: the shipped scorecards.
            item.add_marker(pytest.mark.django_db(transaction=True, serialized_rollback=True))


def tier_of(item: pytest.Item) -> str:
    """By the folder below tests/; elsewhere by whether the test uses the database."""
    if item.path.is_relative_to(TESTS_DIR):
        folder = item.path.relative_to(TESTS_DIR).parts[0]
        if folder in FOLDERS:
            return FOLDERS[folder]
    uses = set(getattr(item, "fixturenames", ()))
    if item.get_closest_marker("django_db") or uses & {"db", "transactional_db", "live_server"}:
        return "database"
    return "pure"


def pytest_runtest_setup(item: pytest.Item) -> None:
    needed = {
        "browser": needs.browser_lacks,
        "model": needs.model_lacks,
        "faults": needs.faults_lack,
        "asterisk": needs.asterisk_lacks,
    }
    for tier, lacking in needed.items():
        if item.get_closest_marker(tier) and (missing := lacking()):
            leave_out(tier, missing)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """What `sapa migrate` had put in comes back before a test that will not empty the database itself: dealt out file
    by file, such tests come after the others too."""
    yield
    if nextitem is not None and empties(item) and not empties(nextitem):
        with item.config.stash[blocking_manager_key].unblock():
            connection.creation.deserialize_db_from_string(connection._test_serialized_contents)  # type: ignore[attr-defined]


def empties(item: pytest.Item) -> bool:
    """By its fixture or by its mark alone."""
    mark = item.get_closest_marker("django_db")
    by_mark = mark is not None and bool(mark.kwargs.get("transaction"))
    return by_mark or "transactional_db" in getattr(item, "fixturenames", ())


def leave_out(what: str, missing: list[str]) -> None:
    """Skip the running test, or fail it under CI, and remember what was lacking for the closing lines."""
    LEFT_OUT[what] = missing
    reason = f"{what} tests need {', '.join(missing)}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Under `CI=true` a skipped test, whoever skipped it, is a failure: nobody would notice it there."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for what, missing in LEFT_OUT.items():
        terminalreporter.section(f"LEFT OUT: {what}", sep="!", red=True, bold=True)
        terminalreporter.line(f"It needs {', '.join(missing)}. {needs.how_to_install(missing)}")
