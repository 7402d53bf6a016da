from typing import Any

from django.apps import AppConfig
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created


class ConfigConfig(AppConfig):
    name = "sapa.config"

    def ready(self) -> None:
        connection_created.connect(_compile_nothing)


def _compile_nothing(connection: BaseDatabaseWrapper, **more: Any) -> None:
    """PostgreSQL takes 20 ms to compile a question that it believes to be dear, and pages of the log cannot spare them
    (ADR 26). Not by an option of the address, which a pooler between may refuse."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET jit = off")
