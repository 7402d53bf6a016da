"""`sapa pbx`: the phone system's own records."""

from __future__ import annotations

import json
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from threading import Event
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers
from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from sapa.calls.agent_replay import sessions_of
from sapa.calls.connectors.asterisk.conf_checks import Level
from sapa.calls.connectors.asterisk.site import Site
from sapa.calls.connectors.asterisk.table_place import TablePlace, table_places
from sapa.calls.replaying import Figures, Replay, call_as_json, calls_of, figures_of, logs_replay
from sapa.core.errors import SapaError
from sapa.pipeline.following import Follower
from sapa.pipeline.management.base import SapaCommand
from sapa.pipeline.marking_anew import calls_mark_anew
from sapa.pipeline.pbx_checks import USUAL, places_checked, places_found
from sapa.pipeline.pbx_report import checks_told, settings_of, settings_told
from sapa.pipeline.report import table

QUESTIONS = {
    "etc": "Folder of Asterisk's configuration",
    "logs": "Folder of its logs (queue_log, cel-custom)",
    "recordings": "Folder of its recordings",
}
MOST_TOLD = 20  # lines that are no rows, to a person


class Command(SapaCommand):
    help = "Load the phone system's logs (queue_log, CEL, CDR, CSV call logs) and tell what calls they hold."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, help="what to do")
        connect = actions.add_parser("connect", help="look whether all is there, and say what to add where")
        connect.add_argument("--etc", type=Path, help="folder of its configuration: /etc/asterisk; none: not looked at")
        connect.add_argument("--logs", type=Path, help="folder of its logs (default: as its configuration says)")
        connect.add_argument("--recordings", type=Path, help="folder of its recordings (default: likewise)")
        _about_tables(connect)
        connect.add_argument("--json", action="store_true", help="print JSON and nothing else")
        _about_site(connect)
        follow = actions.add_parser(
            "follow", help="read on in the logs as they grow, and make calls of all that comes, until stopped"
        )
        follow.add_argument(
            "folders", nargs="*", type=Path, metavar="DIR", help="with the logs in it (default: SAPA_PBX_LOGS)"
        )
        _about_tables(follow)
        _about_site(follow)
        replay = actions.add_parser("replay", help="load a folder of logs; what was loaded before is not loaded again")
        replay.add_argument(
            "folder",
            nargs="?",
            type=Path,
            metavar="DIR",
            help="with queue_log*, cel*, cdr* and calls*.csv in it, plain or packed with gzip",
        )
        _about_tables(replay)
        replay.add_argument("--json", action="store_true", help="print JSON and nothing else")
        replay.add_argument("--calls", action="store_true", help="with every call of these logs")
        replay.add_argument("--sessions", action="store_true", help="with every session and pause of their agents")
        _about_site(replay)

    def handle(self, *args: Any, **options: Any) -> None:
        actions = {"connect": self._connect, "follow": self._follow, "replay": self._replay}
        try:
            actions[options["action"]](options)
        except SapaError as exc:
            raise CommandError(exc.message) from exc

    def _connect(self, options: dict[str, Any]) -> None:
        zone = _site(options["zone"], options["region"]).zone
        places = places_found(_asked(options), zone, _tables(options) or settings.SAPA_PBX_TABLES)
        checks = places_checked(places)
        if options["json"]:
            told = {"checks": [asdict(check) for check in checks], "settings": settings_of(places, options["zone"])}
            self.stdout.write(json.dumps(told, ensure_ascii=False))
        else:
            self.stdout.write(checks_told(checks))
            self.stdout.write(settings_told(places, options["zone"]))
        if any(check.level is Level.WRONG for check in checks):
            sys.exit(1)

    def _follow(self, options: dict[str, Any]) -> None:
        folders, tables = options["folders"], _tables(options)
        if not folders and not tables:
            folders = [Path(folder).expanduser() for folder in settings.SAPA_PBX_LOGS]
            tables = settings.SAPA_PBX_TABLES
        if not folders and not tables and not settings.SAPA_PBX_EVENTS_SECRET:
            raise CommandError(
                "No folder is given. Name one: sapa pbx follow DIR, or set SAPA_PBX_LOGS or SAPA_PBX_TABLES."
            )
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        Follower(folders, _site(options["zone"], options["region"]), tables=tables).run(stop)

    def _replay(self, options: dict[str, Any]) -> None:
        site, tables = _site(options["zone"], options["region"]), _tables(options)
        if options["folder"] is None and not tables:
            raise CommandError("Nothing is given to load. Name a folder: sapa pbx replay DIR, or a table: --table URL.")
        replay = logs_replay(options["folder"], site, tables=tables)
        while calls_mark_anew():
            pass
        figures = figures_of(calls_of(replay.files))
        calls = [call_as_json(call) for call in calls_of(replay.files)] if options["calls"] else None
        if options["json"]:
            told = _as_json(replay, figures, calls)
            if options["sessions"]:
                told |= sessions_of(replay.files)
            self.stdout.write(json.dumps(told, ensure_ascii=False))
            return
        self._tell(replay, figures)
        if calls is not None:
            self.stdout.write(_calls_table(calls))
        if options["sessions"]:
            self.stdout.write(_sessions_table(sessions_of(replay.files)))

    def _tell(self, replay: Replay, figures: Figures) -> None:
        self.stdout.write(
            f"{replay.rows} rows, {replay.inserted} of them new; {replay.rejected_count} lines rejected; "
            f"{figures.calls} calls: {figures.answered} answered, {figures.abandoned} abandoned; "
            f"{figures.talk_s:.0f} s of talk; {replay.seconds:.1f} s"
        )
        for one in replay.rejected[:MOST_TOLD]:
            line = one.line[:100].decode(errors="replace")
            self.stderr.write(f"{one.file}, {one.unit} {one.place}: {one.reason}: {line}")
        if replay.rejected_count > MOST_TOLD:
            self.stderr.write(f"… and {replay.rejected_count - MOST_TOLD} more")


def _sessions_table(told: dict[str, Any]) -> str:
    rows = [
        [one["agent"], one["queue"] or "-", one["began_at"], one["ended_at"] or "-", one["ended_by"] or "-"]
        for one in told["sessions_detail"]
    ]
    return table(rows, head=["agent", "queue", "began", "ended", "by"]) + "\n"


def _tables(options: dict[str, Any]) -> list[TablePlace]:
    try:
        return [place for address in options["table"] or () for place in table_places(address)]
    except ValueError as exc:
        raise CommandError(f"--table: {exc}") from exc


def _about_tables(parser: CommandParser) -> None:
    parser.add_argument(
        "--table", action="append", metavar="URL", help="database with CEL or CDR in it, as in SAPA_PBX_TABLES"
    )


def _asked(options: dict[str, Any]) -> dict[str, Path | None]:
    """What the options leave open is asked where somebody sits at a terminal; Enter takes what is in brackets."""
    named = {name: options[name] for name in ("etc", "logs", "recordings")}
    if options["json"] or any(named.values()) or not sys.stdin.isatty():
        return named
    for name, question in QUESTIONS.items():
        usual = USUAL[name]
        try:
            said = input(f"{question} [{usual if usual.exists() else 'none'}]: ").strip()
        except EOFError:
            break
        named[name] = Path(said).expanduser() if said else usual if usual.exists() else None
    return named


def _about_site(parser: CommandParser) -> None:
    zone = settings.SAPA_PBX_ZONE or settings.TIME_ZONE
    parser.add_argument("--zone", default=zone, help="time zone of local times in CEL, CDR and call logs")
    parser.add_argument("--region", default=settings.SAPA_PHONE_REGION, help="country of numbers that name none: KZ")


def _site(zone: str, region: str) -> Site:
    if zone not in available_timezones():
        raise CommandError(f"{zone!r} is no time zone. One like Asia/Almaty or Europe/Warsaw is wanted.")
    if region and region.upper() not in phonenumbers.SUPPORTED_REGIONS:
        raise CommandError(f"{region!r} is no country of two letters, like KZ or PL.")
    return Site(ZoneInfo(zone), region.upper())


def _as_json(replay: Replay, figures: Figures, calls: list[dict[str, Any]] | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "rows": replay.rows,
        "calls": figures.calls,
        "answered": figures.answered,
        "abandoned": figures.abandoned,
        "talk_s": figures.talk_s,
        "wait_answered_s": figures.wait_answered_s,
        "wait_abandoned_s": figures.wait_abandoned_s,
        "rejected_count": replay.rejected_count,
        "rejected": [
            {
                "file": one.file,
                "place": one.place,
                "reason": one.reason,
                "line": one.line[:500].decode(errors="replace"),
            }
            for one in replay.rejected
        ],
        "inserted": replay.inserted,
        "taking_s": round(replay.taking_s, 3),
        "seconds": round(replay.seconds, 3),
    }
    return told if calls is None else told | {"calls_detail": calls}


def _calls_table(calls: list[dict[str, Any]]) -> str:
    rows = [
        [
            call["linkedid"],
            call["direction"] or "–",
            call["customer"] or "–",
            ", ".join(call["queues"]) or "–",
            ", ".join(agent["name"] for agent in call["agents"]) or "–",
            call["disposition"] or "–",
            *("–" if call[name] is None else f"{call[name]:.0f}" for name in ("wait_s", "talk_s")),
            call["hung_up_by"] or "–",
        ]
        for call in calls
    ]
    head = ["call", "direction", "customer", "queues", "agents", "became", "wait s", "talk s", "ended by"]
    return table(rows, head=head)
