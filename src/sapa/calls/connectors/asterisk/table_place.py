"""Where a database keeps CEL or CDR, as one address says it: server or file, and the tables in it (ADR 27)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

FORMS = "postgresql://user:password@host/database?cel=cel&cdr=cdr or sqlite:////folder/master.db?cel=cel&cdr=cdr"
_NONE = f"an address is none of those that are read; give {FORMS}; signs of a password like # and , as %23 and %2C"
KINDS = ("cel", "cdr")
LIBPQ = (
    "channel_binding", "gssencmode", "sslcert", "sslcrl", "sslkey", "sslmode", "sslrootcert", "target_session_attrs",
)  # fmt: skip
_TABLE = re.compile(r"[^\W\d][\w$]{0,62}(\.[^\W\d][\w$]{0,62})?")


@dataclass(frozen=True)
class TablePlace:
    """One table. `database` of SQLite is a file. `is_utc`: its local times are UTC, as with `usegmtime=yes`.
    `options` are for libpq."""

    vendor: str
    database: str
    kind: str
    table: str
    host: str = ""
    port: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    is_utc: bool = False
    options: tuple[tuple[str, str], ...] = ()

    @property
    def label(self) -> str:
        """For people: without the user and the password."""
        if self.vendor == "sqlite":
            return f"sqlite:///{self.database}, table {self.table}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"postgresql://{host}{self.port and ':'}{self.port}/{self.database}, table {self.table}"

    @property
    def address(self) -> str:
        """As it was given, but for the password."""
        if self.vendor == "sqlite":
            return f"sqlite:///{self.database}?{self.kind}={self.table}"
        user = f"{self.user}:PASSWORD@" if self.password else f"{self.user}@" if self.user else ""
        server = self.label.partition("://")[2].partition(", table ")[0]
        return f"postgresql://{user}{server}?{self.kind}={self.table}"


def table_places(raw: str) -> list[TablePlace]:
    """Of all addresses in it, by comma, space or line. Raises `ValueError`, which names no part of an address that may
    be secret."""
    return [place for one in re.split(r"[\s,]+", raw) if one for place in _places(one)]


def _places(raw: str) -> Iterator[TablePlace]:
    if raw.startswith("mysql"):
        raise ValueError("tables of MySQL and MariaDB are not read; let Asterisk write files beside them")
    try:
        parts = urlsplit(raw)
        port = str(parts.port or "")
    except ValueError:  # which may name a part of the password
        raise ValueError(_NONE) from None
    if "%00" in raw or parts.scheme not in {"sqlite", "postgresql", "postgres"} or parts.fragment:
        raise ValueError(_NONE)
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    tables = {kind: given.pop(kind) for kind in KINDS if kind in given}
    if not tables:
        raise ValueError("an address names no table; end it with ?cel=cel, ?cdr=cdr or ?cel=cel&cdr=cdr")
    for name in tables.values():
        if not _TABLE.fullmatch(name):
            raise ValueError("a table is named by letters, digits and _, behind the name of its schema or without it")
    is_utc = _yes(given.pop("utc", "no"))
    allowed = LIBPQ if parts.scheme != "sqlite" else ()
    if not set(given) <= set(allowed):
        raise ValueError(f"what follows the ? is one of: {', '.join((*KINDS, 'utc', *allowed))}")
    for kind, name in tables.items():
        if parts.scheme == "sqlite":
            yield TablePlace("sqlite", _file(parts), kind, name, is_utc=is_utc)
        else:
            yield TablePlace(
                "postgresql",
                _database(parts),
                kind,
                name,
                host=unquote(parts.hostname or ""),
                port=port,
                user=unquote(parts.username or ""),
                password=unquote(parts.password or ""),
                is_utc=is_utc,
                options=tuple(sorted(given.items())),
            )


def _file(parts: SplitResult) -> str:
    path = unquote(parts.path)
    if parts.netloc or not path.startswith("//") or path.endswith("/"):
        raise ValueError(
            "a file is named from the root, by four slashes: sqlite:////var/log/asterisk/master.db?cel=cel"
        )
    return path[1:]


def _database(parts: SplitResult) -> str:
    name = unquote(parts.path.removeprefix("/"))
    if not name:
        raise ValueError("an address names no database; it stands behind the host: postgresql://host/asterisk?cel=cel")
    return name


def _yes(raw: str) -> bool:
    if raw not in {"yes", "no"}:
        raise ValueError("utc is not one of: yes, no")
    return raw == "yes"
