"""Addresses of signing in and out, of one's own account and of personal preferences. Those that allauth looks for by
name bear its names."""

from django.urls import path

from sapa.accounts.views import account, confirm, passkeys, single_sign_on, ways_in

urlpatterns = [
    path("sign-in", ways_in.sign_in, name="account_login"),
    path("sign-in", ways_in.sign_in, name="sign-in"),
    path("sign-in/second", ways_in.second, name="mfa_authenticate"),
    path("sign-in/passkey", ways_in.by_passkey, name="sign-in-passkey"),
    path("sign-in/with/<str:provider_id>", single_sign_on.leave, name="openid_connect_login"),
    path("sign-in/with/<str:provider_id>/done", single_sign_on.come_back, name="openid_connect_callback"),
    path("sign-out", ways_in.SignOut.as_view(), name="sign-out"),
    path("enter/<str:secret>", ways_in.enter, name="enter"),
    path("language", ways_in.language, name="language"),
    path("confirm", confirm.confirm, name="confirm"),
    path("passkey/begin", passkeys.passkey_begin, name="passkey-begin"),
    path("passkey/begin-new", passkeys.passkey_begin_new, name="passkey-begin-new"),
    path("account/", account.account, name="account"),
    path("account/password", account.password, name="account-password"),
    path("account/codes", account.codes, name="account-codes"),
    path("account/codes/off", account.codes_off, name="account-codes-off"),
    path("account/recovery", account.recovery, name="account-recovery"),
    path("account/passkeys/new", passkeys.passkey_new, name="passkey-new"),
    path("account/passkeys/<int:key_id>/name", passkeys.passkey_name, name="passkey-name"),
    path("account/passkeys/<int:key_id>/remove", passkeys.passkey_remove, name="passkey-remove"),
    path("account/sessions/end", account.sessions_end, name="sessions-end"),
    path("account/sessions/<int:session_id>/end", account.session_end, name="session-end"),
]
