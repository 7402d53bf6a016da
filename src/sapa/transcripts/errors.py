"""What can go wrong on the way from sound to words."""

from __future__ import annotations

from sapa.core.errors import SapaError


class ModelMissing(SapaError):
    def __init__(self, model: str, what_to_do: str) -> None:
        super().__init__("model_missing", f"Speech model {model} is not usable: {what_to_do}", retryable=True)


class ModelDamaged(SapaError):
    def __init__(self, model: str, problem: str) -> None:
        super().__init__("model_damaged", f"Speech model {model}: {problem}. Install it again: make setup")


class EngineFailed(SapaError):
    def __init__(self, engine: str, problem: str) -> None:
        super().__init__("engine_failed", f"Speech engine {engine} failed: {problem}", retryable=True)


class LanguageUnknown(SapaError):
    def __init__(self, language: str) -> None:
        super().__init__(
            "language_unknown", f"The speech model knows no language {language!r}. Use a code like en, or auto."
        )
