"""`sapa audit`: the audit trail read and handed out, its chain sealed and verified, its end kept elsewhere."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from sapa.accounts.selectors import person_named
from sapa.audit.chain import BEFORE_THE_FIRST, Anchor, anchor_from
from sapa.audit.errors import AnchorInvalid
from sapa.audit.export import FORMS
from sapa.audit.models import AuditEntry, AuditSeal
from sapa.audit.sealing import audit_seal
from sapa.audit.selectors import AuditFilter, entry_page, entry_stream
from sapa.audit.services import audit_write
from sapa.audit.verifying import Verified, chain_verify
from sapa.core.errors import SapaError
from sapa.pipeline.management.base import SapaCommand
from sapa.pipeline.report import clock, table

LISTED = 50


class Command(SapaCommand):
    help = "Read, export, seal and verify the audit trail."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, help="what to do")
        listed = actions.add_parser("list", help="the newest rows")
        listed.add_argument("--limit", type=int, default=LISTED, help=f"how many, {LISTED} by default")
        export = actions.add_parser("export", help="every row, newest first, to standard output; written down itself")
        export.add_argument("--form", choices=sorted(FORMS), default="csv", help="a table, or a JSON object a line")
        for one in (listed, export):
            one.add_argument("--person", help="only what this person did")
            one.add_argument("--verb", action="append", default=[], help="only this, as recording.heard; repeatable")
            one.add_argument("--subject", action="append", default=[], help='only on this, as "call ID"; repeatable')
            one.add_argument("--since", help="a date or a time: 2026-03-09, 2026-03-09T08:30+05:00")
            one.add_argument("--until", help="the last date, or a time")
        actions.add_parser("seal", help="give every row that is due its place in the chain; workers do it anyway")
        actions.add_parser("head", help="seal, and print the anchor: the end of the chain, to be kept elsewhere")
        verify = actions.add_parser("verify", help="read every sealed row again; exit status 1 when anything is wrong")
        verify.add_argument("--anchor", action="append", default=[], help="must be in the chain; may be repeated")
        verify.add_argument("--since-anchor", metavar="ANCHOR", help="only what came after this one")
        verify.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['action']}")(options)
        except AnchorInvalid as exc:
            raise CommandError(f"{exc.message} ({exc.code})", returncode=2) from exc
        except SapaError as exc:
            raise CommandError(f"{exc.message} ({exc.code})") from exc

    def _list(self, options: dict[str, Any]) -> None:
        page = entry_page(_wanted(options), limit=max(1, options["limit"]))
        head = ["number", "when (UTC)", "person", "verb", "subject", "stretch", "details"]
        self.stdout.write(table([_row(entry) for entry in page.entries], head=head))

    def _export(self, options: dict[str, Any]) -> None:
        wanted = _wanted(options)
        names = ("person", "verb", "subject", "since", "until")
        told = {name: options[name] for name in names if options[name]}
        audit_write("audit.exported", subject="audit", form=options["form"], filter=told)
        for line in FORMS[options["form"]](entry_stream(wanted)):
            self.stdout.write(line, ending="")

    def _seal(self, options: dict[str, Any]) -> None:
        self.stdout.write(f"{audit_seal()} rows sealed.")

    def _head(self, options: dict[str, Any]) -> None:
        audit_seal()
        head = AuditSeal.objects.order_by("-number").first()
        self.stdout.write(str(Anchor(head.number, head.seal) if head else Anchor(0, BEFORE_THE_FIRST)))

    def _verify(self, options: dict[str, Any]) -> None:
        since = anchor_from(options["since_anchor"]) if options["since_anchor"] else None
        found = chain_verify(anchors=[anchor_from(one) for one in options["anchor"]], since=since)
        audit_write(
            "audit.verified",
            subject="audit",
            number=found.head.number if found.head else 0,
            since=since.number if since else 0,
            rows=found.rows,
            problems=found.count,
        )
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(found), ensure_ascii=False, indent=1))
        else:
            for line in _report(found):
                self.stdout.write(line)
        if not found.is_whole:
            sys.exit(1)


def _wanted(options: dict[str, Any]) -> AuditFilter:
    person = person_named(options["person"]) if options["person"] else None
    return AuditFilter(
        person_ids=(person.pk,) if person else None,
        verbs=tuple(options["verb"]),
        subjects=tuple(options["subject"]),
        since_at=_moment(options["since"], is_end=False),
        until_at=_moment(options["until"], is_end=True),
    )


def _moment(text: str | None, *, is_end: bool) -> datetime | None:
    """A date is the whole day in the time zone of the installation."""
    if not text:
        return None
    try:
        day, at = parse_date(text), parse_datetime(text)
    except ValueError:
        day = at = None
    if day is not None:
        at = datetime.combine(day + timedelta(days=is_end), time.min)
    if at is None:
        raise CommandError(f"{text} is no date and no time. Say it as 2026-03-09 or 2026-03-09T08:30.", returncode=2)
    return timezone.make_aware(at) if timezone.is_naive(at) else at


def _row(entry: AuditEntry) -> Sequence[str]:
    stretch = "" if entry.start_s is None else f"{clock(entry.start_s)}–{clock(entry.end_s or 0)}"
    details = ", ".join(f"{name}={value}" for name, value in sorted(entry.details.items()))
    person = entry.person.get_username() if entry.person else ""
    at = f"{entry.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    return [str(entry.number or ""), at, person, entry.verb, entry.subject, stretch, details]


def _report(found: Verified) -> list[str]:
    lines = [f"{one.kind:<12}{one.message}" for one in found.problems]
    if found.count > len(found.problems):
        lines.append(f"… and {found.count - len(found.problems)} more.")
    lines += [f"{'note':<12}{one.message}" for one in found.notices]
    said = "The chain is whole." if found.is_whole else f"Problems: {found.count}."
    lines.append(f"{found.rows} rows read, {found.signed} of {found.seals} seals signed with the key here. {said}")
    return [*lines, f"Its end: {found.head}"] if found.head else lines


def _as_json(found: Verified) -> dict[str, Any]:
    return {
        "is_whole": found.is_whole,
        "head": str(found.head) if found.head else None,
        "rows": found.rows,
        "seals": found.seals,
        "signed": found.signed,
        "problem_count": found.count,
        "problems": [asdict(one) for one in found.problems],
        "notices": [asdict(one) for one in found.notices],
    }
