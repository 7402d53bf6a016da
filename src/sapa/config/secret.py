"""The signing key of an installation that was given none: made once, kept beside the data, owner-only."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from sapa.config.env import refuse


def secret_key_kept(data_dir: Path) -> str:
    """Read the kept key, or make it. Two processes starting at once end with the same key: the first link wins."""
    target = data_dir / "secret_key"
    try:
        return target.read_text()
    except FileNotFoundError:
        pass
    except OSError as exc:
        refuse("SAPA_DATA_DIR", f"cannot read {target}: {exc.strerror}", cause=exc)
    part = data_dir / f".secret_key.{os.getpid()}"
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as exc:
        refuse("SAPA_DATA_DIR", f"cannot write to {data_dir}: {exc.strerror}", cause=exc)
    with os.fdopen(handle, "w") as out:
        out.write(secrets.token_urlsafe(48))
    try:
        os.link(part, target)
    except FileExistsError:
        pass
    finally:
        part.unlink()
    return target.read_text()
