"""`sapa scorecard`: list, check, export and import scorecards as YAML."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from sapa.core.errors import SapaError
from sapa.pipeline.management.base import SapaCommand
from sapa.pipeline.report import table
from sapa.scorecards.errors import ScorecardMissing
from sapa.scorecards.library import scorecard_dump, scorecard_from
from sapa.scorecards.models import ScorecardRecord
from sapa.scorecards.services import scorecard_publish
from sapa.scorecards.types import Scorecard, text_in


class Command(SapaCommand):
    help = "List, check, export and import scorecards (YAML)."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, help="what to do")
        actions.add_parser("list", help="scorecards and their newest revisions")
        check = actions.add_parser("check", help="say what is wrong with a file; nothing is stored")
        check.add_argument("file", help="YAML file")
        export = actions.add_parser("export", help="print a scorecard as YAML")
        export.add_argument("key", help="key of the scorecard")
        export.add_argument("--revision", type=int, help="default: the newest")
        take = actions.add_parser("import", help="publish a file as the next revision of its scorecard")
        take.add_argument("file", help="YAML file")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['action']}")(options)
        except SapaError as exc:
            raise CommandError(exc.message) from exc

    def _list(self, options: dict[str, Any]) -> None:
        rows = []
        for record in ScorecardRecord.objects.order_by("key"):
            newest = record.revisions.first()
            if newest is None:
                continue  # a draft that was never published
            card = Scorecard.model_validate(newest.content)
            rows.append([card.key, str(newest.number), str(len(card.criteria)), text_in(card.title, "en")])
        self.stdout.write(table(rows, head=["key", "revision", "criteria", "title"]))

    def _check(self, options: dict[str, Any]) -> None:
        card = scorecard_from(_yaml(options["file"]))
        self.stdout.write(f"{card.key}: {len(card.criteria)} criteria, no problem found.")

    def _export(self, options: dict[str, Any]) -> None:
        record = ScorecardRecord.objects.filter(key=options["key"]).first()
        if record is None:
            known = list(ScorecardRecord.objects.order_by("key").values_list("key", flat=True))
            raise ScorecardMissing(options["key"], known)
        wanted = options["revision"]
        revisions = record.revisions.all() if wanted is None else record.revisions.filter(number=wanted)
        revision = revisions.first()
        if revision is None:
            raise CommandError(f"Scorecard {record.key} has no revision {wanted}.")
        sys.stdout.write(scorecard_dump(Scorecard.model_validate(revision.content)))

    def _import(self, options: dict[str, Any]) -> None:
        publication = scorecard_publish(scorecard_from(_yaml(options["file"])))
        key, number = publication.revision.scorecard.key, publication.revision.number
        done = "published" if publication.changed else "has this content already; nothing was changed"
        self.stdout.write(f"{key} revision {number} {done}")


def _yaml(file: str) -> str:
    if Path(file).suffix not in {".yaml", ".yml"}:
        raise CommandError(f"{file}: give a file that ends in .yaml")
    return file
