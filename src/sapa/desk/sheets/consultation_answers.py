"""What people answered to a draft, for those who edit it: by criterion the comments, how many of each kind, and what
the trials say; and the same as a table to take away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from sapa.accounts.models import Person
from sapa.consultations.figures import CriterionTried, tried_by_criterion
from sapa.consultations.models import Consultation, KindChoice, OutcomeChoice
from sapa.consultations.readings import WHOLE_FORM, criterion_in
from sapa.consultations.selectors import Standing, card_now, comments_visible_to, standing_of
from sapa.core.tables import table_line
from sapa.desk.sheets.comments import CommentSheet, ReadSheet, comment_sheets, wording_of
from sapa.desk.sheets.form_trial import Share
from sapa.desk.wording.consultations import standing_words
from sapa.desk.wording.figures import percent
from sapa.desk.wording.form_parts import in_words, part_title
from sapa.reviews.models import JudgementChoice
from sapa.reviews.types import Judgement
from sapa.scorecards.types import Scorecard

MOST_SHOWN = 30  # of a part, the newest ones, until it is asked for alone
_SAID = (Judgement.FULL, Judgement.HALF, Judgement.ZERO, Judgement.CANNOT_TELL, Judgement.NOT_APPLICABLE)
_CLASSES = {"1": "full", "0.5": "half", "0": "zero", "cannot_tell": "abstained", "not_applicable": "na"}


@dataclass(frozen=True)
class Wanted:
    """Which comments: `unanswered` or all, of one kind or all; with `part` all of that part and nothing else."""

    show: str = ""
    kind: str = ""
    part: str | None = None

    @property
    def is_narrow(self) -> bool:
        return bool(self.show or self.kind)


ALL = Wanted()


@dataclass(frozen=True)
class TriedFigures:
    """Of a criterion that enough people tried as it is worded now."""

    shares: tuple[Share, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True)
class AnswerPart:
    """`comments` as they were filtered, `older` ones are not shown; `kinds` of all. `wording` is that of now."""

    key: str
    title: str
    is_gone: bool
    wording: ReadSheet | None
    kinds: tuple[tuple[str, str, int], ...]
    comments: tuple[CommentSheet, ...]
    older: int
    tried: TriedFigures | None

    @property
    def anchor(self) -> str:
        return f"part-{self.key}" if self.key else "whole-form"


@dataclass(frozen=True)
class AnswersSheet:
    """`silent`: titles of criteria on which there is nothing to show. `triers`: by how many people the trials are."""

    title: str
    standing: Standing
    standing_words: str
    comments: int
    unanswered: int
    people: int
    trials: int
    triers: int
    kinds: tuple[tuple[str, str, int], ...]
    parts: tuple[AnswerPart, ...]
    silent: tuple[str, ...]


def answers_sheet(consultation: Consultation, editor: Person, wanted: Wanted = ALL) -> AnswersSheet:
    standing = standing_of(consultation)
    now = card_now(consultation, standing)
    found = list(comments_visible_to(editor, consultation).select_related("author__team"))
    comments = comment_sheets(found, editor, standing, now, may_change=False, is_editor=True)
    tried = {key: one for key, one in tried_by_criterion(consultation, now).items() if one.is_enough}
    order = [WHOLE_FORM, *(one.key for one in now.criteria)]
    spoken = {one.criterion for one in comments} | set(tried)
    keys = [*(key for key in order if key in spoken), *sorted(spoken - set(order))]
    parts = [_part(now, key, [one for one in comments if one.criterion == key], tried.get(key)) for key in keys]
    parts = [_narrowed(one, wanted) for one in parts if wanted.part in {None, one.key}]
    trials = consultation.trials.filter(done_at__isnull=False).order_by()
    return AnswersSheet(
        title=in_words(now.title, consultation.form_key),
        standing=standing,
        standing_words=standing_words(consultation, standing),
        comments=len(comments),
        unanswered=sum(one.is_open for one in comments),
        people=len({one.author_id for one in found}),
        trials=trials.count(),
        triers=trials.values("person").distinct().count(),
        kinds=_kinds(comments),
        parts=tuple(one for one in parts if one.comments or one.tried),
        silent=tuple(in_words(one.title, one.key) for one in now.criteria if one.key not in spoken),
    )


def _part(now: Scorecard, key: str, here: list[CommentSheet], tried: CriterionTried | None) -> AnswerPart:
    is_gone = bool(key) and criterion_in(now, key) is None
    title = here[0].title if is_gone and here else part_title(now, f"criterion:{key}")
    return AnswerPart(
        key=key,
        title=title if key else _("The whole form"),
        is_gone=is_gone,
        wording=wording_of(now, key),
        kinds=_kinds(here),
        comments=tuple(here),
        older=0,
        tried=_figures(tried) if tried else None,
    )


def _narrowed(part: AnswerPart, wanted: Wanted) -> AnswerPart:
    found = tuple(
        one for one in part.comments if (wanted.show != "unanswered" or one.is_open) and wanted.kind in {"", one.kind}
    )
    shown = found if wanted.part is not None else found[:MOST_SHOWN]
    return replace(part, comments=shown, older=len(found) - len(shown), tried=None if wanted.is_narrow else part.tried)


def answer_lines(comments: Sequence[CommentSheet]) -> Iterator[str]:
    """As CSV, with a mark at the start by which spreadsheets know the letters."""
    labels, outcomes = dict(KindChoice.choices), dict(OutcomeChoice.choices)
    heads = (
        _("Criterion"), pgettext("of a criterion", "Key"), pgettext("of a comment", "Kind"), _("Comment"), _("Who"),
        _("Team"), _("Written"), pgettext("at what time", "Changed"), _("Marked in a trial"), _("Machine"),
        _("Changed since in the draft"), pgettext("of a comment", "What became of it"), _("Reply"), _("Replied by"),
        pgettext("at what time", "Replied"),
    )  # fmt: skip
    yield "\ufeff" + table_line(heads)
    for one in comments:
        yield table_line(
            (
                one.title if one.criterion else _("The whole form"), one.criterion, labels[one.kind], one.text,
                one.author, one.team, _moment(one.written_at), _moment(one.changed_at),
                one.tried.mine if one.tried else "", one.tried.machine if one.tried else "",
                _("yes") if one.changes else _("no"), outcomes[one.outcome],
                one.reply, one.replied_by, _moment(one.replied_at),
            )
        )  # fmt: skip


def _moment(at: datetime | None) -> str:
    return f"{localtime(at):%Y-%m-%d %H:%M}" if at else ""


def _kinds(comments: Iterable[CommentSheet]) -> tuple[tuple[str, str, int], ...]:
    counts = Counter(one.kind for one in comments)
    return tuple((key, str(words), counts[key]) for key, words in KindChoice.choices if counts[key])


def _figures(tried: CriterionTried) -> TriedFigures:
    lines = list(_agreement_lines(tried))
    if tried.other:
        words = ngettext(
            "%(number)s trial mark was made when it was asked in other words, and is left out.",
            "%(number)s trial marks were made when it was asked in other words, and are left out.",
            tried.other,
        )
        lines.append(words % {"number": tried.other})
    return TriedFigures(_shares(tried), tuple(lines))


def _agreement_lines(tried: CriterionTried) -> Iterator[str]:
    people = ngettext("%(people)s person tried it.", "%(people)s people tried it.", tried.people)
    yield people % {"people": tried.people}
    if tried.machine.pairs:
        facts = {
            "agree": tried.machine.agree,
            "pairs": tried.machine.pairs,
            "low": percent(100 * tried.machine.interval.low),
            "high": percent(100 * tried.machine.interval.high),
        }
        yield _("The machine gives the same in %(agree)s of %(pairs)s (95 %%: %(low)s to %(high)s).") % facts
    if tried.abstained:
        yield _("It abstains in %(number)s.") % {"number": tried.abstained}
    between = tried.between
    if between.is_enough:
        yield _("Of %(calls)s calls that two people tried they agree on %(alike)s.") % {
            "calls": between.calls, "alike": between.alike,
        }  # fmt: skip


def _shares(tried: CriterionTried) -> tuple[Share, ...]:
    labels, total = dict(JudgementChoice.choices), sum(tried.counts.values())
    shares, start = [], 0.0
    for said in _SAID:
        if count := tried.counts.get(said.value, 0):
            pct = 100 * count / total
            words = str(labels[said.value])
            shares.append(Share(said.value, _CLASSES[said], words, count, round(pct, 2), round(start, 2), ()))
            start += pct
    return tuple(shares)
