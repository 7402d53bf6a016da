"""Addresses of the desk's screens."""

from django.urls import path

from sapa.desk.views import (
    call_detail,
    call_list,
    intake,
    line_board,
    me,
    people,
    preferences,
    review,
    trust,
)

urlpatterns = [
    path("", call_list.home, name="home"),
    path("calls/", call_list.call_list, name="call-list"),
    path("calls/upload", intake.upload, name="call-upload"),
    path("calls/<uuid:call_id>/", call_detail.call_detail, name="call-detail"),
    path("calls/<uuid:call_id>/retry", call_detail.retry, name="call-retry"),
    path("calls/<uuid:call_id>/agent-channel", call_detail.agent_channel, name="call-agent-channel"),
    path("calls/<uuid:call_id>/review", review.start, name="call-review"),
    path("calls/<uuid:call_id>/machine", review.show_machine, name="call-machine"),
    path("reviews/", review.reviews, name="reviews"),
    path("reviews/next", review.next_call, name="review-next"),
    path("reviews/<uuid:review_id>/", review.review, name="review"),
    path("reviews/<uuid:review_id>/marks/<slug:criterion>", review.mark, name="review-mark"),
    path("reviews/<uuid:review_id>/note", review.note, name="review-note"),
    path("reviews/<uuid:review_id>/call-type", review.call_type, name="review-call-type"),
    path("reviews/<uuid:review_id>/undo", review.undo, name="review-undo"),
    path("reviews/<uuid:review_id>/submit", review.submit, name="review-submit"),
    path("reviews/<uuid:review_id>/reopen", review.reopen, name="review-reopen"),
    path("reviews/<uuid:review_id>/discard", review.discard, name="review-discard"),
    path("trust/", trust.trust, name="trust"),
    path("me/", me.me, name="me"),
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
    path("theme", preferences.theme, name="theme"),
]
