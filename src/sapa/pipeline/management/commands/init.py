"""`sapa init`: the first administrator, or another one."""

from __future__ import annotations

import getpass
import sys
from typing import Any

from django.core.management.base import CommandError, CommandParser

from sapa.accounts.models import Role
from sapa.accounts.selectors import has_people
from sapa.accounts.services import link_create, person_create
from sapa.core.errors import SapaError
from sapa.pipeline.management.base import SapaCommand
from sapa.pipeline.site import link_url


class Command(SapaCommand):
    help = "Make the first administrator, or another one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", help="the name to sign in with")
        way = parser.add_mutually_exclusive_group()
        way.add_argument("--link", action="store_true", help="print a one-time sign-in link, set no password")
        way.add_argument("--password-stdin", action="store_true", help="read the password from standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        beside = " There was one before; both may sign in." if has_people() else ""
        name = options["name"] or _asked("Name to sign in with: ")
        try:
            person = person_create(name, role=Role.ADMINISTRATOR, password=_password(options))
        except SapaError as exc:
            raise CommandError(exc.message) from exc
        self.stdout.write(f"Administrator {name} made.{beside}")
        if options["link"]:
            self.stdout.write(f"Sign in once, within a day: {link_url(link_create(person))}")


def _password(options: dict[str, Any]) -> str | None:
    if options["link"]:
        return None
    if options["password_stdin"]:
        return sys.stdin.readline().rstrip("\n")
    if not sys.stdin.isatty():
        raise CommandError("No terminal to ask for a password. Use --link or --password-stdin.")
    first, second = getpass.getpass("Password: "), getpass.getpass("Again: ")
    if first != second:
        raise CommandError("The two passwords differ. Nothing was made.")
    return first


def _asked(question: str) -> str:
    if not sys.stdin.isatty():
        raise CommandError("No terminal to ask for a name. Use --name.")
    return input(question).strip()
