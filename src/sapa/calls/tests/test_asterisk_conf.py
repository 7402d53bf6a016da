"""What Asterisk's configuration says, and what is missing in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sapa.calls.connectors.asterisk.conf_checks import FILES, MAPPING, Level, conf_checks, directory
from sapa.calls.connectors.asterisk.conf_files import conf_read

pytestmark = pytest.mark.pure
GOOD = {
    "cel.conf": "[general]\nenable = yes\napps = dial,queue,mixmonitor\nevents = ALL\n",
    "cel_custom.conf": f"[mappings]\n{MAPPING}\n",
    "queues.conf": "[general]\nlog_membername_as_agent = yes\n",
}


@pytest.fixture
def etc(tmp_path: Path) -> Path:
    for name, text in GOOD.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def found(etc: Path) -> dict[str, tuple[str, str]]:
    """What is not well: its level, and the file to mend."""
    return {check.what: (check.level.value, check.into) for check in conf_checks(etc) if check.level is not Level.WELL}


def test_a_good_one_is_well(etc: Path) -> None:
    assert found(etc) == {}
    assert [check.what for check in conf_checks(etc)] == ["CEL", "CEL applications", "CEL file", "queue_log"]


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("cel.conf", "", {"CEL": ("wrong", "cel.conf")}),
        ("cel.conf", "[general]\nenable=no\napps=dial\nevents=ALL\n", {"CEL": ("wrong", "cel.conf")}),
        ("cel.conf", GOOD["cel.conf"].replace("ALL", "CHAN_START,HANGUP"), {"CEL": ("wrong", "cel.conf")}),
        ("cel.conf", GOOD["cel.conf"].replace(",mixmonitor", ""), {"CEL applications": ("advice", "cel.conf")}),
        ("cel.conf", GOOD["cel.conf"].replace("apps", ";apps"), {"CEL applications": ("wrong", "cel.conf")}),
        ("cel.conf", GOOD["cel.conf"] + "dateformat = %F %T\n", {"CEL times": ("advice", "cel.conf")}),
        ("cel_custom.conf", "[mappings]\n; nothing\n", {"CEL file": ("wrong", "cel_custom.conf")}),
        ("cel_custom.conf", "[mappings]\nM.csv => ${eventtype}\n", {"CEL file": ("wrong", "cel_custom.conf")}),
        ("logger.conf", "[general]\nqueue_log = no\n", {"queue_log": ("wrong", "logger.conf")}),
        ("extconfig.conf", "[settings]\nqueue_log => odbc,asterisk\n", {"queue_log": ("wrong", "logger.conf")}),
        ("queues.conf", "[general]\n", {"names of agents": ("advice", "queues.conf")}),
        ("cdr.conf", "[general]\nbatch=yes\n", {"CDR": ("advice", "cdr.conf")}),
    ],
)
def test_what_is_missing_is_told_with_the_file(
    etc: Path, name: str, text: str, problem: dict[str, tuple[str, str]]
) -> None:
    (etc / name).write_text(text)
    assert found(etc) == problem


def test_what_is_told_to_add_mends_it(tmp_path: Path) -> None:
    for check in conf_checks(tmp_path):
        if check.lines:
            with (tmp_path / check.into).open("a") as conf:
                conf.write("\n".join(check.lines) + "\n")
    assert found(tmp_path) == {}


def test_a_realtime_queue_log_that_is_a_file_besides_is_well(etc: Path) -> None:
    (etc / "extconfig.conf").write_text("[settings]\nqueue_log => odbc,asterisk\n")
    (etc / "logger.conf").write_text("[general]\nqueue_log_to_file = yes\n")
    assert found(etc) == {}


@pytest.mark.parametrize(
    ("name", "text", "is_well"),
    [
        ("logger.conf", "[general]\nqueue_log = no\n[general]\nqueue_log = yes\n", False),
        ("logger.conf", "[general]\nqueue_log = no\nqueue_log = yes\n", False),
        ("logger.conf", "[general]\nqueue_log = yes\n[general]\nqueue_log = no\n", True),
        ("cel.conf", "[general]\nenable = no\n" + GOOD["cel.conf"], True),
        ("cel_custom.conf", "[mappings]\n" + GOOD["cel_custom.conf"], True),
    ],
)
def test_of_two_lines_the_one_counts_that_counts_for_asterisk(etc: Path, name: str, text: str, is_well: bool) -> None:
    """As an Asterisk 22.10 did that was given these."""
    (etc / name).write_text(text)
    assert (found(etc) == {}) is is_well


def test_only_the_first_section_of_the_logger_is_read_but_for_what_is_added_to_it(etc: Path) -> None:
    (etc / "extconfig.conf").write_text("[settings]\nqueue_log => odbc,asterisk\n")
    (etc / "logger.conf").write_text("[general]\n[general]\nqueue_log_to_file = yes\n")
    assert found(etc) == {"queue_log": ("wrong", "logger.conf")}
    (etc / "logger.conf").write_text("[general]\n[general](+)\nqueue_log_to_file = yes\n")
    assert found(etc) == {}


def test_what_it_includes_counts_and_a_circle_ends(etc: Path) -> None:
    """As FreePBX writes its own."""
    (etc / "cel.conf").write_text('[general]\n#include cel_general_additional.conf\n#tryinclude "nowhere.conf"\n')
    (etc / "cel_general_additional.conf").write_text(
        "enable=yes ; by the screens\nevents=ALL\napps=dial,queue,mixmonitor\n#include cel.conf\n"
    )
    assert found(etc) == {}
    (etc / "cel_more").mkdir()
    (etc / "cel_more/off.conf").write_text("[general]\nenable=no\n")
    (etc / "cel.conf").write_text(GOOD["cel.conf"] + "#include /etc/asterisk/cel_more/*.conf\n")
    assert "CEL" in found(etc)


def test_comments_templates_and_folders(tmp_path: Path) -> None:
    (tmp_path / "asterisk.conf").write_text(
        "[directories](!)\nastlogdir => /srv/log ; here\n;-- astlogdir => /no\nastlogdir => /never\n--;\n"
        "astspooldir = /srv/spool\n"
    )
    assert directory(tmp_path, "astlogdir", "/x") == Path("/srv/log")
    assert directory(tmp_path, "astspooldir", "/x") == Path("/srv/spool")
    assert directory(tmp_path, "astdbdir", "/x") == Path("/x")
    assert not conf_read(tmp_path, "none.conf").is_there


@pytest.mark.parametrize("name", FILES)
def test_noise_is_read_without_harm(etc: Path, name: str) -> None:
    (etc / name).write_bytes(bytes(range(256)) * 40 + b"\n#include\n#include ../../etc/passwd\n[\n=\n=>\n")
    conf_checks(etc)
