"""Numbers as people read them: days, clock times in a call, shares, seconds, and the units of measures."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from math import floor

from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _

_NOISE = 1e-9  # of sums of binary fractions: 80 must not become 79
_MINUTE_S = 60
_HOUR_S = 3600
_DAYS_FROM_H = 48
_WHOLE_FROM_H = 100
_DAY_FORMAT, _DAY_FORMATS = "d.m.Y", {"en": "j M Y"}


def day(at: datetime | date) -> str:
    """Short and unmistakable: English readers disagree on 11/12/2026, so they get the month in letters."""
    on = localtime(at).date() if isinstance(at, datetime) else at
    return _day(on, get_language() or "en")


@lru_cache(maxsize=4096)
def _day(on: date, language: str) -> str:
    return str(date_format(on, _DAY_FORMATS.get(language, _DAY_FORMAT)))


def clock(seconds: float | None) -> str:
    """0:07, 12:34, 1:02:03."""
    if seconds is None:
        return ""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, _HOUR_S)
    minutes, left = divmod(rest, _MINUTE_S)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def range_words(low: str, high: str, *, unit: str = "") -> str:
    """0:30–5:00, ≥ 0:30, ≤ 60 %."""
    if low and high:
        return f"{low}–{high}{unit}"
    return f"≥\N{NO-BREAK SPACE}{low}{unit}" if low else f"≤\N{NO-BREAK SPACE}{high}{unit}"


def span(seconds: float | None) -> str:
    """How long something takes or took, no finer than anybody cares: 42 s, 12 min, 3 h 20 min, 2 d 5 h."""
    if seconds is None:
        return "–"
    whole = max(0, round(seconds))
    minutes, hours = whole // _MINUTE_S, whole // _HOUR_S
    if minutes == 0:
        return _together(_("%(number)s s") % {"number": number(whole)})
    if hours == 0:
        return _together(_("%(number)s min") % {"number": number(minutes)})
    if hours < _DAYS_FROM_H:
        return _together(_("%(hours)s h %(minutes)s min") % {"hours": number(hours), "minutes": number(minutes % 60)})
    return _together(_("%(days)s d %(hours)s h") % {"days": number(hours // 24), "hours": number(hours % 24)})


def sound(seconds: float | None) -> str:
    """How much sound: hours are added up and never become days. 40 s, 7 min, 12.4 h, 833 h."""
    if seconds is None or seconds < _HOUR_S:
        return span(seconds)
    hours = seconds / _HOUR_S
    return _together(_("%(number)s h") % {"number": number(hours) if hours >= _WHOLE_FROM_H else number(hours, 1)})


def grouped(count: int) -> str:
    """A number of many: 10,000."""
    return str(number_format(count, use_l10n=True, force_grouping=True))


def gigabytes(size_bytes: float) -> str:
    return _together(_("%(number)s GB") % {"number": number(size_bytes / 1e9, 1)})


def number(value: float, digits: int = 0) -> str:
    # Django cuts digits off; people expect them rounded.
    return str(number_format(round(value, digits), decimal_pos=digits))


def plain(value: float) -> str:
    """Weights and mark values: 3, 0.5; no idle zeros."""
    return number(value) if value == int(value) else number(value, 1)


def percent(value_pct: float | None) -> str:
    return "" if value_pct is None else _together(_("%(number)s %%") % {"number": number(value_pct)})


def percent_cut(value_pct: float | None) -> str:
    """For what stands beside a limit, cut off and not rounded: 59.9 of "undecided under 60" must not read as 60."""
    return "" if value_pct is None else percent(floor(value_pct + _NOISE))


def in_unit(value: float | None, unit: str) -> str:
    """A measure's value with its unit; a dash when it could not be taken."""
    if value is None:
        return "–"
    if unit == "share":
        return percent(value * 100)
    if unit == "s":
        return clock(value) if value >= _MINUTE_S else _together(_("%(number)s s") % {"number": number(value, 1)})
    if unit == "wpm":
        return _together(_("%(number)s words/min") % {"number": number(value)})
    if unit == "per_min":
        return _together(_("%(number)s per min") % {"number": number(value, 1)})
    return plain(value) if unit == "count" else plain(round(value, 1))


def language_name(code: str) -> str:
    """A language in the reader's words, or its bare code when nobody has words for it."""
    try:
        name = str(get_language_info(code)["name_translated"])
    except KeyError:
        return code
    return name[:1].upper() + name[1:]


def _together(text: str) -> str:
    """A number and its unit never part at the end of a line."""
    return text.replace(" ", "\u00a0")
