"""Addresses of the desk's screens."""

from django.urls import path

from sapa.desk.views import call_detail, call_list, intake, line_board, preferences

urlpatterns = [
    path("", call_list.home, name="home"),
    path("calls/", call_list.call_list, name="call-list"),
    path("calls/upload", intake.upload, name="call-upload"),
    path("calls/<uuid:call_id>/", call_detail.call_detail, name="call-detail"),
    path("calls/<uuid:call_id>/retry", call_detail.retry, name="call-retry"),
    path("calls/<uuid:call_id>/agent-channel", call_detail.agent_channel, name="call-agent-channel"),
    path("line/", line_board.board, name="line"),
    path("line/retry", line_board.retry, name="line-retry"),
    path("theme", preferences.theme, name="theme"),
]
