"""Where this installation keeps its files, by the settings."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from django.conf import settings

from sapa.core.blobs import BlobStore, FolderBlobs
from sapa.core.clock import now_at

ABANDONED_S = 24 * 3600.0  # no upload takes that long


def data_dir() -> Path:
    path: Path = settings.SAPA_DATA_DIR
    return path


def blobs() -> BlobStore:
    return FolderBlobs(data_dir() / "blobs")


def spool_ensure() -> None:
    """The folder in which a large upload lies until it is taken; Django fails the request without it."""
    if settings.FILE_UPLOAD_TEMP_DIR:
        Path(settings.FILE_UPLOAD_TEMP_DIR).mkdir(mode=0o700, parents=True, exist_ok=True)


def spool_clear() -> None:
    """Remove what uploads left behind when the server was killed under them."""
    if not settings.FILE_UPLOAD_TEMP_DIR:
        return
    for left in Path(settings.FILE_UPLOAD_TEMP_DIR).glob("*.upload*"):
        with suppress(OSError):  # tidying must not stop the start
            if now_at().timestamp() - left.stat().st_mtime > ABANDONED_S:
                left.unlink()
