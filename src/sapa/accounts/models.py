"""People who sign in, the names the phone system knows them by, and the ways in: link and token."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator", _("Administrator")
    SUPERVISOR = "supervisor", _("Supervisor")
    REVIEWER = "reviewer", _("Reviewer")
    OUTSIDE = "outside_reviewer", _("Outside reviewer")
    AGENT = "agent", _("Agent")
    NONE = "none", _("No role")


class Team(models.Model):
    """People who work together; a call is of its agent's team."""

    name = models.CharField(max_length=100, unique=True)

    def __str__(self) -> str:
        return self.name


class Person(AbstractUser):
    """Signs in with `username`; a person without a role sees nothing. The role says what one may do, grants of teams
    and queues with whose calls (ADR 13)."""

    role = models.CharField(max_length=20, choices=Role, default=Role.NONE)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="people")
    language = models.CharField(max_length=5, blank=True)
    names_hidden = models.BooleanField(default=True)
    """Asked of outside reviewers only: see `hides_names`."""
    session_salt = models.CharField(max_length=32, blank=True, default="", editable=False)
    """Another one ends all sessions of the person at once, those that nobody listed too."""
    is_scoped: bool | None = None
    granted: tuple[list[str], list[int]] | None = None
    """Names of agents in granted teams, and granted queues. Both are asked of the database once for each person that
    was read, that is for each request; see `calls.selectors`."""

    @property
    def controls_quality(self) -> bool:
        return self.is_active and self.role in {Role.ADMINISTRATOR, Role.SUPERVISOR, Role.REVIEWER}

    @property
    def is_outside(self) -> bool:
        """Marks the calls that were given to them, and sees nothing else (ADR 18)."""
        return self.is_active and self.role == Role.OUTSIDE

    @property
    def marks_calls(self) -> bool:
        return self.controls_quality or self.is_outside

    @property
    def hides_names(self) -> bool:
        """Whether the names of agents and customers are kept from this person."""
        return self.role == Role.OUTSIDE and self.names_hidden

    @property
    def is_administrator(self) -> bool:
        return self.is_active and self.role == Role.ADMINISTRATOR

    @property
    def may_manage(self) -> bool:
        return self.is_active and self.role in {Role.ADMINISTRATOR, Role.SUPERVISOR}

    def _get_session_auth_hash(self, secret: str | bytes | None = None) -> str:
        """What a session must know to go on (Django 5.2 asks for it under this name): without a salt the same as
        Django's own, so that nobody was signed out when it came."""
        key_salt = "django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash"
        return salted_hmac(key_salt, self.password + self.session_salt, secret=secret, algorithm="sha256").hexdigest()

    def __str__(self) -> str:
        return self.get_full_name() or self.username


class TeamGrant(models.Model):
    """This person controls the quality of that team's calls. Without any grant: of all calls."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="team_grants")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="grants")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "team"], name="team_grant_once")]

    def __str__(self) -> str:
        return f"{self.person} → {self.team}"


class PbxName(models.Model):
    """A name or extension in the phone system's records that stands for a person."""

    name = models.CharField(max_length=100, unique=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="pbx_names")

    def __str__(self) -> str:
        return self.name


class SignInLink(models.Model):
    """A link that signs one person in once. Only the hash of its secret is kept."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    secret_sha256 = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class ApiToken(models.Model):
    """Lets a program act as a person over the REST API. Only the hash is kept."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="api_tokens")
    label = models.CharField(max_length=100)
    secret_sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
