"""Addresses of the desk's screens."""

from django.urls import path

from sapa.desk.views import call_detail, call_list, intake, line_board, people, people_sign_in, preferences

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
    path("people/<int:person_id>/sign-out", people_sign_in.person_sign_out, name="person-sign-out"),
    path("people/<int:person_id>/second-factor", people_sign_in.person_second_factor, name="person-second-factor"),
    path("people/<int:person_id>/unlock", people_sign_in.person_unlock, name="person-unlock"),
    path("theme", preferences.theme, name="theme"),
]
