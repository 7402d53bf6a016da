"""`sapa link NAME`: a one-time sign-in link for a person who lost the password."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from sapa.accounts.selectors import person_named
from sapa.accounts.services import link_create
from sapa.core.errors import SapaError
from sapa.pipeline.management.base import SapaCommand
from sapa.pipeline.site import link_url


class Command(SapaCommand):
    help = "Print a link that signs a person in once, within a day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the name the person signs in with")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            person = person_named(options["name"])
        except SapaError as exc:
            raise CommandError(exc.message) from exc
        self.stdout.write(link_url(link_create(person)))
