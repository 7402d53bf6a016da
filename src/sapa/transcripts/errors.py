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


class SpeechServerUnreachable(SapaError):
    def __init__(self, where: str, problem: str) -> None:
        super().__init__(
            "speech_server_unreachable", f"The speech server at {where} does not answer: {problem}.", retryable=True
        )


class SpeechServerFailed(SapaError):
    """It is there, but cannot answer now: too much to do, or a fault of its own."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__("speech_server_failed", f"The speech server at {where} failed: {problem}.", retryable=True)


class SpeechServerRefused(SapaError):
    """Another try would be refused as well, until somebody changes a setting here or there."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__("speech_server_refused", f"The speech server at {where} refuses us: {problem}.")


class SpeechAnswerInvalid(SapaError):
    def __init__(self, where: str, problem: str) -> None:
        super().__init__(
            "speech_answer_invalid", f"What the speech server at {where} answers cannot be used: {problem}."
        )


class EngineUnknown(SapaError):
    def __init__(self, engine: str, known: list[str]) -> None:
        super().__init__("engine_unknown", f"There is no speech engine {engine!r}. Known: {', '.join(sorted(known))}.")


class HearingRuleInvalid(SapaError):
    def __init__(self, problem: str) -> None:
        super().__init__("hearing_rule_invalid", problem)


class HearingRuleEmpty(SapaError):
    def __init__(self) -> None:
        super().__init__(
            "hearing_rule_empty",
            "The rule says nothing. Tell a language, an engine, a model, or names and words to listen for.",
        )


class HearingHintsInvalid(SapaError):
    def __init__(self, most: int, longest: int) -> None:
        super().__init__(
            "hearing_hints_invalid",
            f"A rule has at most {most} names and words to listen for, each of at most {longest} characters.",
        )


class HearingRuleMissing(SapaError):
    def __init__(self) -> None:
        super().__init__("hearing_rule_missing", "There is no such rule for hearing calls.", http_status=404)


class SecondModelMissing(SapaError):
    def __init__(self) -> None:
        super().__init__("second_model_missing", "There is no second speech model. Set SAPA_ASR_SECOND_MODEL.")


class HeardBySecondModel(SapaError):
    def __init__(self) -> None:
        super().__init__(
            "heard_by_second_model", "The second speech model has heard this call already.", http_status=409
        )
