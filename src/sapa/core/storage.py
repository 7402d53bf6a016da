"""Where this installation keeps its files, by the settings."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from sapa.core.blobs import BlobStore, FolderBlobs


def data_dir() -> Path:
    path: Path = settings.SAPA_DATA_DIR
    return path


def blobs() -> BlobStore:
    return FolderBlobs(data_dir() / "blobs")
