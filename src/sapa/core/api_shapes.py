"""The shapes that every part of the REST API shares: how a refusal looks."""

from __future__ import annotations

from ninja import Schema


class Problem(Schema):
    code: str
    message: str


class ErrorOut(Schema):
    error: Problem


ERRORS = {400: ErrorOut, 401: ErrorOut, 403: ErrorOut, 404: ErrorOut, 409: ErrorOut, 413: ErrorOut}
