"""The types of models that onnx-asr 0.12 runs, by its own names, with the languages that each hears.

Types that only say how a model is built hear whatever it was trained on: any language may be told to them.
"""

from __future__ import annotations

from sapa.transcripts.languages import LANGUAGES

_RUSSIAN = frozenset({"ru"})
_ENGLISH = frozenset({"en"})
_GIGAAM_MULTILINGUAL = frozenset({"kk", "ky", "ru", "uz"})
_PARAKEET_AND_CANARY = "bg cs da de el en es et fi fr hr hu it lt lv mt nl pl pt ro ru sk sl sv uk"
_EUROPEAN = frozenset(_PARAKEET_AND_CANARY.split())

FAMILIES: dict[str, frozenset[str]] = {
    "gigaam-v2-ctc": _RUSSIAN,
    "gigaam-v2-rnnt": _RUSSIAN,
    "gigaam-v3-ctc": _RUSSIAN,
    "gigaam-v3-rnnt": _RUSSIAN,
    "gigaam-v3-e2e-ctc": _RUSSIAN,
    "gigaam-v3-e2e-rnnt": _RUSSIAN,
    "gigaam-multilingual-ctc": _GIGAAM_MULTILINGUAL,
    "gigaam-multilingual-large-ctc": _GIGAAM_MULTILINGUAL,
    "nemo-fastconformer-ru-ctc": _RUSSIAN,
    "nemo-fastconformer-ru-rnnt": _RUSSIAN,
    "nemo-parakeet-ctc-0.6b": _ENGLISH,
    "nemo-parakeet-rnnt-0.6b": _ENGLISH,
    "nemo-parakeet-tdt-0.6b-v2": _ENGLISH,
    "nemo-parakeet-tdt-0.6b-v3": _EUROPEAN,
    "nemo-canary-1b-v2": _EUROPEAN,
    "t-one-ctc": _RUSSIAN,
    "nemo-conformer-ctc": LANGUAGES,
    "nemo-conformer-rnnt": LANGUAGES,
    "nemo-conformer-tdt": LANGUAGES,
    "nemo-conformer-aed": LANGUAGES,
    "kaldi-rnnt": LANGUAGES,
    "vosk": LANGUAGES,
    "whisper": LANGUAGES,
    "whisper-ort": LANGUAGES,
}
