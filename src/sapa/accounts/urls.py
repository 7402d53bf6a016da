"""Addresses of signing in and out and of personal preferences."""

from django.urls import path

from sapa.accounts import views

urlpatterns = [
    path("sign-in", views.SignIn.as_view(), name="sign-in"),
    path("sign-out", views.SignOut.as_view(), name="sign-out"),
    path("enter/<str:secret>", views.enter, name="enter"),
    path("language", views.language, name="language"),
]
