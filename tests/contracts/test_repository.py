"""Nothing gets into the repository that is secret, of one machine only, or too large."""

from __future__ import annotations

import re

from tests.contracts import sources

SECRETS = {
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE " + "KEY-----"),
    "a cloud key": re.compile(r"\bAKIA[0-9A-Z]{16}\b"),
    "a token": re.compile(r"\b(gh[pousr]_[A-Za-z0-9]{36}|glpat-[A-Za-z0-9_-]{20}|xox[abp]-[A-Za-z0-9-]{20})"),
    "an API token of ours": re.compile(r"\bsapa_[A-Za-z0-9_-]{43}\b"),
    "a password in an address": re.compile(r"postgres(?:ql)?://[\w.-]+:(?!password@)[^@\s{}\"'`]{4,}@"),
}
ONE_MACHINE = re.compile(r"(?<![\w.])/(?:home/\w+|root|Users/\w+|work)/")
LARGEST_BYTES = 3 << 20
LARGE_ALLOWED = ("samples/",)


def test_no_file_holds_a_secret() -> None:
    found = [
        f"{name}: {what}"
        for name, text in sources.text_files()
        for what, shape in SECRETS.items()
        if shape.search(text)
    ]
    assert not found


def test_no_file_names_a_folder_of_one_machine() -> None:
    found = [
        f"{name}:{number}"
        for name, text in sources.text_files()
        if not name.startswith("LICENSE")
        for number, line in enumerate(text.splitlines(), start=1)
        if ONE_MACHINE.search(line)
    ]
    assert not found


def test_only_samples_are_large() -> None:
    found = [
        path.relative_to(sources.ROOT).as_posix()
        for path in sources.repository_files()
        if path.stat().st_size > LARGEST_BYTES
        and not path.relative_to(sources.ROOT).as_posix().startswith(LARGE_ALLOWED)
    ]
    assert not found
