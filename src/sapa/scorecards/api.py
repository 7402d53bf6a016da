"""Forms over the REST API: the published ones, the draft beside each, and the way in and out as a file."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Query, Router, Status
from ninja.files import UploadedFile

from sapa.core.api_shapes import ERRORS
from sapa.scorecards.changes import changes_between
from sapa.scorecards.drafts import (
    draft_discard,
    draft_make,
    draft_publish,
    draft_replace,
    draft_undo,
    form_begin,
    form_import,
)
from sapa.scorecards.exchange import EXPORTS
from sapa.scorecards.findings import findings_of
from sapa.scorecards.forms_json import (
    CheckOut,
    DraftIn,
    DraftMakeIn,
    DraftOut,
    FormBrief,
    FormIn,
    FormOut,
    ImportOut,
    LanguageCode,
    Number,
    PublishedOut,
    TrialOut,
    VersionIn,
    draft_told,
    form_brief,
    form_told,
    forms_changer,
    forms_reader,
    told,
    trial_told,
)
from sapa.scorecards.selectors import (
    card_of,
    draft_of,
    earlier_of,
    forms,
    forms_changer_require,
    revision_of,
    scorecard_of,
)
from sapa.scorecards.trying import MOST_CALLS, draft_try
from sapa.scorecards.types import Key

router = Router(tags=["forms"])
Shape = Literal["yaml", "amazon_connect", "google_qa"]
FILE = {200: {"content": {"application/yaml": {}, "application/json": {"schema": {"type": "object"}}}}}


@router.get("/forms", response={200: list[FormBrief], **ERRORS}, summary="Forms by key")
def form_list(request: HttpRequest) -> list[dict[str, Any]]:
    """For supervisors and administrators; what changes forms is for those of them who see every call."""
    forms_reader(request)
    return [form_brief(record) for record in forms()]


@router.post("/forms", response={201: DraftOut, **ERRORS}, summary="Begin a form")
def form_post(request: HttpRequest, given: FormIn) -> Status[dict[str, Any]]:
    """A draft of a form that was not there. 409 `scorecard_exists`."""
    person = forms_changer(request)
    draft = form_begin(person, given.title, key=given.key or "", copy_of=given.copy_of or "")
    return Status(201, draft_told(draft))


@router.post("/import/forms", response={201: ImportOut, **ERRORS}, summary="A form from a file, as a draft")
def form_import_post(
    request: HttpRequest, file: File[UploadedFile], language: Annotated[LanguageCode, Form("en")] = "en"
) -> Status[dict[str, Any]]:
    """YAML, its JSON, or the JSON of Amazon Connect or Google QA; which one shows by its content. `language` is that
    of the texts in theirs. A new form, or the draft of the one with the same key: 409 `draft_exists`."""
    person = forms_changer(request)
    draft, losses = form_import(person, file.read(), name=file.name or "", language=language)
    lost = [{"code": one.code, "sentence": one.sentence} for one in losses]
    return Status(201, {"draft": draft_told(draft), "losses": lost})


@router.get("/forms/{key}", response={200: FormOut, **ERRORS}, summary="The newest revision of a form")
def form_get(request: HttpRequest, key: Key) -> dict[str, Any]:
    """Calls are judged by it. A form that was never published has only its draft."""
    forms_reader(request)
    return form_told(revision_of(key))


@router.get("/forms/{key}/revisions/{number}", response={200: FormOut, **ERRORS}, summary="One revision of a form")
def revision_get(request: HttpRequest, key: Key, number: Number) -> dict[str, Any]:
    forms_reader(request)
    return form_told(revision_of(key, number))


@router.get(
    "/forms/{key}/export",
    response={200: None, **ERRORS},
    openapi_extra={"responses": FILE},
    summary="A form as a file",
)
def form_export(
    request: HttpRequest,
    key: Key,
    shape: Shape = "yaml",
    language: Annotated[LanguageCode, Query("en", description="In which the other system will speak")] = "en",
    draft: Annotated[bool, Query(description="The draft instead of the newest revision")] = False,
) -> HttpResponse:
    """YAML holds everything; the others one language and one call type, and no machine rules."""
    person = forms_reader(request)
    if draft:
        forms_changer_require(person)
    export, card = EXPORTS[shape], card_of(draft_of(key)) if draft else scorecard_of(revision_of(key))
    content = export.write(card, language)
    body = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, indent=2)
    response = HttpResponse(body, content_type=export.content_type)
    response["Content-Disposition"] = f'attachment; filename="{key}{export.ending}"'
    return response


@router.get("/forms/{key}/draft", response={200: DraftOut, **ERRORS}, summary="The draft of a form")
def draft_get(request: HttpRequest, key: Key) -> dict[str, Any]:
    forms_changer(request)
    return draft_told(draft_of(key))


@router.post("/forms/{key}/draft", response={201: DraftOut, **ERRORS}, summary="Make the draft of a form")
def draft_post(request: HttpRequest, key: Key, given: DraftMakeIn) -> Status[dict[str, Any]]:
    """409 `draft_exists`: somebody is working on one."""
    return Status(201, draft_told(draft_make(forms_changer(request), key, revision=given.revision)))


@router.put("/forms/{key}/draft", response={200: DraftOut, **ERRORS}, summary="Replace the content of a draft")
def draft_put(request: HttpRequest, key: Key, given: DraftIn) -> dict[str, Any]:
    """It may still lack things, see `check`. 409 `draft_conflict`: the draft is of another version, read it again."""
    return draft_told(draft_replace(forms_changer(request), key, given.content, version=given.version))


@router.delete("/forms/{key}/draft", response={204: None, **ERRORS}, summary="Discard a draft")
def draft_delete(request: HttpRequest, key: Key, version: Annotated[int, Query(ge=1, lt=2**31)]) -> Status[None]:
    """A form that was never published goes with it."""
    draft_discard(forms_changer(request), key, version=version)
    return Status(204, None)


@router.post("/forms/{key}/draft/undo", response={200: DraftOut, **ERRORS}, summary="Take the last change back")
def undo_post(request: HttpRequest, key: Key, given: VersionIn) -> dict[str, Any]:
    """Once more brings it again."""
    return draft_told(draft_undo(forms_changer(request), key, version=given.version))


@router.get("/forms/{key}/draft/check", response={200: CheckOut, **ERRORS}, summary="What is left to do in a draft")
def check_get(request: HttpRequest, key: Key) -> dict[str, Any]:
    forms_changer(request)
    card, earlier = card_of(draft_of(key)), earlier_of(key)
    found = findings_of(card, earlier)
    return {
        "errors": told([one for one in found if one.is_error]),
        "warnings": told([one for one in found if not one.is_error]),
        "changes": told(changes_between(earlier[max(earlier)], card)) if earlier else [],
    }


@router.get("/forms/{key}/draft/trial", response={200: TrialOut, **ERRORS}, summary="What the last calls would get")
def trial_get(
    request: HttpRequest, key: Key, calls: Annotated[int, Query(ge=1, le=MOST_CALLS)] = MOST_CALLS
) -> dict[str, Any]:
    """By the draft, and now by the newest revision. Ends after about ten seconds and stores nothing. 409
    `draft_unfinished` while there are errors."""
    return trial_told(draft_try(forms_changer(request), key, most_calls=calls))


@router.post("/forms/{key}/draft/publish", response={200: PublishedOut, **ERRORS}, summary="Publish a draft")
def publish_post(request: HttpRequest, key: Key, given: VersionIn) -> dict[str, Any]:
    """The next revision, by which calls are judged from now on. 409 `draft_unfinished` names the errors."""
    done = draft_publish(forms_changer(request), key, version=given.version)
    revision = done.revision
    told_of = {"revision": revision.number, "changed": done.changed, "published_at": revision.published_at}
    return {"key": key, **told_of}
