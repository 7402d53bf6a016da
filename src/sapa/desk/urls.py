"""Addresses of the desk's screens."""

from django.urls import path

from sapa.desk.views import (
    call_detail,
    call_list,
    form_draft,
    form_rules,
    forms,
    intake,
    line_board,
    people,
    preferences,
)

urlpatterns = [
    path("", call_list.home, name="home"),
    path("calls/", call_list.call_list, name="call-list"),
    path("calls/upload", intake.upload, name="call-upload"),
    path("calls/<uuid:call_id>/", call_detail.call_detail, name="call-detail"),
    path("calls/<uuid:call_id>/retry", call_detail.retry, name="call-retry"),
    path("calls/<uuid:call_id>/agent-channel", call_detail.agent_channel, name="call-agent-channel"),
    path("line/", line_board.board, name="line"),
    path("line/retry", line_board.retry, name="line-retry"),
    path("people/", people.people_list, name="people"),
    path("people/new", people.person_new, name="person-new"),
    path("people/import", people.people_table, name="people-import"),
    path("people/names", people.name_give, name="people-names"),
    path("people/<int:person_id>/", people.person_detail, name="person"),
    path("people/<int:person_id>/switch", people.person_switch, name="person-switch"),
    path("people/<int:person_id>/link", people.person_link, name="person-link"),
    path("people/<int:person_id>/revoke", people.person_token_revoke, name="person-token-revoke"),
    path("forms/", forms.form_list, name="forms"),
    path("forms/new-form", forms.form_new, name="form-new"),  # a key has no hyphen
    path("forms/choice-rules", form_rules.rules, name="form-rules"),
    path("forms/choice-rules/<int:rule_id>", form_rules.rule, name="form-rule"),
    path("forms/<slug:key>/", forms.form_page, name="form"),
    path("forms/<slug:key>/revisions/<int:number>/", forms.form_page, name="form-revision"),
    path("forms/<slug:key>/export/<slug:shape>", forms.form_export, name="form-export"),
    path("forms/<slug:key>/edit", forms.form_draft_make, name="form-draft-make"),
    path("forms/<slug:key>/draft", form_draft.builder, name="form-draft"),
    path("forms/<slug:key>/draft/undo", form_draft.undo, name="form-undo"),
    path("forms/<slug:key>/draft/discard", form_draft.discard, name="form-discard"),
    path("forms/<slug:key>/draft/publish", form_draft.publish, name="form-publish"),
    path("forms/<slug:key>/draft/try", form_draft.try_out, name="form-try"),
    path("theme", preferences.theme, name="theme"),
]
