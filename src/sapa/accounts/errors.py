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


class NotAdministrator(SapaError):
    def __init__(self) -> None:
        super().__init__("not_administrator", "Only an administrator may see and change people.", http_status=403)


class ConfirmFirst(SapaError):
    def __init__(self) -> None:
        super().__init__(
            "confirm_first",
            "Your sign-in is too old for this. Confirm who you are on the page /confirm, then ask again.",
            http_status=403,
        )


class LastAdministrator(SapaError):
    def __init__(self, username: str) -> None:
        super().__init__(
            "last_administrator",
            f"{username} is the last administrator. Give somebody else that role first.",
            http_status=409,
        )


class TeamMissing(SapaError):
    def __init__(self, name: str, known: list[str]) -> None:
        told = f"There are: {', '.join(known)}." if known else "There is none yet; sapa person team NAME makes one."
        super().__init__("team_missing", f"There is no team called {name}. {told}", http_status=404)


class TeamInvalid(SapaError):
    def __init__(self, problem: str) -> None:
        super().__init__("team_invalid", problem)


class PbxNameInvalid(SapaError):
    def __init__(self, problem: str) -> None:
        super().__init__("pbx_name_invalid", problem)


class PeopleInvalid(SapaError):
    """`problems`: one sentence for each, with its line."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("people_invalid", "\n".join(["Nobody was changed:", *problems]), problems=problems)


class TokenMissing(SapaError):
    def __init__(self, label: str) -> None:
        super().__init__("token_missing", f"There is no such token in force: {label}.", http_status=404)


class TokenLabelTooLong(SapaError):
    def __init__(self, longest: int) -> None:
        super().__init__("token_label_too_long", f"A label has at most {longest} characters.")


class PersonMissing(SapaError):
    def __init__(self, username: str) -> None:
        super().__init__("person_missing", f"There is no person called {username}.", http_status=404)


class PersonDisabled(SapaError):
    def __init__(self, username: str) -> None:
        super().__init__("person_disabled", f"{username} is disabled. Enable them first.", http_status=409)


class SecondFactorNeeded(SapaError):
    def __init__(self) -> None:
        super().__init__(
            "second_factor_needed",
            "Administrators need a second factor here. Set one up on the page Your account.",
            http_status=403,
        )


class SingleSignOnFailed(SapaError):
    def __init__(self) -> None:
        super().__init__(
            "sso_failed",
            "The sign-in service did not confirm who you are. Try again; if it stays so, tell an administrator.",
            http_status=401,
        )


class SingleSignOnUnknown(SapaError):
    def __init__(self, name: str) -> None:
        super().__init__(
            "sso_unknown",
            f"Nobody here signs in as {name}. Ask an administrator to add you under exactly this name.",
            http_status=403,
        )


class SingleSignOnUnverified(SapaError):
    def __init__(self) -> None:
        super().__init__(
            "sso_unverified",
            "The sign-in service has not verified your e-mail address, so it cannot say who you are here.",
            http_status=403,
        )


class SingleSignOnOther(SapaError):
    def __init__(self, name: str) -> None:
        super().__init__(
            "sso_other",
            f"{name} is tied to another account of the sign-in service. An administrator can untie them by resetting "
            "the second factor.",
            http_status=409,
        )


class PasswordWeak(SapaError):
    def __init__(self, reasons: list[str]) -> None:
        super().__init__("password_weak", " ".join(reasons))
        self.reasons = reasons
