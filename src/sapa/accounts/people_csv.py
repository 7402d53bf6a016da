"""People as a CSV tells of them: a row each, checked as a whole before anybody is changed.

Columns: `username` and, where wanted, `name`, `role`, `team`, `pbx_names` (several by `;`). By comma, or by semicolon
as spreadsheets write it where the comma marks decimals; then several names stand by `|`. An empty cell says nothing.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

from sapa.accounts.errors import PeopleInvalid
from sapa.accounts.models import Role

COLUMNS = ("username", "name", "role", "team", "pbx_names")
MOST_PEOPLE = 20_000
LONGEST = {"username": 150, "name": 150, "team": 100}
LONGEST_PBX_NAME = 100


@dataclass(frozen=True)
class PersonRow:
    """`None`: the table does not say. `pbx_names` are given in addition to those that the person has."""

    line: int
    username: str
    name: str | None = None
    role: Role | None = None
    team: str | None = None
    pbx_names: tuple[str, ...] = ()


@dataclass
class _Reading:
    problems: list[str] = field(default_factory=list)
    usernames: dict[str, int] = field(default_factory=dict)
    pbx_names: dict[str, int] = field(default_factory=dict)


def people_from_csv(content: bytes) -> list[PersonRow]:
    """Raises `PeopleInvalid` with every problem at once."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise PeopleInvalid(["The file is not text in UTF-8. Save it as CSV UTF-8."]) from exc
    head = text.partition("\n")[0]
    delimiter = ";" if head.count(";") > head.count(",") else ","
    table = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    columns = [column.strip().lower() for column in table.fieldnames or ()]
    table.fieldnames = columns
    if "username" not in columns:
        raise PeopleInvalid([f"The first line must name the columns: {', '.join(COLUMNS)}; username is needed."])
    strange = sorted(set(columns) - set(COLUMNS))
    if strange:
        raise PeopleInvalid([f"There is no column {strange[0]!r}. Known are: {', '.join(COLUMNS)}."])
    reading = _Reading()
    try:
        rows = list(_rows(table, reading, apart="|" if delimiter == ";" else ";"))
    except csv.Error as exc:
        raise PeopleInvalid([f"Line {table.line_num}: {exc}"]) from exc
    if len(rows) > MOST_PEOPLE:
        reading.problems.append(f"{len(rows)} people are too many at once; at most {MOST_PEOPLE}.")
    if reading.problems:
        raise PeopleInvalid(reading.problems)
    return rows


def _rows(table: csv.DictReader[str], reading: _Reading, *, apart: str) -> Iterator[PersonRow]:
    for cells in table:
        line, told = table.line_num, len(reading.problems)
        if None in cells:
            reading.problems.append(f"Line {line}: has more cells than there are columns.")
            continue
        given = {column: (value or "").strip() for column, value in cells.items()}
        if not any(given.values()):
            continue
        reading.problems += [f"Line {line}: {problem}" for problem in _problems(given, reading, line, apart)]
        if len(reading.problems) == told:
            yield PersonRow(
                line,
                given["username"],
                name=given.get("name") or None,
                role=Role(given["role"].lower()) if given.get("role") else None,
                team=given.get("team") or None,
                pbx_names=_names(given, apart),
            )


def _problems(given: dict[str, str], reading: _Reading, line: int, apart: str) -> Iterator[str]:
    username = given["username"]
    if not username:
        yield "has no username."
    elif (before := reading.usernames.setdefault(username.lower(), line)) != line:
        yield f"{username} stands in line {before} already."
    if given.get("role") and given["role"].lower() not in Role.values:
        yield f"{given['role']!r} is no role. Roles are: {', '.join(Role.values)}."
    for column, longest in LONGEST.items():
        if len(given.get(column, "")) > longest:
            yield f"{column} has more than {longest} characters."
    for name in _names(given, apart):
        if len(name) > LONGEST_PBX_NAME:
            yield f"a name of the phone system has more than {LONGEST_PBX_NAME} characters."
        elif (before := reading.pbx_names.setdefault(name, line)) != line:
            yield f"{name} of the phone system is given to somebody in line {before} already."


def _names(given: dict[str, str], apart: str) -> tuple[str, ...]:
    return tuple(name for part in given.get("pbx_names", "").split(apart) if (name := part.strip()))
