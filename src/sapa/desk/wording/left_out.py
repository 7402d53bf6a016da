"""Why something that the speech model gave is not in the transcript, in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sapa.transcripts.types import LeftOutReason

WORDS: dict[LeftOutReason, Promise | str] = {
    LeftOutReason.REPEATS: _("says the same again and again"),
    LeftOutReason.NOISE: _("noise, and hardly words"),
    LeftOutReason.PHANTOM: _("a phrase that the model is known to make up in silence"),
    LeftOutReason.NO_VOICE: _("no voice: music, tones or ringing"),
}


def left_out_words(reason: LeftOutReason) -> str:
    return str(WORDS[reason])
