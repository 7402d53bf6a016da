"""A comment for the screen: what it is about as it was read, what changed since, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sapa.accounts.models import Person
from sapa.consultations.models import Comment
from sapa.consultations.readings import WHOLE_FORM, changed_since, criterion_in, part_digest
from sapa.consultations.selectors import Standing, read_card
from sapa.consultations.types import Outcome
from sapa.desk.wording.consultations import outcome_words, sign_of
from sapa.desk.wording.form_parts import in_words, part_title
from sapa.scorecards.changes import Change
from sapa.scorecards.types import Scorecard

MOST_CHANGES = 6  # of the whole form; the rest is a number


@dataclass(frozen=True)
class TriedSheet:
    """Out of which trial mark the comment was made. `call_id` is None for who only reads along."""

    mine: str
    machine: str
    call_id: UUID | None


@dataclass(frozen=True)
class ReadSheet:
    """How a criterion is worded."""

    title: str
    help: str
    anchors: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class CommentSheet:
    """`outcome` is that of `types.Outcome`, `outcome_words` what it means now. `may_change`: by its author, still."""

    pk: int
    version: int
    criterion: str
    title: str
    kind: str
    kind_words: str
    text: str
    author: str
    team: str
    is_mine: bool
    may_change: bool
    written_at: datetime
    changed_at: datetime | None
    outcome: str
    outcome_words: str
    reply: str
    replied_by: str
    replied_at: datetime | None
    changes: tuple[str, ...]
    more_changes: int
    was: ReadSheet | None
    digest: str
    tried: TriedSheet | None

    @property
    def is_open(self) -> bool:
        return not self.outcome


def comment_sheets(
    comments: Iterable[Comment],
    reader: Person,
    standing: Standing,
    now: Scorecard,
    *,
    may_change: bool,
    is_editor: bool,
) -> list[CommentSheet]:
    read: dict[int, Scorecard] = {}
    sheets = []
    for comment in comments:
        if comment.reading_id not in read:
            read[comment.reading_id] = read_card(comment.reading)
        is_mine = comment.author_id == reader.pk
        changes = changed_since(read[comment.reading_id], now, comment.criterion)
        sheets.append(
            CommentSheet(
                pk=comment.pk,
                version=comment.version,
                criterion=comment.criterion,
                title=part_title(read[comment.reading_id], _where(comment.criterion)),
                kind=comment.kind,
                kind_words=comment.get_kind_display(),
                text=comment.text,
                author=str(comment.author),
                team=str(comment.author.team or ""),
                is_mine=is_mine,
                may_change=is_mine and may_change and comment.outcome == Outcome.OPEN,
                written_at=comment.written_at,
                changed_at=comment.changed_at,
                outcome=comment.outcome,
                outcome_words=outcome_words(comment, standing.state),
                reply=comment.reply,
                replied_by=str(comment.replied_by or ""),
                replied_at=comment.replied_at,
                changes=tuple(
                    _change_words(one, comment.criterion, read[comment.reading_id], now)
                    for one in changes[:MOST_CHANGES]
                ),
                more_changes=max(0, len(changes) - MOST_CHANGES),
                was=wording_of(read[comment.reading_id], comment.criterion) if changes else None,
                digest=part_digest(now, comment.criterion),
                tried=_tried(comment, tells_call=is_mine or is_editor),
            )
        )
    return sheets


def _where(part: str) -> str:
    return "form" if part == WHOLE_FORM else f"criterion:{part}"


def _change_words(change: Change, part: str, read: Scorecard, now: Scorecard) -> str:
    """In a comment on one criterion the sentence says enough; on the whole form the place is named too."""
    if part != WHOLE_FORM or change.where == "form":
        return change.sentence
    key = change.where.partition(":")[2]
    keys = {one.key for one in now.call_types} | {one.key for one in now.sections} | {one.key for one in now.criteria}
    is_there = key in keys
    return f"{part_title(now if is_there else read, change.where)}: {change.sentence}"


def wording_of(card: Scorecard, part: str) -> ReadSheet | None:
    """None for the whole form, and for what is not in it."""
    criterion = criterion_in(card, part) if part else None
    if criterion is None:
        return None
    anchors = tuple((sign_of(value), in_words(text, "–")) for value, text in criterion.anchors.items())
    return ReadSheet(in_words(criterion.title, criterion.key), in_words(criterion.help, ""), anchors)


def _tried(comment: Comment, *, tells_call: bool) -> TriedSheet | None:
    mark = comment.trial_mark
    if mark is None:
        return None
    call_id = mark.trial.call_id if tells_call else None
    return TriedSheet(sign_of(mark.judgement), sign_of(mark.machine), call_id)
