"""Finding a model for onnx-asr in a folder and running it. The only module that meets the vendor.

Models are never fetched: onnx-asr is given a folder that is there, and then looks nowhere else.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sapa.recordings.types import Samples
from sapa.transcripts.engines.onnx_asr.families import FAMILIES
from sapa.transcripts.engines.onnx_asr.tokens import Said
from sapa.transcripts.errors import EngineFailed, ModelMissing

PRECISIONS = (None, "int8")  # looked for in this order: `model.onnx`, then `model.int8.onnx`


@dataclass(frozen=True)
class FoundModel:
    """`precision` None: as it was trained."""

    asked: str
    family: str
    folder: Path
    precision: str | None


def model_found(asked: str) -> FoundModel:
    """Of `type:/folder`, or of a folder whose `config.json` tells it. Nothing is loaded. Raises `ModelMissing`."""
    from onnx_asr.loader import create_asr_resolver
    from onnx_asr.utils import ModelFileNotFoundError, ModelLoadingError

    if not asked:
        raise ModelMissing("of onnx_asr", "none is set. Set SAPA_ASR_ONNX_MODEL to a folder.")
    told, colon, path = asked.partition(":")
    folder = Path(path if colon else asked).expanduser()
    if not folder.is_dir():
        raise ModelMissing(asked, "there is no such folder; give one that holds a model for onnx-asr.")
    family = told if colon else _told_in(folder / "config.json", asked)
    if family not in FAMILIES:
        raise ModelMissing(asked, f"type {family!r} is not one of: {', '.join(sorted(FAMILIES))}.")
    problem = ""
    for precision in PRECISIONS:
        try:
            create_asr_resolver(family, folder, offline=True).resolve_model(quantization=precision)
        except ModelFileNotFoundError as exc:
            problem = problem or str(exc)
        except ModelLoadingError as exc:
            raise ModelMissing(asked, str(exc)) from exc
        else:
            return FoundModel(asked, family, folder, precision)
    raise ModelMissing(asked, problem)


class OnnxModel:
    def __init__(self, found: FoundModel, *, threads: int) -> None:
        """Raises `ModelMissing`."""
        import onnx_asr
        from onnxruntime import SessionOptions

        options = SessionOptions()
        options.intra_op_num_threads = threads
        try:
            with _vendor_faults():
                model = onnx_asr.load_model(
                    found.family, found.folder, quantization=found.precision, sess_options=options
                )
        except _VendorFault as exc:
            raise ModelMissing(found.asked, str(exc)) from exc
        self._asked: Any = model.with_timestamps()

    def heard(self, sound: Samples, language: str) -> Said:
        """What is said in `(samples,)` at 16 kHz. Only Whisper and Canary take a language; the others know theirs.
        Raises `EngineFailed`."""
        try:
            with _vendor_faults():
                result = self._asked.recognize(sound, language=language or None)
        except _VendorFault as exc:
            raise EngineFailed("onnx_asr", str(exc)) from exc
        return Said(
            result.text,
            tuple(result.tokens or ()),
            tuple(float(time_s) for time_s in result.timestamps or ()),
            tuple(float(logprob) for logprob in result.logprobs or ()),
        )


class _VendorFault(Exception):
    pass


@contextmanager
def _vendor_faults() -> Iterator[None]:
    """A model that is not what its type says fails with whatever comes first: a missing input, an assertion, a key."""
    from onnxruntime.capi import onnxruntime_pybind11_state as runtime

    of_runtime = (
        runtime.EPFail, runtime.Fail, runtime.InvalidArgument, runtime.InvalidGraph, runtime.InvalidProtobuf,
        runtime.NoModel, runtime.NoSuchFile, runtime.NotImplemented, runtime.RuntimeException,
    )  # fmt: skip
    try:
        yield
    except (*of_runtime, RuntimeError, ValueError, LookupError, AssertionError, TypeError, OSError) as exc:
        raise _VendorFault(f"{type(exc).__name__}: {exc}") from exc


def _told_in(config: Path, asked: str) -> str:
    try:
        told = json.loads(config.read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        remedy = f"{config.name} does not tell its type; give it as in gigaam-v3-ctc:{config.parent}."
        raise ModelMissing(asked, remedy) from exc
    return str(told.get("model_type", "")) if isinstance(told, dict) else ""
