"""`sapa hearing`: which engine and model hear the calls of a queue or a language, and what they listen for."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from sapa.core.errors import SapaError
from sapa.pipeline.management.base import SapaCommand
from sapa.pipeline.report import table
from sapa.transcripts.engines import ENGINES
from sapa.transcripts.errors import HearingRuleInvalid
from sapa.transcripts.plans import Rule
from sapa.transcripts.rules import hearing_rule_remove, hearing_rule_set, hearing_rules_replace
from sapa.transcripts.rules_file import rules_dump, rules_parse
from sapa.transcripts.selectors import hearing_rules

ANY = "any"


class Command(SapaCommand):
    help = "List, set, remove, export and import the rules by which calls are heard."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, help="what to do")
        actions.add_parser("list", help="the rules")
        put = actions.add_parser("set", help="the rule for a queue and a language, made or put in place of what it was")
        remove = actions.add_parser("remove", help="take the rule for a queue and a language away")
        for one in (put, remove):
            one.add_argument("--queue", default="", help="for its calls only; left out: for those of any queue")
            one.add_argument(
                "--language-heard", default="", metavar="CODE", help="for calls in it only; left out: in any language"
            )
        put.add_argument("--language-told", default="", metavar="CODE", help="the language is not guessed but this")
        put.add_argument("--engine", default="", choices=["", *sorted(ENGINES)], help="left out: as other rules say")
        put.add_argument("--model", default="", help="name or folder; left out: as other rules say")
        put.add_argument("--hint", action="append", default=[], help="a name or word that is said; may be repeated")
        actions.add_parser("export", help="print the rules as YAML")
        take = actions.add_parser("import", help="the rules of a file in place of all there are")
        take.add_argument("file", help="YAML file")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['action']}")(options)
        except SapaError as exc:
            raise CommandError(exc.message) from exc

    def _list(self, options: dict[str, Any]) -> None:
        rules = [rule.as_rule() for rule in hearing_rules()]
        if not rules:
            self.stdout.write("There are no rules: every call is heard as the settings say.")
            return
        rows = [
            [
                rule.queue or ANY, rule.language_heard or ANY, rule.language_told or "–", rule.engine or "–",
                rule.model or "–", ", ".join(rule.hints) or "–",
            ]
            for rule in rules
        ]  # fmt: skip
        self.stdout.write(table(rows, head=["queue", "language", "told", "engine", "model", "hints"]))

    def _set(self, options: dict[str, Any]) -> None:
        rule = hearing_rule_set(
            None,
            Rule(
                options["queue"],
                options["language_heard"],
                options["language_told"],
                options["engine"],
                options["model"],
                tuple(options["hint"]),
            ),
        )
        self.stdout.write(f"Set: {_whose(rule.as_rule())}. Calls that come from now on are heard so.")

    def _remove(self, options: dict[str, Any]) -> None:
        wanted = Rule(options["queue"], options["language_heard"])
        hearing_rule_remove(None, queue=wanted.queue, language_heard=wanted.language_heard)
        self.stdout.write(f"Removed: {_whose(wanted)}.")

    def _export(self, options: dict[str, Any]) -> None:
        sys.stdout.write(rules_dump(rule.as_rule() for rule in hearing_rules()))

    def _import(self, options: dict[str, Any]) -> None:
        done = hearing_rules_replace(None, rules_parse(_text(options["file"])))
        self.stdout.write(f"Set: {done.set}. Removed: {done.removed}. As before: {done.unchanged}.")


def _whose(rule: Rule) -> str:
    return f"queue {rule.queue or ANY}, language {rule.language_heard or ANY}"


def _text(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8")
    except OSError as exc:
        raise HearingRuleInvalid(f"{file} cannot be read: {exc.strerror}") from exc
    except UnicodeDecodeError as exc:
        raise HearingRuleInvalid(f"{file} is not UTF-8 text.") from exc
