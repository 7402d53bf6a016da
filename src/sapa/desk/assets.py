"""Browser assets from npm: only the files that pages really use are served, under `/static/npm/…`.

`node_modules` holds far more than should ever be reachable, so this is a list of what is, not of what is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage

PREFIX = "npm/"
FILES = (
    "@tabler/core/dist/css/tabler.min.css",
    "htmx.org/dist/htmx.min.js",
    "wavesurfer.js/dist/wavesurfer.esm.js",
    "wavesurfer.js/dist/plugins/regions.esm.js",
)
ICONS = "@tabler/icons/icons/outline"  # drawn into the page by the `icon` tag, not served


class NpmAssets(BaseFinder):
    """Finds the listed files for WhiteNoise and `collectstatic`."""

    def __init__(self, app_names: Any = None, *args: Any, **kwargs: Any) -> None:
        self.storage = FileSystemStorage(location=_node_modules())
        self.storage.prefix = PREFIX.rstrip("/")  # type: ignore[attr-defined]

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        name = path.removeprefix(PREFIX)
        found = path.startswith(PREFIX) and name in FILES and (_node_modules() / name).is_file()
        if find_all:
            return [str(_node_modules() / name)] if found else []
        return str(_node_modules() / name) if found else []  # Django takes None for a find

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        for name in FILES:
            if (_node_modules() / name).is_file():
                yield name, self.storage


def missing_assets() -> list[str]:
    """Listed files that are not in `node_modules`."""
    return [name for name in FILES if not (_node_modules() / name).is_file()]


def icon_shapes(name: str) -> str:
    """The inside of an outline icon's `<svg>`; empty when the icon or the package is not there."""
    try:
        return _icon_read(_node_modules() / ICONS / f"{name}.svg")
    except OSError:
        return ""


@cache
def _icon_read(path: Path) -> str:
    """Only what was found is kept: assets may be installed while the site runs."""
    source = path.read_text(encoding="utf-8")
    inside = source[source.index(">", source.index("<svg")) + 1 : source.rindex("</svg>")]
    return " ".join(inside.split())


def _node_modules() -> Path:
    folder: Path = settings.SAPA_NODE_MODULES
    return folder
