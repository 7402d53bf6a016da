"""`sapa token NAME`: a token with which a program uses the REST API as that person."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sapa.accounts.selectors import person_named
from sapa.accounts.services import token_create
from sapa.core.errors import SapaError


class Command(BaseCommand):
    help = "Print a new token for the REST API; it is shown only now."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the person the program acts as")
        parser.add_argument("--label", default="command line", help="what the token is for")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            secret = token_create(person_named(options["name"]), label=options["label"])
        except SapaError as exc:
            raise CommandError(exc.message) from exc
        self.stdout.write(secret)
