"""Who hears calls, in the reader's language: speech engines and models."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_ENGINES: dict[str, Promise | str] = {
    "faster_whisper": _("Whisper, on this server"),
    "onnx_asr": _("ONNX model, on this server"),
    "openai_http": _("speech server"),
}


def engine_words(engine: str) -> str:
    """Its name where nobody has words for it."""
    return str(_ENGINES.get(engine, engine))


def model_name(model: str) -> str:
    """Without the way to it: whisper-base of packaged:whisper-base, large of /srv/models/large."""
    return model.rstrip("/").rpartition("/")[2].rpartition(":")[2] or model
