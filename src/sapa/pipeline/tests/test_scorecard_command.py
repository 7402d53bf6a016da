from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.core.management.base import CommandError

from sapa.pipeline.tests.processes import database_url_of_test, sapa
from sapa.scorecards.library import shipped_keys
from sapa.scorecards.models import ScorecardRecord, ScorecardRevision
from sapa.scorecards.tests.cards import card_content, criterion


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Any:
    """`said("list")`: what `sapa scorecard list` printed."""

    def run(*arguments: Any) -> str:
        call_command("scorecard", *map(str, arguments))
        return capsys.readouterr().out

    return run


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.yaml"
    path.write_text(yaml.safe_dump(card_content()))
    return path


def test_the_list_names_each_form_with_its_newest_revision(db: None, said: Any, own: Path) -> None:
    said("import", own)
    own.write_text(yaml.safe_dump(card_content(criterion("other"))))
    said("import", own)
    rows = [line.split()[:3] for line in said("list").splitlines()[2:]]
    assert [row[0] for row in rows] == sorted([*shipped_keys(), "test_form"])
    assert ["test_form", "2", "1"] in rows


@pytest.mark.parametrize("key", shipped_keys())
def test_what_is_exported_is_imported_back_as_the_same(db: None, said: Any, tmp_path: Path, key: str) -> None:
    (tmp_path / "out.yaml").write_text(said("export", key), encoding="utf-8")
    assert said("import", tmp_path / "out.yaml").startswith(f"{key} revision 1 has this content already")
    assert ScorecardRecord.objects.get(key=key).revisions.count() == 1


def test_an_edited_form_is_the_next_revision_and_the_old_one_can_still_be_had(
    db: None, said: Any, tmp_path: Path
) -> None:
    before = said("export", "cqr")
    content = yaml.safe_load(before) | {"band_pct": 55}
    (tmp_path / "cqr.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    assert said("import", tmp_path / "cqr.yaml").strip() == "cqr revision 2 published"
    assert yaml.safe_load(said("export", "cqr"))["band_pct"] == 55
    assert said("export", "cqr", "--revision", 1) == before


@pytest.mark.parametrize("number", [0, 9, -1])
def test_a_revision_that_is_not_there_is_said(db: None, said: Any, number: int) -> None:
    with pytest.raises(CommandError, match=f"cqr has no revision {number}"):
        said("export", "cqr", f"--revision={number}")


def test_a_form_that_is_not_there_is_said_with_those_that_are(db: None, said: Any) -> None:
    with pytest.raises(CommandError, match="Known: cqr, inbound_service, outbound_sales"):
        said("export", "cqqr")


@pytest.mark.parametrize("action", ["check", "import"])
def test_a_broken_form_is_told_with_every_problem_and_not_kept(db: None, said: Any, own: Path, action: str) -> None:
    broken = card_content(criterion("a", weights={"sale": 1}), criterion("a"), criterion("b", anchors={}))
    own.write_text(yaml.safe_dump(broken))
    with pytest.raises(CommandError) as caught:
        said(action, own)
    for problem in ("The key a stands twice", "call type that the form has not: sale", "criterion b: What 0.5 sounds"):
        assert problem in str(caught.value)
    assert not ScorecardRevision.objects.filter(scorecard__key="test_form").exists()


def test_checking_a_good_form_keeps_nothing(db: None, said: Any, own: Path) -> None:
    assert "test_form: 1 criteria, no problem found." in said("check", own)
    assert not ScorecardRecord.objects.filter(key="test_form").exists()


@pytest.mark.parametrize(("name", "word"), [("gone.yaml", "cannot be read"), ("form.txt", ".yaml"), ("cqr", ".yaml")])
def test_a_file_that_cannot_be_taken_is_said(db: None, said: Any, name: str, word: str) -> None:
    with pytest.raises(CommandError, match=word):
        said("import", name)


def test_typed_at_a_shell_the_form_is_all_that_comes_out(transactional_db: None, data_dir: Path) -> None:
    url = database_url_of_test()
    exported = sapa("scorecard", "export", "inbound_service", data_dir=data_dir, database_url=url)
    assert (exported.returncode, exported.stderr) == (0, "")
    assert yaml.safe_load(exported.stdout)["key"] == "inbound_service"
    wrong = sapa("scorecard", "import", "no.yaml", data_dir=data_dir, database_url=url)
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert sapa("scorecard", data_dir=data_dir, database_url=url).returncode == 2
