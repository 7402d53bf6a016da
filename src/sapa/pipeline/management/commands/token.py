"""`sapa token NAME`: a token with which a program uses the REST API as that person; and its end."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from sapa.accounts.selectors import person_named
from sapa.accounts.services import token_create, token_revoke
from sapa.core.errors import SapaError
from sapa.pipeline.management.base import SapaCommand


class Command(SapaCommand):
    help = "Print a new token for the REST API; it is shown only now."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the person the program acts as")
        parser.add_argument("--label", default="command line", help="what the token is for")
        parser.add_argument("--list", action="store_true", help="instead: the person's tokens that are in force")
        parser.add_argument("--revoke", action="store_true", help="instead: end the person's tokens of this label")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            person = person_named(options["name"])
            if options["list"]:
                for token in person.api_tokens.filter(revoked_at=None).order_by("created_at"):
                    self.stdout.write(f"{token.created_at:%Y-%m-%d}  {token.label}")
            elif options["revoke"]:
                count = token_revoke(None, person.username, label=options["label"])
                self.stdout.write(f"{count} revoked.")
            else:
                self.stdout.write(token_create(person, label=options["label"]))
        except SapaError as exc:
            raise CommandError(exc.message) from exc
