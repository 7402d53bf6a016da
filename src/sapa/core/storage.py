"""Where this installation keeps its files, by the settings."""

from __future__ import annotations

import logging
from contextlib import suppress
from pathlib import Path
from threading import Thread

from django.conf import settings

from sapa.core.blob_place import FolderPlace, blob_place
from sapa.core.blobs import ABANDONED_S, BlobStore, FolderBlobs
from sapa.core.clock import now_at
from sapa.core.errors import SapaError

log = logging.getLogger("sapa.storage")


def data_dir() -> Path:
    path: Path = settings.SAPA_DATA_DIR
    return path


def blobs() -> BlobStore:
    return blobs_at(settings.SAPA_BLOBS_URL)


def blobs_at(url: str) -> BlobStore:
    place = blob_place(url, default=data_dir() / "blobs")
    if isinstance(place, FolderPlace):
        return FolderBlobs(place.folder)
    from sapa.core.s3_blobs import S3Blobs, S3Keys  # the vendor takes half a second to load

    return S3Blobs(place, S3Keys(settings.SAPA_S3_ACCESS_KEY, settings.SAPA_S3_SECRET_KEY))


def leavings_clear() -> Thread:
    """Remove what puts left that were killed. It goes on beside the start, which a storage that is away must not hold
    up; a process that ends does not wait for it."""
    thread = Thread(target=_leavings_clear, name="leavings", daemon=True)
    thread.start()
    return thread


def _leavings_clear() -> None:
    try:
        if count := blobs().tidy():
            log.info("%d files that were stored in part only are removed", count)
    except SapaError as exc:
        log.warning("%s: %s", exc.code, exc.message)


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
