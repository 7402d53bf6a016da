"""Every text on screen is there in Russian, Polish and Kazakh; English is what stands in the code."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from tests import needs
from tests.contracts import sources
from tests.tier_marks import leave_out

LANGUAGES = ("ru", "pl", "kk")
DOMAINS = ("django", "djangojs")
TEXTS_SHOWN = 15
Id = tuple[str, tuple[str, ...]]


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[Id, Message]]:
    """The texts marked in the code now, collected from a copy so that the real catalogues stay untouched."""
    missing = needs.catalogues_lack()
    if missing:
        leave_out("catalogue", missing)
    copy = tmp_path_factory.mktemp("texts") / "sapa"
    shutil.copytree(
        sources.PACKAGE, copy, ignore=shutil.ignore_patterns("locale", "tests", "migrations", "__pycache__")
    )
    (copy / "locale").mkdir()
    # Our settings name the real catalogues; without settings only the copy is known.
    no_settings = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    for domain in DOMAINS:
        subprocess.run(
            [sys.executable, "-m", "django", "makemessages", "-d", domain, "-l", "pl", "--no-wrap"],
            cwd=copy, env=no_settings, capture_output=True, text=True, check=True,
        )  # fmt: skip
    return {domain: _messages(copy / "locale" / "pl" / "LC_MESSAGES" / f"{domain}.po") for domain in DOMAINS}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("domain", DOMAINS)
def test_catalogue_is_complete(extracted: dict[str, dict[Id, Message]], domain: str, language: str) -> None:
    wanted = extracted[domain]
    path = sources.PACKAGE / "locale" / language / "LC_MESSAGES" / f"{domain}.po"
    if not wanted and not path.exists():
        return
    have = _messages(path)
    missing = [_words(key) for key in wanted if key not in have]
    unfinished = [_words(key) for key in wanted if key in have and not _is_finished(have[key])]
    left_over = [_words(key) for key in have if key not in wanted]
    assert not missing, _report(f"run make messages; {language} lacks", missing)
    assert not unfinished, _report(f"to translate into {language}", unfinished)
    assert not left_over, _report(f"run make messages; {language} has what is no longer in the code", left_over)


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_the_placeholders(language: str) -> None:
    for path in (sources.PACKAGE / "locale" / language / "LC_MESSAGES").glob("*.po"):
        catalogue = _catalogue(path)
        faults = [f"{_words(_id(message))}: {error}" for message in catalogue for error in _check(message, catalogue)]
        assert not faults, "\n".join(faults)


def _report(what: str, texts: list[str]) -> str:
    shown = texts[:TEXTS_SHOWN]
    return "\n".join([f"{what}: {len(texts)}", *shown, *(["  …"] if len(texts) > len(shown) else [])])


def _messages(path: Path) -> dict[Id, Message]:
    return {_id(message): message for message in _catalogue(path) if message.id} if path.exists() else {}


def _catalogue(path: Path) -> Catalog:
    with path.open("rb") as source:
        return read_po(source, locale=path.parts[-3], ignore_obsolete=True)


def _check(message: Message, catalogue: Catalog) -> list[str]:
    return [str(error) for error in message.check(catalogue)] if message.id and _is_finished(message) else []


def _id(message: Message) -> Id:
    singular_and_plural = message.id if isinstance(message.id, tuple | list) else (message.id,)
    return message.context or "", tuple(singular_and_plural)


def _words(key: Id) -> str:
    context, ids = key
    return f"  [{context}] {ids[0]!r}" if context else f"  {ids[0]!r}"


def _is_finished(message: Message) -> bool:
    strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return not message.fuzzy and all(strings)
