"""People as their pages show them: a row each, and one person with all that can be said of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from sapa.accounts.models import ApiToken, Person, Role, Team
from sapa.accounts.selectors import people, people_found
from sapa.calls.models import Queue
from sapa.calls.selectors import UnmappedName, pbx_names_unmapped

PAGE_PEOPLE = 100
MOST_NAMES = 50


@dataclass(frozen=True)
class PersonRow:
    person: Person
    role: str
    pbx_names: str
    sees: str


@dataclass(frozen=True)
class PeopleFilter:
    text: str = ""
    role: str = ""
    with_disabled: bool = False


@dataclass(frozen=True)
class PeoplePage:
    rows: tuple[PersonRow, ...]
    total: int
    number: int
    pages: int
    unmapped: tuple[UnmappedName, ...]
    more_unmapped: int
    agents: tuple[Person, ...]


@dataclass(frozen=True)
class PersonSheet:
    """`tokens` are those in force; teams and queues are all that there are, for choosing."""

    person: Person
    sees: str
    pbx_lines: str
    granted_teams: frozenset[str]
    granted_queues: frozenset[str]
    teams: tuple[str, ...]
    queues: tuple[str, ...]
    tokens: tuple[ApiToken, ...]
    last_login_at: datetime | None


def people_page(wanted: PeopleFilter, *, number: int) -> PeoplePage:
    found = _found(wanted)
    total = found.count()
    pages = max(1, -(-total // PAGE_PEOPLE))
    number = min(max(1, number), pages)
    shown = found[(number - 1) * PAGE_PEOPLE : number * PAGE_PEOPLE]
    unmapped = pbx_names_unmapped()
    return PeoplePage(
        rows=tuple(_row(person) for person in shown),
        total=total,
        number=number,
        pages=pages,
        unmapped=tuple(unmapped[:MOST_NAMES]),
        more_unmapped=max(0, len(unmapped) - MOST_NAMES),
        agents=tuple(people().filter(is_active=True)) if unmapped else (),
    )


def person_sheet(person: Person) -> PersonSheet:
    return PersonSheet(
        person=person,
        sees=sees_words(person),
        pbx_lines="\n".join(sorted(one.name for one in person.pbx_names.all())),
        granted_teams=frozenset(grant.team.name for grant in person.team_grants.all()),
        granted_queues=frozenset(grant.queue.name for grant in person.queue_grants.all()),
        teams=team_names(),
        queues=tuple(Queue.objects.order_by("name").values_list("name", flat=True)),
        tokens=tuple(person.api_tokens.filter(revoked_at=None).order_by("created_at")),
        last_login_at=person.last_login,
    )


def team_names() -> tuple[str, ...]:
    return tuple(Team.objects.order_by("name").values_list("name", flat=True))


def sees_words(person: Person) -> str:
    """Whose calls, in the reader's language. Asks for grants that were fetched before."""
    if not person.is_active:
        return _("nothing, disabled")
    if person.is_outside:
        return _("calls that were given")
    if not person.controls_quality:
        return _("own calls") if person.role == Role.AGENT else _("nothing")
    teams = [grant.team.name for grant in person.team_grants.all()]
    queues = [grant.queue.name for grant in person.queue_grants.all()]
    if person.is_administrator or not (teams or queues):
        return _("every call")
    return ", ".join(sorted([*teams, *queues]))


def _found(wanted: PeopleFilter) -> QuerySet[Person]:
    is_active = None if wanted.with_disabled else True
    found = people_found(text=wanted.text, role=wanted.role, is_active=is_active)
    return found.prefetch_related("queue_grants__queue")


def _row(person: Person) -> PersonRow:
    names: Sequence[str] = sorted(one.name for one in person.pbx_names.all())
    return PersonRow(person, str(Role(person.role).label), ", ".join(names), sees_words(person))
