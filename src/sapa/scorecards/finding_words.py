"""A finding about a form, and the sentence of each code: what is so, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "title_missing": _("It has no title. Write one in at least one language."),
    "title_language": _("The title is missing in: %(languages)s."),
    "no_call_type": _("The form has no call type. Add one; weights belong to call types."),
    "no_criterion": _("The form has no criterion. Add one."),
    "many_criteria": _("The form has %(count)s criteria. With more than %(most)s people mark carelessly."),
    "plain_without_critical": _("No criterion is critical, so a 0 on any of them makes the machine propose a failure."),
    "key_twice": _("The key %(key)s stands twice. Keys tell results apart; delete one of the two."),
    "type_without_weight": _("No criterion has a weight in this call type. Give one a weight, or delete the type."),
    "machine_covers_little": _(
        "Machine rules cover %(pct)s %% of the weight. Under %(needed)s %% the machine gives no result by itself."
    ),
    "section_empty": _("The section is empty. Add a criterion or delete the section."),
    "anchor_missing": _("What %(anchor)s sounds like is not written. Write it in at least one language."),
    "anchor_language": _("What %(anchor)s sounds like is missing in: %(languages)s."),
    "never_asked": _("It has no weight in any call type, so it is never asked. Give it a weight or delete it."),
    "weight_unknown_type": _("It has a weight in a call type that the form has not: %(type)s."),
    "weight_not_positive": _("Its weight in %(type)s must be above 0. Leave it empty where it is not asked."),
    "no_marker": _("It has no machine rule, so only a person marks it."),
    "element_twice": _("The phrase group %(element)s stands twice in a rule."),
    "element_silent": _("The phrase group %(element)s has nothing to listen for. Write phrases or examples."),
    "all_partial": _("Every phrase group of a rule counts towards 0.5 only, so nothing could give 1."),
    "full_at_high": _("A rule asks for %(number)s phrase groups for 1 and has fewer that count in full."),
    "half_at_high": _("A rule asks for %(number)s phrase groups for 0.5 and has fewer."),
    "measure_unknown": _("There is no measure called %(measure)s."),
    "tag_unknown": _("There is no tag called %(tag)s."),
    "limit_open": _("A limit says neither at least nor at most."),
    "limit_reversed": _("A limit goes from %(at_least)s to %(at_most)s, so nothing lies within it."),
    "condition_missing": _("Its condition asks for a criterion that the form has not: %(criterion)s."),
    "condition_apart": _("Its condition asks for %(criterion)s, which no call type asks together with it."),
    "condition_never": _("Its conditions can never hold, so it is never asked."),
    "condition_circle": _("Its condition waits for its own answer, by way of other criteria."),
    "key_other_meaning": _(
        "The key %(key)s meant something else in revision %(revision)s. Results of both would be counted as one: "
        "add a new criterion instead."
    ),
}


@dataclass(frozen=True)
class Finding:
    """`where`: `form`, or `call_type:…`, `section:…`, `criterion:…` with the key."""

    code: str
    severity: Literal["error", "warning"]
    where: str
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def is_error(self) -> bool:
        return self.severity == "error"

    @property
    def sentence(self) -> str:
        """In the language that is active."""
        shown = {"anchor": number_format(self.facts["anchor"])} if "anchor" in self.facts else {}
        return str(SENTENCES[self.code]) % (self.facts | shown)

    @property
    def line(self) -> str:
        kind, _separator, key = self.where.partition(":")
        return f"{kind.replace('_', ' ')} {key}".strip() + f": {self.sentence}"


def error(code: str, where: str, **facts: Any) -> Finding:
    return Finding(code, "error", where, facts)


def warning(code: str, where: str, **facts: Any) -> Finding:
    return Finding(code, "warning", where, facts)
