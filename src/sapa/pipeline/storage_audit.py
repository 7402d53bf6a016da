"""Looking through the whole storage: what is in use and lost or changed, and what nobody speaks of.

Nothing is deleted: a stray file may be all that is left of a call whose database was restored to an earlier day.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from sapa.core.blobs import chunks_of
from sapa.core.errors import SapaError
from sapa.core.storage import blobs
from sapa.recordings.selectors import NeededBlob, blob_ids_spoken_of, blob_refs


@dataclass(frozen=True)
class StorageAudit:
    """`problems`: one sentence for each file in use that is not whole. `strays`: ids that no call speaks of."""

    checked: int
    problems: tuple[str, ...]
    strays: tuple[str, ...]


def storage_audit() -> StorageAudit:
    """Reads every file in use. Strays are looked for first and again at the end, so that what is being taken in just
    now, stored and not yet written down, is none."""
    stored = set(blobs().ids())
    strays = stored - blob_ids_spoken_of()
    checked = 0
    problems: list[str] = []
    for blob in blob_refs():
        checked += 1
        problems += _problem(blob)
    strays -= blob_ids_spoken_of()
    return StorageAudit(checked, tuple(problems), tuple(sorted(strays)))


def _problem(blob: NeededBlob) -> Iterator[str]:
    digest = hashlib.sha256()
    try:
        with blobs().open(blob.id) as source:
            for chunk in chunks_of(source):
                digest.update(chunk)
    except SapaError as exc:
        yield f"{blob.id}: {exc.code}"
        return
    except OSError as exc:
        yield f"{blob.id}: blob_unreadable: {exc.strerror}"
        return
    if blob.sha256 not in (None, digest.hexdigest()):
        yield f"{blob.id}: blob_damaged"
