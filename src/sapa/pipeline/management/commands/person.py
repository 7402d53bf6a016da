"""`sapa person`: who may sign in, what they may do and whose calls they see."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from sapa.accounts.errors import PeopleInvalid
from sapa.accounts.lock_out import lock_lift
from sapa.accounts.models import Person, Role
from sapa.accounts.people_csv import COLUMNS, people_from_csv
from sapa.accounts.second_factor import second_factor_reset
from sapa.accounts.selectors import people, person_named
from sapa.accounts.services import (
    PersonChange,
    link_create,
    password_set,
    pbx_name_give,
    pbx_name_take,
    people_import,
    person_change,
    person_create,
    person_disable,
    person_enable,
    team_create,
    team_grant,
    team_grant_end,
)
from sapa.accounts.sessions import places_end
from sapa.calls.selectors import pbx_names_unmapped
from sapa.calls.services import queue_grant, queue_grant_end
from sapa.core.errors import SapaError
from sapa.pipeline.management.base import SapaCommand
from sapa.pipeline.report import table
from sapa.pipeline.site import link_url

ROLES = [role.value for role in Role]


class Command(SapaCommand):
    help = "List, add, change, disable and import people, their teams and what they see."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, help="what to do")
        listed = actions.add_parser("list", help="who there is")
        listed.add_argument("--role", choices=ROLES, help="only these")
        listed.add_argument("--disabled", action="store_true", help="the disabled ones too")
        add = actions.add_parser("add", help="a new person; prints a link that signs in once")
        change = actions.add_parser("change", help="another name, role or team")
        for one in (add, change):
            one.add_argument("username", help="the name to sign in with")
            one.add_argument("--name", help="as it is shown")
            one.add_argument("--role", choices=ROLES, help="what the person may do")
            one.add_argument(
                "--names", choices=["hidden", "shown"], help="of agents and customers, for an outside reviewer"
            )
            one.add_argument("--team", help='the team the person works in; "" for none')
        add.add_argument("--pbx-name", action="append", default=[], help="name or extension there; may be repeated")
        for action, words in (
            ("disable", "signed out, may not sign in"),
            ("enable", "may sign in again"),
            ("unlock", "may try again at once after too many wrong passwords"),
            ("sign-out", "signed out everywhere"),
            ("reset-second-factor", "codes of an app, passkeys and the tie to single sign-on end"),
        ):
            actions.add_parser(action, help=words).add_argument("username")
        password = actions.add_parser("password", help="another password, asked for or read from standard input")
        password.add_argument("username")
        password.add_argument("--password-stdin", action="store_true", help="read it from standard input")
        for action, words in (("grant", "sees this team's or queue's calls"), ("ungrant", "sees them no more")):
            grant = actions.add_parser(action, help=words)
            grant.add_argument("username")
            grant.add_argument("--team", action="append", default=[], help="may be repeated")
            grant.add_argument("--queue", action="append", default=[], help="may be repeated")
        team = actions.add_parser("team", help="a new team")
        team.add_argument("team")
        names = actions.add_parser("names", help="names of the phone system that stand for nobody")
        names.add_argument("--give", nargs=2, metavar=("NAME", "USERNAME"), help="this name stands for that person")
        names.add_argument("--take", metavar="NAME", help="this name stands for nobody again")
        take = actions.add_parser("import", help=f"people from a CSV with the columns {', '.join(COLUMNS)}")
        take.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['action'].replace('-', '_')}")(options)
        except SapaError as exc:
            raise CommandError(f"{exc.message} ({exc.code})") from exc

    def _list(self, options: dict[str, Any]) -> None:
        shown = people() if options["disabled"] else people().filter(is_active=True)
        found = shown.filter(role=options["role"]) if options["role"] else shown
        rows = [_row(person) for person in found.prefetch_related("queue_grants__queue")]
        self.stdout.write(table(rows, head=["username", "name", "role", "team", "phone system", "sees"]))

    def _add(self, options: dict[str, Any]) -> None:
        username, role = options["username"], Role(options["role"] or Role.NONE)
        with transaction.atomic():
            person = person_create(username, role=role, name=options["name"] or "")
            person_change(None, username, PersonChange(team=options["team"], names_hidden=_names_hidden(options)))
            for name in options["pbx_name"]:
                pbx_name_give(person, name=name)
        self.stdout.write(f"{username} made, {role.label.lower()}.")
        self.stdout.write(f"Sign in once, within a day: {link_url(link_create(person))}")

    def _change(self, options: dict[str, Any]) -> None:
        role = Role(options["role"]) if options["role"] else None
        change = PersonChange(options["name"], role, options["team"], _names_hidden(options))
        person = person_change(None, options["username"], change)
        self.stdout.write(f"{person.username} is {person.role}, {person.team or 'in no team'}.")

    def _disable(self, options: dict[str, Any]) -> None:
        person_disable(None, options["username"])
        self.stdout.write(f"{options['username']} is disabled; tokens and links ended.")

    def _enable(self, options: dict[str, Any]) -> None:
        person_enable(None, options["username"])
        self.stdout.write(f"{options['username']} may sign in again.")

    def _unlock(self, options: dict[str, Any]) -> None:
        was_counted = lock_lift(None, options["username"])
        self.stdout.write(f"{options['username']} may try again." if was_counted else "There was no wrong password.")

    def _sign_out(self, options: dict[str, Any]) -> None:
        places_end(None, options["username"])
        self.stdout.write(f"{options['username']} is signed out everywhere.")

    def _reset_second_factor(self, options: dict[str, Any]) -> None:
        was_there = second_factor_reset(None, options["username"])
        self.stdout.write(f"{options['username']} has no second factor{' any more' if was_there else ''}.")

    def _password(self, options: dict[str, Any]) -> None:
        person_named(options["username"])
        password_set(None, options["username"], _password(from_stdin=options["password_stdin"]))
        self.stdout.write(f"{options['username']} has another password; other sessions end.")

    def _grant(self, options: dict[str, Any]) -> None:
        _something(options)
        for team in options["team"]:
            team_grant(None, options["username"], team)
        for queue in options["queue"]:
            queue_grant(None, options["username"], queue)
        self.stdout.write(f"{options['username']} sees {_sees(person_named(options['username']))}.")

    def _ungrant(self, options: dict[str, Any]) -> None:
        _something(options)
        for team in options["team"]:
            team_grant_end(None, options["username"], team)
        for queue in options["queue"]:
            queue_grant_end(None, options["username"], queue)
        self.stdout.write(f"{options['username']} sees {_sees(person_named(options['username']))}.")

    def _team(self, options: dict[str, Any]) -> None:
        self.stdout.write(f"Team {team_create(None, options['team']).name} is there.")

    def _names(self, options: dict[str, Any]) -> None:
        if options["give"]:
            name, username = options["give"]
            pbx_name_give(person_named(username), name=name)
            self.stdout.write(f"{name} of the phone system is {username}.")
        elif options["take"]:
            pbx_name_take(None, options["take"])
            self.stdout.write(f"{options['take']} of the phone system is nobody.")
        else:
            rows = [[one.name, str(one.calls), f"{one.last_at:%Y-%m-%d}"] for one in pbx_names_unmapped()]
            self.stdout.write(
                table(rows, head=["phone system", "calls", "last"]) if rows else "Every name is somebody."
            )

    def _import(self, options: dict[str, Any]) -> None:
        try:
            content = options["file"].read_bytes()
        except OSError as exc:
            raise CommandError(f"{options['file']} cannot be read: {exc.strerror}") from exc
        try:
            done = people_import(None, people_from_csv(content))
        except PeopleInvalid as exc:
            raise CommandError(exc.message) from exc
        self.stdout.write(f"{done.created} made, {done.changed} changed, {done.teams} teams made.")


def _row(person: Person) -> list[str]:
    role = person.role if person.is_active else f"{person.role} (disabled)"
    names = ", ".join(sorted(one.name for one in person.pbx_names.all()))
    return [person.username, person.first_name, role, str(person.team or ""), names, _sees(person)]


def _sees(person: Person) -> str:
    if person.is_outside:
        return "calls that were given"
    if not person.controls_quality:
        return "own calls" if person.is_active and person.role == Role.AGENT else "nothing"
    teams = [f"team {one.team.name}" for one in person.team_grants.all()]
    queues = [f"queue {one.queue.name}" for one in person.queue_grants.all()]
    granted = [] if person.is_administrator else sorted([*teams, *queues])
    return ", ".join(granted) or "every call"


def _names_hidden(options: dict[str, Any]) -> bool | None:
    return options["names"] == "hidden" if options["names"] else None


def _something(options: dict[str, Any]) -> None:
    if not (options["team"] or options["queue"]):
        raise CommandError("Say which: --team TEAM or --queue QUEUE.")


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    if not sys.stdin.isatty():
        raise CommandError("No terminal to ask for a password. Use --password-stdin.")
    first, second = getpass.getpass("Password: "), getpass.getpass("Again: ")
    if first != second:
        raise CommandError("The two passwords differ. Nothing was changed.")
    return first
