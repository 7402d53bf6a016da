from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sapa.transcripts import model_files
from sapa.transcripts.errors import ModelMissing
from sapa.transcripts.model_files import PACKAGED, PackagedModel, model_folder, model_verify

PARTS = (b"first half, ", b"second half")
WHOLE = hashlib.sha256(b"".join(PARTS)).hexdigest()
BOMB = "raise SystemExit('a data package was imported')\n"


class Shelf:
    """A folder on the import path that holds data packages as pip would have laid them."""

    def __init__(self, site: Path) -> None:
        self.site = site

    def put(self, distribution: str, **files: bytes) -> None:
        package = distribution.replace("-", "_")
        data = self.site / package / "data"
        data.mkdir(parents=True)
        (self.site / package / "__init__.py").write_text(BOMB)
        names = [f"{package}/__init__.py"]
        for name, content in files.items():
            file_name = name.replace("__", ".")
            (data / file_name).write_bytes(content)
            names.append(f"{package}/data/{file_name}")
        info = self.site / f"{package}-1.0.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0.0\n")
        (info / "RECORD").write_text("".join(f"{name},,\n" for name in names))

    def put_model(self, first: str, second: str, *, parts: tuple[bytes, bytes] = PARTS) -> None:
        self.put(first, model__bin__part1=parts[0], config__json=b"{}", vocabulary__txt=b"a")
        self.put(second, model__bin__part2=parts[1], tokenizer__json=b"{}")


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))
    sources = (PackagedModel(("fake-a1", "fake-a2"), WHOLE), PackagedModel(("fake-b1", "fake-b2"), WHOLE))
    monkeypatch.setattr(model_files, "SOURCES", sources)
    return Shelf(site)


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "models"


def test_the_parts_are_joined_with_what_stands_beside_them(shelf: Shelf, models: Path) -> None:
    shelf.put_model("fake-a1", "fake-a2")
    folder = model_folder(PACKAGED, models_dir=models)
    assert folder is not None
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        "model.bin": b"".join(PARTS),
        "config.json": b"{}",
        "tokenizer.json": b"{}",
        "vocabulary.txt": b"a",
    }
    assert list(models.iterdir()) == [folder]


def test_the_data_packages_are_never_imported(shelf: Shelf, models: Path) -> None:
    shelf.put_model("fake-a1", "fake-a2")
    model_folder(PACKAGED, models_dir=models)
    assert not {"fake_a1", "fake_a2"} & set(sys.modules)


def test_it_is_joined_once(shelf: Shelf, models: Path) -> None:
    shelf.put_model("fake-a1", "fake-a2")
    first = model_folder(PACKAGED, models_dir=models)
    (shelf.site / "fake_a1" / "data" / "model.bin.part1").unlink()
    assert model_folder(PACKAGED, models_dir=models) == first


def test_a_wrong_checksum_is_refused_and_leaves_nothing(
    shelf: Shelf, models: Path, refused: Callable[..., Any]
) -> None:
    shelf.put_model("fake-a1", "fake-a2", parts=(b"something", b"else"))
    with refused("model_damaged"):
        model_folder(PACKAGED, models_dir=models)
    assert list(models.iterdir()) == []


def test_a_missing_part_is_refused_and_leaves_nothing(shelf: Shelf, models: Path, refused: Callable[..., Any]) -> None:
    shelf.put("fake-a1", model__bin__part1=PARTS[0])
    shelf.put("fake-a2", config__json=b"{}")
    with refused("model_damaged"):
        model_folder(PACKAGED, models_dir=models)
    assert list(models.iterdir()) == []


@pytest.mark.parametrize("first_is", ["absent", "half", "damaged"])
def test_the_second_source_takes_over(shelf: Shelf, models: Path, first_is: str) -> None:
    if first_is == "half":
        shelf.put("fake-a1", model__bin__part1=PARTS[0])
    if first_is == "damaged":
        shelf.put_model("fake-a1", "fake-a2", parts=(b"something", b"else"))
    shelf.put_model("fake-b1", "fake-b2")
    folder = model_folder(PACKAGED, models_dir=models)
    assert folder is not None
    assert (folder / "model.bin").read_bytes() == b"".join(PARTS)


def test_a_join_killed_half_way_looks_unfinished(shelf: Shelf, models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kill runs no `finally`; what it would leave is looked at in the instant before the rename."""
    shelf.put_model("fake-a1", "fake-a2")

    class Killed(BaseException):
        pass

    def kill(path: Path, target: Path) -> None:
        assert [item.name for item in models.iterdir()] == [path.name]
        assert path.name.startswith(".joining-")
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", kill)
        with pytest.raises(Killed):
            model_folder(PACKAGED, models_dir=models)
    (models / ".joining-left-behind").mkdir()
    (models / ".joining-left-behind" / "model.bin").write_bytes(b"half")
    folder = model_folder(PACKAGED, models_dir=models)
    assert folder is not None
    assert (folder / "model.bin").read_bytes() == b"".join(PARTS)


def test_two_joining_at_once_end_with_the_same_folder(
    shelf: Shelf, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.put_model("fake-a1", "fake-a2")
    real_rename = Path.rename

    def overtaken(path: Path, target: Path) -> Path:
        monkeypatch.setattr(Path, "rename", real_rename)
        assert model_folder(PACKAGED, models_dir=models) == target
        return real_rename(path, target)

    monkeypatch.setattr(Path, "rename", overtaken)
    folder = model_folder(PACKAGED, models_dir=models)
    assert folder is not None
    assert list(models.iterdir()) == [folder]


def test_without_the_packages_it_says_what_to_install(shelf: Shelf, models: Path, refused: Callable[..., Any]) -> None:
    with refused("model_missing"):
        model_folder(PACKAGED, models_dir=models)


def test_a_folder_of_ones_own_is_used_as_it_is(tmp_path: Path, models: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    for name in model_files.NEEDED_FILES:
        (own / name).write_bytes(b"x")
    assert model_folder(str(own), models_dir=models) == own


def test_a_folder_that_lacks_files_is_refused_by_their_names(tmp_path: Path, models: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "config.json").write_bytes(b"{}")
    with pytest.raises(ModelMissing, match=r"lacks model\.bin, tokenizer\.json") as caught:
        model_folder(str(tmp_path / "own"), models_dir=models)
    assert caught.value.code == "model_missing"


@pytest.mark.parametrize("name", ["/no/such/folder", "./none", "~/none-of-it", "packaged:whisper-large"])
def test_a_path_that_is_not_there_is_no_hub_name(name: str, models: Path, refused: Callable[..., Any]) -> None:
    with refused("model_missing"):
        model_folder(name, models_dir=models)


def test_any_other_name_is_a_hub_name(models: Path) -> None:
    assert model_folder("Systran/faster-whisper-small", models_dir=models) is None


def test_a_joined_model_that_rots_on_the_disk_is_found_out(
    shelf: Shelf, models: Path, refused: Callable[..., Any]
) -> None:
    shelf.put_model("fake-a1", "fake-a2")
    folder = model_verify(PACKAGED, models_dir=models)
    assert folder is not None
    (folder / "model.bin").write_bytes(b"First half, second half")
    with refused("model_damaged"):
        model_verify(PACKAGED, models_dir=models)
