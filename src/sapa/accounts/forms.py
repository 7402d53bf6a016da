"""What is asked at the door; the codes and credentials themselves are checked by allauth's forms."""

from __future__ import annotations

from typing import Any

from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.core.cache import cache
from django.core.exceptions import ValidationError

SPENT_S = 120  # longer than any code holds, with the tolerance on both sides


class SignInForm(forms.Form):
    username = forms.CharField(max_length=150)
    password = forms.CharField(max_length=4096, strip=False)


class PasswordForm(forms.Form):
    password = forms.CharField(max_length=4096, strip=False)
    password_again = forms.CharField(max_length=4096, strip=False)

    @property
    def differs(self) -> bool:
        return bool(self.cleaned_data.get("password") != self.cleaned_data.get("password_again"))


class _Once:
    """allauth 65.21 takes a code for spent during its own half minute only; with the tolerance it holds for three."""

    user: Any

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]  # of the vendor's form beside this one
        if not cache.add(f"sapa.code.{self.user.pk}.{code.strip()}", "spent", timeout=SPENT_S):
            raise ValidationError("spent", code="incorrect_code")
        return code


class CodeForm(_Once, AuthenticateForm):  # type: ignore[misc]  # the vendor gives no types
    pass


class ConfirmCodeForm(_Once, ReauthenticateForm):  # type: ignore[misc]  # as above
    pass


class NewPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]  # as above
    """Always one that signs in alone: it lies in the device and asks for a finger, a face or a PIN."""

    name = forms.CharField(required=False, max_length=100)

    def clean(self) -> dict[str, Any]:
        self.cleaned_data["passwordless"] = True
        cleaned: dict[str, Any] = super().clean()
        return cleaned
