"""Lines of the phone system's logs, made for tests."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

from sapa.calls.connectors.asterisk.site import Site
from sapa.calls.keeping import rows_derive
from sapa.calls.models import PbxRowKind
from sapa.calls.taking_rows import log_take

BEGAN_S = 1_795_286_821
SITE = Site(UTC, "KZ")
ANSWERED = b"""1795286821|1795286821.0|support|NONE|ENTERQUEUE||+77011112233|1
1795286822|1795286821.0|support|Aigerim|CONNECT|1|1795286821.1|1
1795286833|1795286821.0|support|Aigerim|COMPLETECALLER|1|11|1
"""


def come(folder: Path, name: str, raw: bytes, kind: PbxRowKind = PbxRowKind.QUEUE_LOG) -> None:
    """Appended to that log, read, and made into calls."""
    path = folder / name
    with path.open("ab") as log:
        log.write(raw)
    log_take(path, kind, UTC)
    while rows_derive(SITE):
        pass


def cel(
    after_s: float, event: str, channel: str, id_: str, linked: str = "", *, number: str = "", app: str = "",
    data: str = "", exten: str = "", extra: str = "",
) -> bytes:  # fmt: skip
    """A line in the order of Asterisk's sample configuration. Channels of the trunk are a customer's."""
    number = number or ("+77011112233" if "trunk" in channel else "")
    columns = [
        *(event, f"{BEGAN_S + after_s + 0.5:.6f}", "", number, "", "", "", exten, "", channel, app, data, "3", ""),
        *(id_, linked or id_, "", "", "", extra.replace('"', '""')),
    ]
    return (",".join(f'"{column}"' for column in columns) + "\n").encode()
