"""Addresses of recordings."""

from django.urls import path

from sapa.recordings import views

urlpatterns = [
    path("<uuid:call_id>/audio", views.audio, name="recording-audio"),
    path("<uuid:call_id>/heard", views.heard, name="recording-heard"),
]
