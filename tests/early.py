"""What must be so before Django's settings are read: tests have their own data folder and their own environment.

Pytest loads this first (`-p tests.early` in pyproject.toml). Only `SAPA_DATABASE_URL` is taken from outside, because
it chooses the database that the run is about.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

DATA_DIR = tempfile.mkdtemp(prefix="sapa-tests-")
Path(DATA_DIR, "static").mkdir()  # WhiteNoise warns, hence fails every request, without the folder
atexit.register(shutil.rmtree, DATA_DIR, ignore_errors=True)

for name in [name for name in os.environ if name.startswith("SAPA_") and name != "SAPA_DATABASE_URL"]:
    del os.environ[name]
os.environ["SAPA_DATA_DIR"] = DATA_DIR
os.environ["HF_HUB_OFFLINE"] = "1"  # a test that reaches for a model hub fails at once
