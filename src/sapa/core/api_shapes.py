"""The shapes that every part of the REST API shares: what is given, and how a refusal looks."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from ninja import Schema
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from sapa.core.storable import storable

Day = Annotated[date, Field(ge=date(1970, 1, 1), lt=date(3000, 1, 1))]
"""Beyond these no zone has a midnight to reckon with, and nobody a call."""
Line = Annotated[str, StringConstraints(max_length=200), AfterValidator(storable)]


class Given(BaseModel):
    """What a program sends. A misspelt field would be left out without a word, so it is refused."""

    model_config = ConfigDict(extra="forbid")


class Problem(Schema):
    code: str
    message: str


class ErrorOut(Schema):
    error: Problem


ERRORS = {400: ErrorOut, 401: ErrorOut, 403: ErrorOut, 404: ErrorOut, 409: ErrorOut, 413: ErrorOut}
