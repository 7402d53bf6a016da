"""Whether Asterisk writes down what Sapa reads, by its configuration files. Each finding says what to add where.

Source: the sample configuration of Asterisk 22 (`cel.conf`, `cel_custom.conf`, `logger.conf`, `cdr.conf`,
`queues.conf`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sapa.calls.connectors.asterisk.conf_files import Conf, conf_read

EVENTS = (
    "CHAN_START", "CHAN_END", "HANGUP", "ANSWER", "APP_START", "BRIDGE_ENTER", "BRIDGE_EXIT", "BLINDTRANSFER",
    "ATTENDEDTRANSFER", "LINKEDID_END", "USER_DEFINED",
)  # fmt: skip
APPS = ("dial", "queue", "mixmonitor", "voicemail")
FILES = ("cel.conf", "cel_custom.conf", "logger.conf", "extconfig.conf", "cdr.conf", "queues.conf")
_COLUMNS = (
    "eventtype", "eventtime", "CALLERID(name)", "CALLERID(num)", "CALLERID(ANI)", "CALLERID(RDNIS)",
    "CALLERID(DNID)", "CHANNEL(exten)", "CHANNEL(context)", "CHANNEL(channame)", "CHANNEL(appname)",
    "CHANNEL(appdata)", "CHANNEL(amaflags)", "CHANNEL(accountcode)", "CHANNEL(uniqueid)", "CHANNEL(linkedid)",
    "BRIDGEPEER", "CHANNEL(userfield)", "userdeftype", "eventextra",
)  # fmt: skip
MAPPING = "Master.csv => " + ",".join(f"${{CSV_QUOTE(${{{column}}})}}" for column in _COLUMNS)
RECORD = ("same => n,MixMonitor(,r(${UNIQUEID}-in.wav)t(${UNIQUEID}-out.wav))   ; before Queue() or Dial()",)

RELOAD = ("module load cel_custom.so", "core reload")
"""Said to Asterisk's console afterwards. A module that found no configuration at the start is not there to reload."""


class Level(StrEnum):
    WELL = "well"
    ADVICE = "advice"
    """It works, and less is known, or less is sure."""
    WRONG = "wrong"


@dataclass(frozen=True)
class Check:
    """`lines` are to be added to the file `into`."""

    what: str
    level: Level
    says: str
    into: str = ""
    lines: tuple[str, ...] = ()


def conf_checks(etc: Path) -> list[Check]:
    """Raises `OSError`."""
    confs = {name: conf_read(etc, name) for name in FILES}
    return [
        *_cel(confs["cel.conf"]),
        _cel_custom(confs["cel_custom.conf"]),
        *_queue_log(confs["logger.conf"], confs["extconfig.conf"]),
        *_agents(confs["queues.conf"]),
        *_cdr(confs["cdr.conf"]),
    ]


def directory(etc: Path, key: str, default: str) -> Path:
    """Of `asterisk.conf`. Raises `OSError`."""
    return Path(conf_read(etc, "asterisk.conf").value("directories", key, default))


def _cel(conf: Conf) -> Iterator[Check]:
    wanted = ("[general]", "enable = yes", f"apps = {','.join(APPS)}", "events = ALL")
    if not conf.is_on("general", "enable", default=False):
        yield Check("CEL", Level.WRONG, "is off: nothing is written of channels and bridges", "cel.conf", wanted)
        return
    events, apps = conf.words("general", "events"), conf.words("general", "apps")
    lacking = [name for name in EVENTS if name.lower() not in events] if "all" not in events else []
    if lacking:
        says = f"is on, but without {', '.join(lacking)}"
        yield Check("CEL", Level.WRONG, says, "cel.conf", ("[general]", "events = ALL"))
    else:
        yield Check("CEL", Level.WELL, "is on, with every event that is needed")
    if missing := [name for name in APPS if name not in apps and name != "voicemail"]:
        says = f"{', '.join(missing)} are not named in `apps`: " + (
            "recordings are found by their names only"
            if missing == ["mixmonitor"]
            else "queues and dialling are not seen"
        )
        level = Level.ADVICE if missing == ["mixmonitor"] else Level.WRONG
        yield Check("CEL applications", level, says, "cel.conf", ("[general]", f"apps = {','.join(APPS)}"))
    else:
        yield Check("CEL applications", Level.WELL, "dialling, queues and recordings are seen")
    if conf.value("general", "dateformat"):
        says = "`dateformat` writes local times without their zone; without it CEL counts seconds, exactly"
        yield Check("CEL times", Level.ADVICE, says, "cel.conf", ("; remove dateformat",))


def _cel_custom(conf: Conf) -> Check:
    mappings = conf.keys.get("mappings", [])
    own = sorted(set(conf.keys) - {"", "general", "mappings"})
    if own and not mappings:  # since Asterisk 22 a file may have a section of its own
        return Check("CEL file", Level.WELL, f"{', '.join(own)} is written by a section of its own")
    if not mappings:
        says = "writes no file: CEL goes nowhere that Sapa reads"
        return Check("CEL file", Level.WRONG, says, "cel_custom.conf", ("[mappings]", MAPPING))
    name, mapping = mappings[-1]
    if "linkedid" not in mapping.lower() or "eventextra" not in mapping.lower():
        says = f"{name} is written without linkedid or eventextra: calls cannot be put together"
        return Check("CEL file", Level.WRONG, says, "cel_custom.conf", ("[mappings]", MAPPING))
    return Check("CEL file", Level.WELL, f"cel-custom/{name} is written")


def _queue_log(logger: Conf, extconfig: Conf) -> Iterator[Check]:
    into, general = "logger.conf", "[general]"
    if not logger.is_on("general", "queue_log", default=True):
        yield Check("queue_log", Level.WRONG, "is off", into, (general, "queue_log = yes"))
    elif extconfig.value("settings", "queue_log") and not logger.is_on("general", "queue_log_to_file", default=False):
        says = "goes to a database alone, which loses rows that the file keeps"
        yield Check("queue_log", Level.WRONG, says, into, (general, "queue_log_to_file = yes"))
    else:
        yield Check("queue_log", Level.WELL, "is written to its file")


def _agents(conf: Conf) -> Iterator[Check]:
    if conf.is_there and not conf.is_on("general", "log_membername_as_agent", default=False):
        says = "queue_log names telephones (PJSIP/101); with this it names their agents, as `member` lines do"
        lines = ("[general]", "log_membername_as_agent = yes")
        yield Check("names of agents", Level.ADVICE, says, "queues.conf", lines)


def _cdr(conf: Conf) -> Iterator[Check]:
    if conf.is_on("general", "batch", default=False):
        says = "`batch` is on: up to a hundred records are lost when Asterisk ends unexpectedly"
        yield Check("CDR", Level.ADVICE, says, "cdr.conf", ("[general]", "batch = no"))
