"""What is sent to each address of the access matrix that takes something, so that a refusal refuses a real act."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from sapa.config.tests.access_world import LONG_PASSWORD, TOTP_SECRET, World, words_read
from sapa.pipeline.tests.workbench import tiny_wav
from tests.fixtures.cast import code_now


def _recording() -> SimpleUploadedFile:
    return SimpleUploadedFile("new.wav", tiny_wav())


# What whoever may do it sends with a POST, so that a refusal is one of the person and not of the form.
SENT: dict[str, Callable[[World], dict[str, Any]]] = {
    "api/v1/calls": lambda world: {"file": _recording(), "agent": "Aigerim"},
    "sign-in": lambda world: {"username": "bogdan", "password": "a guess"},
    "language": lambda world: {"language": "pl"},
    "theme": lambda world: {"theme": "dark"},
    "recordings/<uuid:call_id>/heard": lambda world: {"start_s": "1", "end_s": "2"},
    "calls/upload": lambda world: {"recordings": _recording()},
    "calls/<uuid:call_id>/agent-channel": lambda world: {"channel": "0"},
    "hearing/new": lambda world: {"queue": "loans", "language_told": "kk"},
    "hearing/<int:hearing_rule_id>/": lambda world: {"model": "small"},
    "queues/<int:queue_id>/": lambda world: {"new": "Lending"},
    "queues/projects/<int:project_id>/": lambda world: {"act": "rename", "name": "Lending"},
    "line/retry": lambda world: {"call": str(world.call.pk)},
    "reviews/<uuid:review_id>/marks/<slug:criterion>": lambda world: {"version": 2, "judgement": "0"},
    "reviews/<uuid:review_id>/note": lambda world: {"version": 2, "comment": "Well done"},
    "reviews/<uuid:review_id>/call-type": lambda world: {"version": 2, "call_type": "service"},
    "reviews/<uuid:review_id>/undo": lambda world: {"version": 2},
    "reviews/<uuid:review_id>/submit": lambda world: {"version": 2},
    "reviews/<uuid:review_id>/discard": lambda world: {"version": 2},
    "reviews/<uuid:review_id>/reopen": lambda world: {"reason": "heard again"},
    "forms/new-form": lambda world: {"act": "blank", "title": "New"},
    "forms/choice-rules": lambda world: {"form": "cqr", "direction": "inbound"},
    "forms/choice-rules/<int:rule_id>": lambda world: {"act": "delete"},
    "forms/<slug:key>/draft": lambda world: {"act": "section_add", "new_title": "New", "version": "2"},
    "forms/<slug:key>/draft/undo": lambda world: {"version": "2"},
    "forms/<slug:key>/draft/discard": lambda world: {"version": "2"},
    "forms/<slug:key>/draft/publish": lambda world: {"version": "2"},
    "forms/<slug:key>/draft/consultation": lambda world: {"to": "everybody", "version": "0"},
    "forms/<slug:key>/consultations/<int:consultation_id>/": lambda world: {
        "comment": str(world.comment.pk),
        "version": "1",
        "outcome": "taken_up",
    },
    "open-forms/<int:consultation_id>/": lambda world: {
        "act": "add",
        "part": "greeting",
        "kind": "idea",
        "text": "Say it in Kazakh too",
        "read": words_read("greeting"),
    },
    "open-forms/<int:consultation_id>/trials": lambda world: {"call": str(world.call.pk)},
    "open-forms/trials/<uuid:trial_id>/marks/<slug:criterion>": lambda world: {"version": "1", "judgement": "0"},
    "open-forms/trials/<uuid:trial_id>/finish": lambda world: {"version": "1"},
    "open-forms/trials/<uuid:trial_id>/discard": lambda world: {"version": "1"},
    "open-forms/trials/<uuid:trial_id>/comment": lambda world: {"criterion": "need"},
    "given/new": lambda world: {"person": "farida", "count": "5"},
    "given/<int:reviewer_id>/take-back": lambda world: {"call": str(world.call.pk)},
    "people/new": lambda world: {"username": "zarina", "name": "Zarina", "role": "administrator"},
    "people/import": lambda world: {
        "table": SimpleUploadedFile("people.csv", b"username,role\nzarina,administrator\n")
    },
    "people/names": lambda world: {"person": str(world.people["erlan"].pk), "name": "Aigerim"},
    "people/<int:person_id>/": lambda world: {"name": "Erlan", "role": "administrator", "pbx_names": "Aigerim"},
    "people/<int:person_id>/revoke": lambda world: {"label": "test"},
    "api/v1/import/people": lambda world: {"file": SimpleUploadedFile("people.csv", b"username\nzarina\n")},
    "api/v1/import/forms": lambda world: {"file": SimpleUploadedFile("new.yaml", b"key: new\ntitle: {en: New}\n")},
    "account/codes": lambda world: {"code": code_now(TOTP_SECRET)},
    "account/passkeys/<int:key_id>/name": lambda world: {"name": "blue key"},
    "account/password": lambda world: {"password": LONG_PASSWORD, "password_again": LONG_PASSWORD},
}


SENT_AS_JSON: dict[str, Callable[[World], dict[str, Any]]] = {
    "api/v1/consultations/<consultation_id>/comments": lambda world: {
        "kind": "idea",
        "text": "Fewer",
        "read": words_read(""),
    },
    "api/v1/reviews/<review_id>/marks/<criterion>": lambda world: {"version": 2, "judgement": "0"},
    "api/v1/reviews/<review_id>/note": lambda world: {"version": 2, "comment": "Well done"},
    "api/v1/reviews/<review_id>/undo": lambda world: {"version": 2},
    "api/v1/reviews/<review_id>/submit": lambda world: {"version": 2},
    "api/v1/reviews/<review_id>/reopen": lambda world: {"reason": "heard again"},
    "api/v1/people": lambda world: {"username": "zarina", "role": "administrator"},
    "api/v1/people/<username>": lambda world: {"role": "administrator", "pbx_names": ["Aigerim"]},
    "api/v1/teams": lambda world: {"name": "Loans"},
    "api/v1/forms": lambda world: {"title": {"en": "New"}},
    "POST api/v1/forms/<key>/draft": lambda world: {},
    "PUT api/v1/forms/<key>/draft": lambda world: {"version": 2, "content": {"key": "cqr", "title": {"en": "Other"}}},
    "api/v1/forms/<key>/draft/undo": lambda world: {"version": 2},
    "api/v1/forms/<key>/draft/publish": lambda world: {"version": 2},
    "api/v1/form-rules": lambda world: {"form": "cqr", "conditions": {"direction": ["inbound"]}},
    "api/v1/form-rules/<rule_id>": lambda world: {"form": "cqr", "conditions": {"direction": ["inbound"]}},
    "api/v1/form-rules/<rule_id>/move": lambda world: {"place": 1},
    "api/v1/hearing-rules": lambda world: {"queue": "cards", "model": "small"},
    "api/v1/given": lambda world: {"person": "farida", "call_ids": [str(world.call.pk)]},
    "api/v1/given/take-back": lambda world: {"person": "farida", "call_ids": [str(world.call.pk)]},
}
ASKED_WITH = {
    ("api/v1/reviews/<review_id>", "DELETE"): "?version=2",
    ("api/v1/people/<username>/tokens", "DELETE"): "?label=test",
    ("api/v1/people/<username>/pbx-names", "PUT"): "?name=Aigerim",
    ("api/v1/people/<username>/pbx-names", "DELETE"): "?name=Erlan",
    ("api/v1/people/<username>/granted-teams", "PUT"): "?name=Cards",
    ("api/v1/people/<username>/granted-teams", "DELETE"): "?name=Cards",
    ("api/v1/people/<username>/granted-queues", "PUT"): "?name=loans",
    ("api/v1/people/<username>/granted-queues", "DELETE"): "?name=loans",
    ("api/v1/forms/<key>/draft", "DELETE"): "?version=2",
    ("api/v1/hearing-rules", "DELETE"): "?queue=cards",
}
