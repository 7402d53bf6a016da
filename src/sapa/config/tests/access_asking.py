"""Asking at an address of the site, and what comes of it: status, what is read, and what is other in the database."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.apps import apps
from django.db import connection, transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from sapa.config.tests.access_sent import ASKED_WITH, SENT, SENT_AS_JSON
from sapa.config.tests.access_world import World


@dataclass(frozen=True)
class Answer:
    status: str
    body: bytes
    changed: frozenset[str]


class Written:
    """Whether any statement but one that reads was sent to the database."""

    READ_ONLY = ("SELECT", "SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")

    def __init__(self) -> None:
        self.is_any = False

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.is_any |= not sql.lstrip("( ").upper().startswith(self.READ_ONLY)
        return execute(sql, params, many, context)


def ask(world: World, client: Client, route: str, method: str, before: dict[str, Any]) -> Answer:
    """The request in a transaction of its own, which is then undone. `before` is what the database holds; it is looked
    at again only where something was written, since most of the answers are refusals."""
    address = world.address(route)
    asked = address + ASKED_WITH.get((route, method), "")
    written = Written()
    with transaction.atomic(), connection.execute_wrapper(written):
        sent = SENT_AS_JSON.get(f"{method} {route}", SENT_AS_JSON.get(route))
        if method in {"POST", "PUT", "PATCH"} and sent is not None:
            response = client.generic(method, asked, json.dumps(sent(world)), content_type="application/json")
        elif method == "POST":
            response = client.post(address, SENT[route](world) if route in SENT else {})
        else:
            response = client.generic(method, asked)
        body = _body(response)
        after = contents() if written.is_any else before
        transaction.set_rollback(True)
    asked_in = response.headers.get("Location", "") == f"/sign-in?next={quote(address)}"
    changed = frozenset(name for name in after if after[name] != before[name])
    return Answer("in" if asked_in else str(response.status_code), body, changed)


def _body(response: Any) -> bytes:
    """Read to its end: what is streamed is written down only as it leaves."""
    content: bytes = b"".join(response.streaming_content) if response.streaming else response.content
    return content


def contents() -> dict[str, Any]:
    """Everything in the database, by the name of the model; as it lies there, which is quicker than by objects."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(model._meta.db_table)} ORDER BY 1")
            found[model.__name__] = cursor.fetchall()
    return found


def addresses() -> dict[str, list[Callable[..., HttpResponseBase]]]:
    """Route → its views, as Django itself would look them up."""
    found: dict[str, list[Callable[..., HttpResponseBase]]] = {}

    def walk(resolver: URLResolver, before: str) -> None:
        for pattern in resolver.url_patterns:
            if isinstance(pattern, URLPattern):
                found.setdefault(before + str(pattern.pattern) or "/", []).append(pattern.callback)
            else:
                walk(pattern, before + str(pattern.pattern))

    walk(get_resolver(), "")
    return found
