"""Figures, icons and small drawings for templates."""

from __future__ import annotations

import html
from collections.abc import Hashable, Iterable
from datetime import datetime
from functools import cache, lru_cache

from django import template
from django.template.loader import get_template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import get_language

from sapa.calls.models import MEASURES
from sapa.desk.assets import icon_shapes
from sapa.desk.filters import CallFilter
from sapa.desk.wording import figures, hearing

_DASH = mark_safe('<span class="quiet">–</span>')
_STILL_KEPT = 4096

register = template.Library()
register.filter("day", figures.day)
register.filter("clock", figures.clock)
register.filter("span", figures.span)
register.filter("sound", figures.sound)
register.filter("number", figures.number)
register.filter("grouped", figures.grouped)
register.filter("gigabytes", figures.gigabytes)
register.filter("plain", figures.plain)
register.filter("percent", figures.percent)
register.filter("percent_cut", figures.percent_cut)
register.filter("language_name", figures.language_name)
register.filter("engine_words", hearing.engine_words)
register.filter("model_name", hearing.model_name)


@register.filter
def in_unit(value: float | None, unit: str) -> str:
    return figures.in_unit(value, unit)


@register.filter
def seconds(value: float) -> str:
    """For attributes and addresses: always a point, never a comma."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


@register.filter
def out_of_100(share: float) -> int:
    return round(share * 100)


@register.filter
def cut_place(where: str) -> str:
    """The id of a part of a form on its page."""
    return where.replace(":", "-")


@register.filter
def or_dash(text: str) -> str:
    return text or _DASH


@register.filter
def moment(at: datetime) -> SafeString:
    """Day and time of a call, without the three walks through Django's formats that they would take in a template."""
    local = localtime(at)
    day, minute = figures.day(local.date()), local.strftime("%H:%M")
    return drawn('<time datetime="{}">{} <b>{}</b></time>', local.isoformat(), day, minute)


def drawn(pattern: str, *values: str) -> SafeString:
    """`format_html` of plain texts: it looks whether each is yet to be translated, which takes longer."""
    return mark_safe(pattern.format(*map(escaped, values)))  # noqa: S308 - each is escaped


def escaped(text: str) -> str:
    return text if isinstance(text, SafeString) else html.escape(text)


@register.simple_tag
def icon(name: str, extra_class: str = "") -> SafeString:
    """An outline icon, always beside words that say the same."""
    return _icon(icon_shapes(name), extra_class)


@cache
def _icon(shapes: str, extra_class: str) -> SafeString:
    """Three hundred of them stand on a page of calls."""
    return format_html(
        '<svg class="icon {}" width="24" height="24" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
        'stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">{}</svg>',
        extra_class,
        mark_safe(shapes),  # noqa: S308 - our own pinned files
    )


@register.simple_tag
def sort_query(wanted: CallFilter, key: str) -> str:
    """The address that sorts by this column; by the same one again turns the order round."""
    if wanted.sort_key == key:
        return wanted.query(sort=key if wanted.is_descending else f"-{key}")
    starts_high = key in {"time", "cqr", "tags", *MEASURES}
    return wanted.query(sort=f"-{key}" if starts_high else key)


@register.simple_tag
def page_query(wanted: CallFilter, *, after: str = "", before: str = "") -> str:
    return wanted.query(after=after, before=before)


@register.simple_tag
def still(template_name: str, **values: Hashable) -> SafeString:
    """A part of a page that is drawn once for each of its few values: rows of a table show the same ones again."""
    return _still(template_name, get_language() or "", tuple(values.items()))


@lru_cache(maxsize=_STILL_KEPT)
def _still(template_name: str, language: str, values: tuple[tuple[str, Hashable], ...]) -> SafeString:
    return mark_safe(get_template(template_name).render(dict(values)).strip())  # noqa: S308 - a template escapes by itself


@register.simple_tag
def options(choices: Iterable[tuple[str, str]], chosen: str = "") -> SafeString:
    """Of a menu: what is sent, and what is read."""
    shown = (
        f'<option value="{escaped(key)}"{" selected" if key == chosen else ""}>{escaped(str(title))}</option>'
        for key, title in choices
    )
    return mark_safe("".join(shown))  # noqa: S308 - each is escaped


@register.simple_tag
def name_options(names: Iterable[str], chosen: str = "", *, is_list: bool = False) -> SafeString:
    """Of a menu, or (`is_list`) of a list of proposals: a thousand names take a template's loop fifty times as long.
    The value is told, since a browser takes spaces away from the text of an option."""
    safe, wanted = escape("\0".join(names)), escape(chosen)  # no stored name holds a zero character
    shown = "".join(
        f'<option value="{name}"{" selected" if name == wanted else ""}>{"" if is_list else name}</option>'
        for name in safe.split("\0")
    )
    return mark_safe(shown if safe else "")  # noqa: S308 - escaped above
