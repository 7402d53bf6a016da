from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.core.management.base import CommandError

from sapa.audit.models import AuditEntry
from sapa.pipeline.tests.processes import database_url_of_test, sapa
from sapa.transcripts.models import HearingRule

CARDS = {"queue": "cards", "language_told": "ru", "hints": ["Visa", "Қаржы"]}
KAZAKH = {"language_heard": "kk", "engine": "faster_whisper", "model": "/models/kazakh"}


@pytest.fixture
def said(db: None, capsys: pytest.CaptureFixture[str]) -> Any:
    """`said("list")`: what `sapa hearing list` printed."""

    def run(*arguments: Any) -> str:
        call_command("hearing", *map(str, arguments))
        return capsys.readouterr().out

    return run


def rules_file(path: Path, *rules: dict[str, Any]) -> Path:
    path.write_text(yaml.safe_dump({"rules": list(rules)}, allow_unicode=True), encoding="utf-8")
    return path


def test_without_rules_it_is_said_how_calls_are_heard(said: Any) -> None:
    assert "as the settings say" in said("list")


def test_a_rule_is_set_listed_and_removed(said: Any) -> None:
    said("set", "--queue", "cards", "--language-told", "ru", "--hint", "Visa", "--hint", " visa ", "--hint", "Kaspi")
    assert "cards  any       ru    –       –      Visa, Kaspi" in said("list")
    said("set", "--queue", "cards", "--model", "large")
    assert "cards  any       –     –       large  –" in said("list")
    said("remove", "--queue", "cards")
    assert not HearingRule.objects.exists()
    assert AuditEntry.objects.filter(verb__startswith="hearing_rule", person=None).count() == 3


def test_what_is_exported_is_imported_back_as_the_same(said: Any, tmp_path: Path) -> None:
    given = rules_file(tmp_path / "given.yaml", KAZAKH, CARDS)
    assert said("import", given).strip() == "Set: 2. Removed: 0. As before: 0."
    (tmp_path / "out.yaml").write_text(said("export"), encoding="utf-8")
    assert yaml.safe_load((tmp_path / "out.yaml").read_text(encoding="utf-8")) == {"rules": [KAZAKH, CARDS]}
    assert said("import", tmp_path / "out.yaml").strip() == "Set: 0. Removed: 0. As before: 2."
    assert said("import", rules_file(given, CARDS)).strip() == "Set: 0. Removed: 1. As before: 1."


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("rules: [", "no YAML"),
        ("", "the file: "),
        ("rules:\n- que: cards", "rules.0.que: "),
        ("rules:\n- hints: Visa", "rules.0.hints: "),
        ("rules:\n- engine: by_magic", "no speech engine 'by_magic'"),
        ("rules:\n- model: one\n- model: other", "for the same queue and language"),
        ("rules:\n- queue: cards", "says nothing"),
    ],
)
def test_a_file_that_cannot_be_is_told_and_changes_nothing(said: Any, tmp_path: Path, text: str, problem: str) -> None:
    said("set", "--model", "large")
    (tmp_path / "rules.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CommandError) as told:
        said("import", tmp_path / "rules.yaml")
    assert problem in str(told.value)
    assert HearingRule.objects.get().model == "large"


@pytest.mark.parametrize(("content", "problem"), [(None, "cannot be read"), (b"\xff", "not UTF-8")])
def test_a_file_that_cannot_be_read_is_told(said: Any, tmp_path: Path, content: bytes | None, problem: str) -> None:
    if content is not None:
        (tmp_path / "rules.yaml").write_bytes(content)
    with pytest.raises(CommandError, match=problem):
        said("import", tmp_path / "rules.yaml")


def test_typed_at_a_shell_the_rules_are_all_that_comes_out(transactional_db: None, data_dir: Path) -> None:
    url = database_url_of_test()
    assert sapa("hearing", "set", "--hint", "Дала", data_dir=data_dir, database_url=url).returncode == 0
    exported = sapa("hearing", "export", data_dir=data_dir, database_url=url)
    assert (exported.returncode, exported.stderr) == (0, "")
    assert yaml.safe_load(exported.stdout) == {"rules": [{"hints": ["Дала"]}]}
    assert sapa("hearing", "set", "--engine", "by_magic", data_dir=data_dir, database_url=url).returncode == 2
