"""Taking recordings from files and folders into the line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from sapa.calls.connectors.files import Reading, facts_from_metadata, metadata_beside
from sapa.core.errors import SapaError
from sapa.pipeline.errors import NothingToIngest
from sapa.pipeline.intake import Taken, call_take
from sapa.recordings.errors import FileUnreadable

SUFFIXES = {".wav"}


@dataclass(frozen=True)
class IngestResult:
    """One file: taken, or refused with a reason; the others go on all the same."""

    path: Path
    taken: Taken | None
    error: SapaError | None = None


def reading_from_settings() -> Reading:
    return Reading(phone_region=settings.SAPA_PHONE_REGION, time_zone=settings.TIME_ZONE)


def name_as_text(name: str) -> str:
    """A file system takes any bytes for a name; what is not UTF-8 in it cannot be stored or printed as it is."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def recordings_in(paths: Sequence[Path]) -> Iterator[Path]:
    """Files as given; folders are searched to the bottom. Raises `NothingToIngest` for an empty folder."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        found = sorted(item for item in path.rglob("*") if item.suffix.lower() in SUFFIXES and item.is_file())
        if not found:
            raise NothingToIngest(str(path))
        yield from found


def file_ingest(path: Path) -> IngestResult:
    name = name_as_text(path.name)
    try:
        metadata = metadata_beside(path)
        facts = facts_from_metadata(metadata, where=name, reading=reading_from_settings())
        with path.open("rb") as source:
            return IngestResult(path, call_take(source, file_name=name, facts=facts, payload=metadata))
    except OSError as exc:
        return IngestResult(path, None, FileUnreadable(name_as_text(str(path)), exc.strerror or str(exc)))
    except SapaError as exc:
        return IngestResult(path, None, exc)
