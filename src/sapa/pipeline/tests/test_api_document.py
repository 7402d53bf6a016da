from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from sapa import __version__
from sapa.calls.connectors.hosted.events import COMMON, FIELDS

OF_PEOPLE_AND_FORMS = {  # and what stands beside them
    "/api/v1/consultations": {"get"},
    "/api/v1/consultations/{consultation_id}/comments": {"get", "post"},
    "/api/v1/given": {"get", "post"},
    "/api/v1/given/take-back": {"post"},
    "/api/v1/me": {"get"},
    "/api/v1/people": {"get", "post"},
    "/api/v1/people/{username}": {"get", "patch"},
    "/api/v1/people/{username}/disable": {"post"},
    "/api/v1/people/{username}/enable": {"post"},
    "/api/v1/people/{username}/sign-in-link": {"post"},
    "/api/v1/people/{username}/sign-out": {"post"},
    "/api/v1/people/{username}/tokens": {"get", "delete"},
    "/api/v1/people/{username}/pbx-names": {"put", "delete"},
    "/api/v1/people/{username}/granted-teams": {"put", "delete"},
    "/api/v1/people/{username}/granted-queues": {"put", "delete"},
    "/api/v1/import/people": {"post"},
    "/api/v1/pbx-names/unmapped": {"get"},
    "/api/v1/teams": {"get", "post"},
    "/api/v1/forms": {"get", "post"},
    "/api/v1/forms/{key}": {"get"},
    "/api/v1/forms/{key}/revisions/{number}": {"get"},
    "/api/v1/forms/{key}/export": {"get"},
    "/api/v1/forms/{key}/draft": {"get", "post", "put", "delete"},
    "/api/v1/forms/{key}/draft/undo": {"post"},
    "/api/v1/forms/{key}/draft/check": {"get"},
    "/api/v1/forms/{key}/draft/trial": {"get"},
    "/api/v1/forms/{key}/draft/publish": {"post"},
    "/api/v1/import/forms": {"post"},
    "/api/v1/form-rules": {"get", "post"},
    "/api/v1/form-rules/{rule_id}": {"put", "delete"},
    "/api/v1/form-rules/{rule_id}/move": {"post"},
    "/api/v1/calls/{call_id}/form": {"get"},
    "/api/v1/calls/{call_id}/hear-again": {"post"},
    "/api/v1/hearing-rules": {"get", "put", "delete"},
    "/api/v1/pbx/events": {"post"},
}


@pytest.fixture
def document() -> dict[str, Any]:
    response = Client().get("/api/v1/openapi.json")
    assert response.status_code == 200
    content: dict[str, Any] = json.loads(response.content)
    return content


def test_the_document_lists_every_route_and_way_in(document: dict[str, Any]) -> None:
    routes = {(path, method) for path, methods in document["paths"].items() for method in methods}
    assert routes == {
        ("/api/v1/calls", "post"),
        ("/api/v1/calls", "get"),
        ("/api/v1/calls/{call_id}", "get"),
        ("/api/v1/calls/{call_id}/reviews", "get"),
        ("/api/v1/calls/{call_id}/reviews", "post"),
        ("/api/v1/reviews", "get"),
        ("/api/v1/reviews/{review_id}", "get"),
        ("/api/v1/reviews/{review_id}", "delete"),
        ("/api/v1/reviews/{review_id}/marks/{criterion}", "patch"),
        ("/api/v1/reviews/{review_id}/note", "put"),
        ("/api/v1/reviews/{review_id}/reopen", "post"),
        ("/api/v1/reviews/{review_id}/submit", "post"),
        ("/api/v1/reviews/{review_id}/undo", "post"),
        ("/api/v1/trust", "get"),
        ("/api/v1/agents/days", "get"),
    } | {(path, method) for path, methods in OF_PEOPLE_AND_FORMS.items() for method in methods}
    assert (document["info"]["title"], document["info"]["version"]) == ("Sapa", __version__)
    assert {way["type"] for way in document["components"]["securitySchemes"].values()} == {"http", "apiKey"}


def test_every_route_tells_its_errors_in_one_shape(document: dict[str, Any]) -> None:
    for methods in document["paths"].values():
        for operation in methods.values():
            shapes = {
                json.dumps(answer["content"]["application/json"]["schema"])
                for status, answer in operation["responses"].items()
                if status >= "400"
            }
            assert shapes == {'{"$ref": "#/components/schemas/ErrorOut"}'}


def test_handing_in_a_recording_is_described_with_its_fields(document: dict[str, Any]) -> None:
    body = document["paths"]["/api/v1/calls"]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert {"file", "call_id", "agent", "direction", "started_at", "agent_channel"} <= set(body["properties"])
    assert body["required"] == ["file"]


def test_events_are_described_each_with_its_fields(document: dict[str, Any]) -> None:
    operation = document["paths"]["/api/v1/pbx/events"]["post"]
    one, many = operation["requestBody"]["content"]["application/json"]["schema"]["anyOf"]
    fields = {shape["title"]: shape["properties"].keys() - set(COMMON) for shape in one["oneOf"]}
    assert fields == {event.value: set(known) for event, known in FIELDS.items()}
    assert (many["type"], many["items"]) == ("array", one)
    assert [(each["name"], each["in"], each["required"]) for each in operation["parameters"]] == [
        ("Sapa-Signature", "header", True)
    ]
    assert "security" not in operation


def test_no_part_of_it_points_nowhere(document: dict[str, Any]) -> None:
    def references(node: Any) -> set[str]:
        if isinstance(node, dict):
            own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
            return own.union(*(references(value) for value in node.values()))
        return set().union(*(references(value) for value in node)) if isinstance(node, list) else set()

    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert references(document) <= known
