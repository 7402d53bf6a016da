"""The settings of where calls come from: the phone system's records, and folders of recordings."""

from __future__ import annotations

from zoneinfo import available_timezones

from sapa.config import env

SAPA_PBX_LOGS = env.words(
    "SAPA_PBX_LOGS",
    "",
    "Folders with the phone system's `queue_log`, CEL and CDR, by comma; `sapa serve` reads on in them. "
    "See [the phone system](pbx.md)",
)
SAPA_PBX_TABLES = env.tables(
    "SAPA_PBX_TABLES",
    "Databases in which the phone system keeps CEL and CDR, with the names of the tables, by comma: "
    "`postgresql://user:password@host/asterisk?cel=cel&cdr=cdr`, `sqlite:////var/log/asterisk/master.db?cel=cel`; "
    "`sapa serve` reads on in them. See [the phone system](pbx.md#tables)",
)
SAPA_PBX_ZONE = env.known(
    "SAPA_PBX_ZONE",
    "",
    "Time zone of local times in the phone system's records. Empty: that of the screens",
    allowed={"", *available_timezones()},
    example="Asia/Almaty",
)
SAPA_PBX_EVENTS_SECRET = env.shared_secrets(
    "SAPA_PBX_EVENTS_SECRET",
    "Secret that a hosted phone system signs its events with, 32 characters or more; while it is replaced two, by "
    "comma. Empty: events are not taken. See [the phone system](pbx.md)",
    shortest=32,
    most=2,
)
SAPA_FILE_PATTERN = env.file_pattern(
    "SAPA_FILE_PATTERN",
    "",
    "What the names of recordings tell: `freepbx`, `issabel`, `vicidial`, or a pattern like "
    "`{direction}-{customer_number}-{agent}-{started_at:%Y%m%d-%H%M%S}-{call_id}`. Empty: nothing",
)
SAPA_FILE_LEGS = env.file_legs(
    "SAPA_FILE_LEGS",
    "",
    "How names end where each party has a file of its own, the customer's first, like `-in,-out`. Empty: both in one",
)
SAPA_WATCH_DIRS = env.words("SAPA_WATCH_DIRS", "", "Folders that `sapa serve` takes new recordings from, by comma")
SAPA_WATCH_ARCHIVE = env.text(
    "SAPA_WATCH_ARCHIVE", "", "Folder that recordings are moved to when they were taken. Empty: they are left"
)
SAPA_WATCH_STABLE_S = env.integer(
    "SAPA_WATCH_STABLE_S", 10, "A recording is finished when it has not changed for so many seconds", low=1, high=3600
)
SAPA_WATCH_METADATA_WAIT_S = env.integer(
    "SAPA_WATCH_METADATA_WAIT_S",
    0,
    "How many seconds a finished recording waits for the JSON or the table row that tells about it; "
    "then it is taken without",
    low=0,
    high=86_400,
)
