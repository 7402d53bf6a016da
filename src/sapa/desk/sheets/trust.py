"""Trust in the machine's marks for the screen: by form, each criterion with its figures and what they allow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sapa.reviews.agreement import Agreement
from sapa.reviews.trust import Trust
from sapa.scorecards.selectors import scorecards_newest
from sapa.scorecards.types import Scorecard, text_in


@dataclass(frozen=True)
class TrustSheet:
    title: str
    agreement: Agreement
    abstained: int
    words: str

    @property
    def share_pct(self) -> float:
        return self.agreement.share * 100

    @property
    def low_pct(self) -> float:
        return self.agreement.interval.low * 100

    @property
    def high_pct(self) -> float:
        return self.agreement.interval.high * 100

    @property
    def width_pct(self) -> float:
        return self.high_pct - self.low_pct


@dataclass(frozen=True)
class TrustCard:
    title: str
    rows: tuple[TrustSheet, ...]


def trust_sheets(found: Iterable[Trust]) -> list[TrustCard]:
    cards = scorecards_newest()
    return [
        TrustCard(_title(cards.get(key)) or key, tuple(_row(one, cards.get(key)) for one in rows))
        for key, rows in groupby(found, key=lambda one: one.scorecard)
    ]


def _row(one: Trust, card: Scorecard | None) -> TrustSheet:
    criterion = next((item for item in card.criteria if item.key == one.criterion), None) if card else None
    title = text_in(criterion.title, get_language() or "en") if criterion else ""
    return TrustSheet(title or one.criterion, one.agreement, one.abstained, _words(one.agreement))


def _words(agreement: Agreement) -> str:
    if not agreement.is_enough:
        return _("too few calls to say")
    if agreement.alpha is None:
        return _("all calls alike: nothing shown about faults")
    return _("may count in summaries") if agreement.is_trusted else _("does not count in summaries")


def _title(card: Scorecard | None) -> str:
    return text_in(card.title, get_language() or "en") if card else ""
