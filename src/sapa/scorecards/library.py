"""Reading and writing scorecards as YAML, and the forms that ship with the program."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import yaml
from pydantic import ValidationError

from sapa.scorecards.errors import ScorecardInvalid, ScorecardMissing
from sapa.scorecards.findings import errors_of
from sapa.scorecards.form_yaml import TooLarge, yaml_read
from sapa.scorecards.types import Scorecard

FORMS_DIR = Path(__file__).parent / "forms"
DEFAULT_KEY = "inbound_service"


def scorecard_parse(source: str, *, name: str) -> Scorecard:
    """Raises `ScorecardInvalid` with every problem found, each with its place in the file."""
    card = scorecard_shape(source, name=name)
    if problems := scorecard_problems(card):
        raise ScorecardInvalid(name, problems)
    return card


def scorecard_shape(source: str, *, name: str) -> Scorecard:
    """What has the shape of a form, though it may lack what a draft may lack. Raises `ScorecardInvalid`."""
    try:
        raw = yaml_read(source)
    except TooLarge as exc:
        raise ScorecardInvalid(name, ["is too large for a form"]) from exc
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, RecursionError) as exc:
        raise ScorecardInvalid(name, [f"not YAML: {exc}"]) from exc
    if not isinstance(raw, dict):
        raise ScorecardInvalid(name, ["the file holds no scorecard"])
    try:
        return Scorecard.model_validate(raw)
    except ValidationError as exc:
        problems = [f"{'.'.join(str(part) for part in error['loc'])}: {error['msg']}" for error in exc.errors()]
        raise ScorecardInvalid(name, problems) from exc


def scorecard_problems(card: Scorecard) -> list[str]:
    """What the shape alone does not show, as one line each."""
    return [finding.line for finding in errors_of(card)]


def scorecard_dump(card: Scorecard) -> str:
    """The YAML that `scorecard_parse` reads back to the same scorecard."""
    content = card.model_dump(mode="json", exclude_unset=True)
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=110)


def scorecard_digest(card: Scorecard) -> str:
    """Two revisions with one digest are the same content."""
    canonical = json.dumps(card.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def shipped_keys() -> list[str]:
    return sorted(path.stem for path in FORMS_DIR.glob("*.yaml"))


def scorecard_shipped(key: str) -> Scorecard:
    path = FORMS_DIR / f"{key}.yaml"
    if key not in shipped_keys():
        raise ScorecardMissing(key, [*shipped_keys(), "or the path of a YAML file"])
    return scorecard_parse(path.read_text(encoding="utf-8"), name=path.name)


def scorecard_from(key_or_path: str) -> Scorecard:
    """A shipped form by key, or any YAML file by path."""
    path = Path(key_or_path)
    if path.suffix in {".yaml", ".yml"}:
        try:
            return scorecard_parse(path.read_text(encoding="utf-8"), name=key_or_path)
        except OSError as exc:
            raise ScorecardInvalid(key_or_path, [f"cannot be read: {exc.strerror}"]) from exc
        except UnicodeDecodeError as exc:
            raise ScorecardInvalid(key_or_path, ["is not UTF-8 text"]) from exc
    return scorecard_shipped(key_or_path)
