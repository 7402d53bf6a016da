"""The one family of errors that people and programs meet: a stable code, a plain sentence, what to do."""

from __future__ import annotations

from typing import Any


class SapaError(Exception):
    """An expected failure. `code` is a slug an operator can search for and never changes its meaning."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        retryable: bool = False,
        http_status: int = 400,
        **details: Any,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.retryable = retryable
        self.http_status = http_status
        self.details = details

    def as_json(self) -> dict[str, str]:
        return {"code": self.code, "message": self.message}
