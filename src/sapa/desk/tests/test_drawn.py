"""What pages draw without a template's help is what a template would draw."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.urls import reverse
from django.utils import timezone, translation

from sapa.desk.templatetags.call_rows import call_address
from sapa.desk.templatetags.desk import moment, options, or_dash

DRAWN = Template(
    "{% load desk %}"
    """<time datetime="{{ at|date:'c' }}">{{ at|day }} <b>{{ at|date:"H:i" }}</b></time>"""
)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Almaty", "America/Los_Angeles", "Asia/Kathmandu"])
@pytest.mark.parametrize("language", ["en", "ru", "pl", "kk"])
def test_a_moment_is_that_of_the_reader(language: str, zone: str) -> None:
    """In the middle of the night in some of them, and on the day the clocks change in one."""
    for at in (datetime(2026, 3, 8, 9, 59, tzinfo=UTC), datetime(2026, 3, 8, 10, 1, tzinfo=UTC)):
        with timezone.override(ZoneInfo(zone)), translation.override(language):
            assert moment(at) == DRAWN.render(Context({"at": at}))


def test_the_address_of_a_call_is_what_the_site_says() -> None:
    one, other = uuid4(), uuid4()
    assert [call_address(one), call_address(other)] == [reverse("call-detail", args=[call]) for call in (one, other)]


def test_a_choice_is_chosen_once_and_escaped() -> None:
    drawn = options([("a", "A"), ('"b"', "<B>")], '"b"')
    assert drawn == '<option value="a">A</option><option value="&quot;b&quot;" selected>&lt;B&gt;</option>'


def test_what_is_there_is_no_markup_and_what_is_not_is_a_dash() -> None:
    drawn = Template("{% load desk %}{{ there|or_dash }}{{ nothing|or_dash }}")
    assert drawn.render(Context({"there": "<b>", "nothing": ""})) == f"&lt;b&gt;{or_dash('')}"
    assert or_dash("").startswith("<span")
