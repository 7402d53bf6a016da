"""Where blobs lie, as one setting says it: nothing for the data folder, `file:///folder`, or an `s3://bucket`.

A value is read at the start, so that a mistake in it stops the start and not the first call of the day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

FORMS = "empty, file:///folder or s3://bucket/prefix?endpoint=https://server&region=name&ca=/file.pem"
S3_OPTIONS = ("endpoint", "region", "ca")
DEFAULT_REGION = "us-east-1"  # what servers that know no regions expect to be signed for
_BUCKET = re.compile(r"[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]", re.IGNORECASE)
_PREFIX = re.compile(r"[A-Za-z0-9!_.*'()/-]*")  # what needs no quoting anywhere (S3 guide, "Object key names")


@dataclass(frozen=True)
class FolderPlace:
    folder: Path


@dataclass(frozen=True)
class S3Place:
    """`endpoint` is empty for the vendor's own service. `prefix` has no slash at its ends. `ca_file` names a private
    authority that the server's certificate is checked by; empty: the public ones."""

    bucket: str
    prefix: str = ""
    endpoint: str = ""
    region: str = DEFAULT_REGION
    ca_file: str = ""


def blob_place(raw: str, *, default: Path) -> FolderPlace | S3Place:
    """Raises `ValueError` with what is wrong and what is allowed."""
    if not raw:
        return FolderPlace(default)
    try:
        parts = urlsplit(raw)
    except ValueError as exc:
        raise ValueError(f"is no address; give {FORMS}") from exc
    if parts.scheme == "file":
        return FolderPlace(_folder(parts))
    if parts.scheme == "s3":
        return _s3(parts)
    raise ValueError(f"scheme {parts.scheme!r} is not known; give {FORMS}")


def _folder(parts: SplitResult) -> Path:
    if parts.netloc or not parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("a folder is named from the root, by three slashes: file:///folder")
    return Path(unquote(parts.path))


def _s3(parts: SplitResult) -> S3Place:
    if "@" in parts.netloc:
        raise ValueError("holds a key; keys are given by SAPA_S3_ACCESS_KEY and SAPA_S3_SECRET_KEY")
    if not _BUCKET.fullmatch(parts.netloc):
        raise ValueError(f"bucket {parts.netloc!r} is not 3 to 63 letters, digits, dots and dashes")
    prefix = parts.path.strip("/")
    if not _PREFIX.fullmatch(prefix) or ".." in prefix:
        raise ValueError(f"prefix {prefix!r} may hold letters, digits, dots, dashes and slashes")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if unknown := sorted(set(options) - set(S3_OPTIONS)):
        raise ValueError(f"option {unknown[0]!r} is not one of: {', '.join(S3_OPTIONS)}")
    endpoint = options.get("endpoint", "").rstrip("/")
    if endpoint and not re.fullmatch(r"https?://[^/?#@]+(/[^?#]*)?", endpoint):
        raise ValueError(f"endpoint {endpoint!r} is not like https://server or https://server:9000")
    region = options.get("region") or DEFAULT_REGION
    return S3Place(parts.netloc, prefix, endpoint, region, options.get("ca", ""))
