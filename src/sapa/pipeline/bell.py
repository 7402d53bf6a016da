"""Rings the workers of a stage after its row was opened. Without a broker nothing is rung: workers look by themselves."""

from __future__ import annotations


def ring(stage: str) -> None:
    """Tell the workers of `stage` that it has work. Never raises and never waits long: the sweep makes up for it."""
