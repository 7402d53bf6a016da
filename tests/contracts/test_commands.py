"""What `sapa` commands leave out at their start is done here."""

from __future__ import annotations

from django.core.management import call_command, load_command_class

from sapa.pipeline.cli import COMMANDS


def test_django_finds_nothing_wrong() -> None:
    call_command("check", fail_level="WARNING")


def test_every_command_begins_without_looking_through_the_code() -> None:
    assert [name for name in COMMANDS if load_command_class("sapa.pipeline", name).requires_system_checks] == []
