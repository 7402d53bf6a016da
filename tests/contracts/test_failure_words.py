"""Whatever a stage can fail with is told in the reader's language, not only in the English of the log."""

from __future__ import annotations

import re

from sapa.desk.wording.failures import failure_words
from tests.contracts.sources import PACKAGE

# Only commands meet these: their messages name a file or list what is known.
OF_COMMANDS = {"scorecard_invalid", "scorecard_missing", "call_type_unknown"}
OF_STAGES = ("recordings", "transcripts", "analytics", "scorecards", "core")
OF_THE_LINE = {"worker_died", "unexpected_error", "database_unreachable", "database_full", "call_not_kept"}
CODE = re.compile(r'(?:super\(\)\.__init__|SapaError)\(\s*"([a-z_]+)"')


def test_every_failure_of_a_stage_has_words() -> None:
    modules = [path for app in OF_STAGES for path in (PACKAGE / app).rglob("*.py") if "tests" not in path.parts]
    codes = {code for path in modules for code in CODE.findall(path.read_text())}
    assert {"audio_unreadable", "engine_failed", "scorecards_unpublished", "blob_missing"} <= codes
    wordless = sorted(code for code in codes - OF_COMMANDS | OF_THE_LINE if not failure_words(code, ""))
    assert not wordless, f"no wording in desk/wording/failures.py: {', '.join(wordless)}"
