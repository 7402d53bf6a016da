"""Voice that was looked for in stretches comes out in one piece."""

from __future__ import annotations

import pytest

from sapa.transcripts.voice import joined

SECOND = 16_000
LONGEST = 27 * SECOND


@pytest.mark.parametrize(
    ("voice", "whole"),
    [
        ([], []),
        ([(0, 30 * SECOND), (30 * SECOND, 31 * SECOND)], [(0, 30 * SECOND), (30 * SECOND, 31 * SECOND)]),
        ([(20 * SECOND, 30 * SECOND), (30 * SECOND, 31 * SECOND)], [(20 * SECOND, 31 * SECOND)]),
        ([(28 * SECOND, 30 * SECOND - 800), (30 * SECOND + 800, 31 * SECOND)], [(28 * SECOND, 31 * SECOND)]),
        (
            [(SECOND, 2 * SECOND), (2 * SECOND + 3400, 3 * SECOND)],
            [(SECOND, 2 * SECOND), (2 * SECOND + 3400, 3 * SECOND)],
        ),
        ([(SECOND, 2 * SECOND), (3 * SECOND, 4 * SECOND)], [(SECOND, 2 * SECOND), (3 * SECOND, 4 * SECOND)]),
    ],
)
def test_talk_across_a_border_is_one_stretch(voice: list[tuple[int, int]], whole: list[tuple[int, int]]) -> None:
    assert joined(voice, longest=LONGEST) == whole
