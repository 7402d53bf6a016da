"""What can go wrong with people and the ways in."""

from __future__ import annotations

from sapa.core.errors import SapaError


class LinkUnusable(SapaError):
    def __init__(self) -> None:
        super().__init__(
            "link_unusable",
            "This link was used already or has expired. Ask for a new one: sapa link NAME",
            http_status=410,
        )


class PersonExists(SapaError):
    def __init__(self, username: str) -> None:
        super().__init__("person_exists", f"There is already a person called {username}.", http_status=409)


class PersonInvalid(SapaError):
    def __init__(self, reasons: list[str]) -> None:
        super().__init__("person_invalid", " ".join(reasons))


class TokenLabelTooLong(SapaError):
    def __init__(self, longest: int) -> None:
        super().__init__("token_label_too_long", f"A label has at most {longest} characters.")


class PersonMissing(SapaError):
    def __init__(self, username: str) -> None:
        super().__init__("person_missing", f"There is no person called {username}.", http_status=404)


class PasswordWeak(SapaError):
    def __init__(self, reasons: list[str]) -> None:
        super().__init__("password_weak", " ".join(reasons))
