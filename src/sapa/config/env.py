"""Typed readers of `SAPA_…` variables. A bad value stops the start and names the allowed ones.

A secret may also be given as a file: `SAPA_SECRET_KEY_FILE=/run/secrets/key`. Every variable is declared
once in `VARIABLES`; `docs/configuration.md` is generated from it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from sapa.calls.connectors.asterisk.table_place import TablePlace, table_places
from sapa.calls.connectors.file_names import leg_names, name_pattern
from sapa.core.blob_place import blob_place


class BadSetting(SystemExit):
    """Ends the process at its start, with exit status 2."""

    def __init__(self, sentence: str) -> None:
        super().__init__(2)
        self.sentence = sentence

    def __str__(self) -> str:
        return self.sentence


def refuse(name: str, problem: str, *, cause: Exception | None = None) -> NoReturn:
    """Say what is wrong with a setting, and end."""
    sentence = f"sapa: {name}: {problem}"
    sys.stderr.write(sentence + "\n")
    raise BadSetting(sentence) from cause


@dataclass(frozen=True)
class Variable:
    name: str
    default: str
    help: str
    secret: bool = False


VARIABLES: dict[str, Variable] = {}


def _declare(name: str, default: str, text: str, *, secret: bool = False) -> str:
    VARIABLES[name] = Variable(name, default, text, secret)
    raw = os.environ.get(name)
    if raw is None and secret:
        file_name = os.environ.get(f"{name}_FILE")
        if file_name:
            try:
                raw = Path(file_name).read_text().strip()
            except OSError as exc:
                refuse(f"{name}_FILE", f"cannot read {file_name}: {exc.strerror}", cause=exc)
    return (raw if raw is not None else default).strip()


def text(name: str, default: str, help_text: str, *, secret: bool = False) -> str:
    return _declare(name, default, help_text, secret=secret)


def path(name: str, default: str, help_text: str) -> Path:
    return Path(_declare(name, default, help_text)).expanduser().absolute()


def folder(path: Path) -> str | None:
    """The folder, made for the owner only; None when it cannot be made, which `sapa doctor` tells about."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return None
    return str(path)


def flag(name: str, default: bool, help_text: str) -> bool:
    raw = _declare(name, "yes" if default else "no", help_text).lower()
    if raw in {"yes", "true", "1", "on"}:
        return True
    if raw in {"no", "false", "0", "off", ""}:
        return False
    refuse(name, f"{raw!r} is not one of: yes, no")


def integer(name: str, default: int, help_text: str, *, low: int, high: int) -> int:
    raw = _declare(name, str(default), f"{help_text} ({low}–{high})")
    try:
        value = int(raw)
    except ValueError:
        refuse(name, f"{raw!r} is not a whole number")
    if not low <= value <= high:
        refuse(name, f"{value} is not between {low} and {high}")
    return value


def choice(name: str, default: str, help_text: str, *, allowed: tuple[str, ...]) -> str:
    """One of a few; "" may be among them."""
    shown = ", ".join(filter(None, allowed))
    raw = _declare(name, default, f"{help_text} (one of: {shown})")
    if raw not in allowed:
        refuse(name, f"{raw!r} is not one of: {shown}")
    return raw


def known(name: str, default: str, help_text: str, *, allowed: Collection[str], example: str) -> str:
    """One of a list too long to print."""
    raw = _declare(name, default, help_text)
    if raw not in allowed:
        refuse(name, f"{raw!r} is not known; give one like {example}")
    return raw


def blobs(name: str, default: str, help_text: str) -> str:
    """Where recordings lie; what is meant by it is told by `core.blob_place`."""
    raw = _declare(name, default, help_text)
    try:
        blob_place(raw, default=Path())
    except ValueError as exc:
        refuse(name, str(exc), cause=exc)
    return raw


def file_pattern(name: str, default: str, help_text: str) -> str:
    raw = _declare(name, default, help_text)
    try:
        if raw:
            name_pattern(raw)
    except ValueError as exc:
        refuse(name, str(exc), cause=exc)
    return raw


def file_legs(name: str, default: str, help_text: str) -> str:
    raw = _declare(name, default, help_text)
    try:
        if raw:
            leg_names(raw)
    except ValueError as exc:
        refuse(name, str(exc), cause=exc)
    return raw


def tables(name: str, help_text: str) -> list[TablePlace]:
    """Tables of the phone system's, by the addresses of their databases. What is wrong with one is said without it."""
    raw = _declare(name, "", help_text, secret=True)
    try:
        return table_places(raw)
    except ValueError as exc:
        refuse(name, str(exc), cause=exc)


def words(name: str, default: str, help_text: str) -> list[str]:
    return [part.strip() for part in _declare(name, default, help_text).split(",") if part.strip()]


def some(name: str, help_text: str, *, allowed: tuple[str, ...]) -> list[str]:
    """Several of a few; none is given by default."""
    given = words(name, "", f"{help_text} (of: {', '.join(allowed)})")
    for word in given:
        if word not in allowed:
            refuse(name, f"{word!r} is not one of: {', '.join(allowed)}")
    return given


def broker(name: str, default: str, help_text: str) -> str:
    """The address of a message broker, or nothing."""
    raw = _declare(name, default, help_text, secret=True)
    if not raw:
        return raw
    parts = urlsplit(raw)
    if parts.scheme not in {"amqp", "amqps", "redis", "rediss"}:
        refuse(name, f"scheme {parts.scheme!r} is not one of: amqp, amqps, redis, rediss")
    if not parts.hostname:
        refuse(name, "it names no host, as in amqp://user:password@host:5672//")
    _port(name, parts)
    return raw


def issuer(name: str, default: str, help_text: str) -> str:
    """The address of an OpenID Connect issuer; without TLS only on this machine."""
    raw = _declare(name, default, help_text).rstrip("/")
    parts = urlsplit(raw)
    is_near = parts.scheme == "http" and parts.hostname in {"localhost", "127.0.0.1", "::1"}
    if raw and not (parts.hostname and (parts.scheme == "https" or is_near)):
        refuse(name, "it is not an address like https://login.example/realms/office")
    return raw


def server(name: str, default: str, help_text: str) -> str:
    """The address of a web server that we ask, with the path that stands before ours."""
    raw = _declare(name, default, help_text).rstrip("/")
    parts = urlsplit(raw)
    if not raw:
        return raw
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        refuse(name, "it is not an address like http://asr.example:8000/v1")
    if parts.username is not None or parts.password is not None:
        refuse(name, "it holds a name or a password; a key has a variable of its own")
    _port(name, parts)
    return raw


def bearer(name: str, help_text: str) -> str:
    """A key that is sent in a header: what cannot stand in one would be told in the fault of a library."""
    raw = _declare(name, "", help_text, secret=True)
    if not raw.isascii() or not raw.isprintable() or " " in raw:
        refuse(name, "it has characters that a key cannot have")
    return raw


def shared_secrets(name: str, help_text: str, *, shortest: int, most: int) -> list[str]:
    """Secrets that requests are signed with, by comma: the one in use, and for a while the one before. What is wrong
    with one is said without it."""
    raw = _declare(name, "", help_text, secret=True)
    given = [part.strip() for part in raw.split(",") if part.strip()]
    if len(given) > most:
        refuse(name, f"it holds {len(given)} secrets; at most {most}, by comma, are taken")
    for secret in given:
        if not secret.isascii() or not secret.isprintable():
            refuse(name, "a secret has characters other than letters, digits and signs of ASCII")
        if len(secret) < shortest:
            refuse(name, f"a secret is shorter than {shortest} characters; make one: openssl rand -hex 32")
    return given


def oidc_provider(address: str, *, client_id: str, secret: str, label: str) -> dict[str, object]:
    """As django-allauth wants its providers; empty without an issuer."""
    if not address:
        return {}
    app = {
        "provider_id": "sso",
        "name": label or urlsplit(address).hostname,
        "client_id": client_id,
        "secret": secret,
        "settings": {"server_url": address, "oauth_pkce_enabled": True},
    }
    return {"openid_connect": {"APPS": [app]}}


def database(name: str, default: str, help_text: str, *, data_dir: Path) -> dict[str, object]:
    """A Django database dict from `sqlite:///file` or `postgresql://user:password@host:port/name`."""
    raw = _declare(name, default, help_text, secret=True)
    return _database_at(name, raw) if raw else sqlite(data_dir / "sapa.sqlite3")


def more_databases(alias: str, name: str, help_text: str) -> dict[str, dict[str, object]]:
    """One database more under this alias, when the variable is given."""
    raw = _declare(name, "", help_text, secret=True)
    return {alias: _database_at(name, raw)} if raw else {}


def _database_at(name: str, raw: str) -> dict[str, object]:
    if raw.startswith("sqlite:"):
        # Not urlsplit: a file name may hold `#` and `?`.
        file_name = raw.removeprefix("sqlite:///")
        if file_name in {"", raw}:
            refuse(name, "a file is named by sqlite:///file, or sqlite:////folder/file from the root")
        return sqlite(Path(file_name).absolute())
    parts = urlsplit(raw)
    if parts.scheme in {"postgresql", "postgres"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": _port(name, parts),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {**_LOST_SERVER, **_libpq_options(name, parts)},
        }
    refuse(name, f"scheme {parts.scheme!r} is not one of: sqlite, postgresql")


# A server that lost its power says nothing. Without these a statement waits for the kernel to give up: a quarter of an
# hour in the middle of sending, two hours when idle (PostgreSQL 15, 34.1.2; man 7 tcp).
_LOST_SERVER: dict[str, object] = {
    "connect_timeout": 5,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
_LIBPQ = {
    *_LOST_SERVER, "application_name", "channel_binding", "gssencmode", "sslcert", "sslcrl", "sslkey", "sslmode",
    "sslrootcert", "target_session_attrs",
}  # fmt: skip


def _libpq_options(name: str, parts: SplitResult) -> dict[str, object]:
    """What stands behind the `?`, for libpq: a `sslmode` that is dropped in silence would leave the way open."""
    given: dict[str, object] = dict(parse_qsl(parts.query, keep_blank_values=True))
    if strange := sorted(set(given) - _LIBPQ):
        refuse(name, f"{strange[0]!r} is not one of the options that may follow the name: {', '.join(sorted(_LIBPQ))}")
    return given


def _port(name: str, parts: SplitResult) -> str:
    try:
        return str(parts.port or "")
    except ValueError as exc:
        refuse(name, "the port is not a number from 0 to 65535", cause=exc)


def sqlite(path: Path) -> dict[str, object]:
    """WAL lets readers and the writer work together; IMMEDIATE makes a writer wait its turn instead of failing
    when a read turns into a write (a deferred upgrade ignores the busy timeout)."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "CONN_MAX_AGE": 60,  # a worker would open the file anew for each job
        "OPTIONS": {
            "timeout": 30,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        },
    }


def telemetry_off() -> None:
    """Libraries that would report home are told not to, before they are imported."""
    for name in ("HF_HUB_DISABLE_TELEMETRY", "DO_NOT_TRACK"):
        os.environ[name] = "1"
