from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sapa.config import env


@pytest.fixture(autouse=True)
def own_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """What these tests declare is not for docs/configuration.md."""
    monkeypatch.setattr(env, "VARIABLES", {})


def refused(read: Callable[[], Any]) -> str:
    with pytest.raises(env.BadSetting) as caught:
        read()
    return str(caught.value)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("yes", True),
        ("True", True),
        ("1", True),
        ("on", True),
        ("no", False),
        ("0", False),
        ("OFF", False),
        ("", False),
    ],
)
def test_a_flag_is_read(monkeypatch: pytest.MonkeyPatch, raw: str, value: bool) -> None:
    monkeypatch.setenv("SAPA_X", raw)
    assert env.flag("SAPA_X", not value, "a flag") is value


def test_a_bad_flag_stops_the_start_with_what_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAPA_X", "maybe")
    assert refused(lambda: env.flag("SAPA_X", False, "a flag")) == "sapa: SAPA_X: 'maybe' is not one of: yes, no"


@pytest.mark.parametrize("raw", ["", "many", "1.5", "0", "11", "-3"])
def test_a_bad_number_stops_the_start(monkeypatch: pytest.MonkeyPatch, raw: str) -> None:
    monkeypatch.setenv("SAPA_X", raw)
    told = refused(lambda: env.integer("SAPA_X", 5, "a number", low=1, high=10))
    assert told.startswith("sapa: SAPA_X: ")
    assert "whole number" in told or "between 1 and 10" in told


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        ("/folder", "scheme '' is not known; give empty, file:///folder or s3://"),
        ("ftp://server", "scheme 'ftp' is not known"),
        ("file://folder/x", "by three slashes"),
        ("file:///", "by three slashes"),
        ("s3://", "bucket '' is not"),
        ("s3://key:secret@bucket", "SAPA_S3_ACCESS_KEY"),
        ("s3://calls/../x", "prefix"),
        ("s3://calls?endpiont=http://a", "option 'endpiont' is not one of: endpoint, region, ca"),
        ("s3://calls?endpoint=server:9000", "is not like https://server"),
        ("s3://[calls", "is no address"),
    ],
)
def test_a_storage_that_cannot_be_stops_the_start(monkeypatch: pytest.MonkeyPatch, raw: str, problem: str) -> None:
    monkeypatch.setenv("SAPA_X", raw)
    told = refused(lambda: env.blobs("SAPA_X", "", "where recordings lie"))
    assert problem in told
    assert "key:secret" not in told


@pytest.mark.parametrize("raw", ["", "file:///shared/calls", "s3://calls", "s3://calls/a/b?endpoint=https://s:9000/x"])
def test_a_storage_that_can_be_is_kept(monkeypatch: pytest.MonkeyPatch, raw: str) -> None:
    monkeypatch.setenv("SAPA_X", raw)
    assert env.blobs("SAPA_X", "", "where recordings lie") == raw


def test_a_pattern_of_names_that_cannot_be_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAPA_X", "{caller}")
    assert "{caller} in '{caller}' is not one of: call_id" in refused(lambda: env.file_pattern("SAPA_X", "", "names"))


@pytest.mark.parametrize("raw", ["1", "10", " 7 "])
def test_the_borders_of_a_number_are_allowed(monkeypatch: pytest.MonkeyPatch, raw: str) -> None:
    monkeypatch.setenv("SAPA_X", raw)
    assert env.integer("SAPA_X", 5, "a number", low=1, high=10) == int(raw)


def test_a_bad_choice_stops_the_start_with_what_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAPA_X", "de")
    told = refused(lambda: env.choice("SAPA_X", "en", "a language", allowed=("en", "ru")))
    assert told == "sapa: SAPA_X: 'de' is not one of: en, ru"


def test_what_is_not_set_has_its_default() -> None:
    assert env.flag("SAPA_X", True, "a flag") is True
    assert env.integer("SAPA_X", 5, "a number", low=1, high=10) == 5
    assert env.choice("SAPA_X", "en", "a language", allowed=("en",)) == "en"
    assert env.words("SAPA_X", "a, b,,c ", "words") == ["a", "b", "c"]
    assert env.text("SAPA_X", " here ", "a text") == "here"


def test_a_path_is_made_absolute_and_knows_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "dana"))
    assert env.path("SAPA_X", "var", "a folder") == tmp_path / "var"
    monkeypatch.setenv("SAPA_X", "~/sapa")
    assert env.path("SAPA_X", "var", "a folder") == tmp_path / "dana" / "sapa"


def test_a_secret_may_lie_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hidden\n")
    monkeypatch.setenv("SAPA_X_FILE", str(tmp_path / "secret"))
    assert env.text("SAPA_X", "", "a secret", secret=True) == "hidden"
    assert env.text("SAPA_X", "", "no secret") == ""
    monkeypatch.setenv("SAPA_X", "open")
    assert env.text("SAPA_X", "", "a secret", secret=True) == "open"


def test_a_secret_file_that_cannot_be_read_stops_the_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SAPA_X_FILE", str(tmp_path / "none"))
    told = refused(lambda: env.text("SAPA_X", "", "a secret", secret=True))
    assert told.startswith("sapa: SAPA_X_FILE: cannot read ")


def test_a_database_is_sqlite_in_the_data_folder_unless_told(tmp_path: Path) -> None:
    found = env.database("SAPA_X", "", "a database", data_dir=tmp_path)
    assert (found["ENGINE"], found["NAME"]) == ("django.db.backends.sqlite3", str(tmp_path / "sapa.sqlite3"))


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("sqlite:////srv/a.db", "/srv/a.db"),
        ("sqlite:///a.db", "{here}/a.db"),
        ("sqlite:///data/a.db", "{here}/data/a.db"),
        ("sqlite:////srv/a#1?.db", "/srv/a#1?.db"),
    ],
)
def test_sqlite_is_named_by_its_file_from_here_or_from_the_root(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SAPA_X", url)
    found = env.database("SAPA_X", "", "a database", data_dir=tmp_path)
    assert found["NAME"] == name.format(here=tmp_path)


@pytest.mark.parametrize("url", ["sqlite:", "sqlite://a.db", "sqlite:///"])
def test_sqlite_without_a_file_stops_the_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str) -> None:
    monkeypatch.setenv("SAPA_X", url)
    assert "sqlite:///file" in refused(lambda: env.database("SAPA_X", "", "a database", data_dir=tmp_path))


@pytest.mark.parametrize("name", ["calls #1", "what?", "50%"])
def test_the_database_lies_in_the_data_folder_whatever_its_name(tmp_path: Path, name: str) -> None:
    found = env.database("SAPA_X", "", "a database", data_dir=tmp_path / name)
    assert found["NAME"] == str(tmp_path / name / "sapa.sqlite3")


def test_a_folder_is_made_for_its_owner_only(tmp_path: Path) -> None:
    assert env.folder(tmp_path / "tmp") == str(tmp_path / "tmp")
    assert (tmp_path / "tmp").stat().st_mode & 0o777 == 0o700
    (tmp_path / "file").touch()
    assert env.folder(tmp_path / "file" / "tmp") is None


def test_postgresql_is_named_by_its_address(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SAPA_X", "postgresql://sa%40pa:p%2Fw@db.example:5433/calls")
    found = env.database("SAPA_X", "", "a database", data_dir=tmp_path)
    parts = [found[key] for key in ("ENGINE", "USER", "PASSWORD", "HOST", "PORT", "NAME")]
    assert parts == ["django.db.backends.postgresql", "sa@pa", "p/w", "db.example", "5433", "calls"]


def test_options_of_the_address_reach_the_server_and_a_lost_one_is_noticed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(
        "SAPA_X", "postgresql://db/calls?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem&connect_timeout=2"
    )
    options = env.database("SAPA_X", "", "a database", data_dir=tmp_path)["OPTIONS"]
    assert isinstance(options, dict)
    assert (options["sslmode"], options["sslrootcert"]) == ("verify-full", "/etc/ca.pem")
    assert options["connect_timeout"] == "2"
    assert options["tcp_user_timeout"] == 30_000


def test_an_option_that_nobody_would_heed_stops_the_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SAPA_X", "postgresql://db/calls?sslmod=require")
    assert "'sslmod' is not one of" in refused(lambda: env.database("SAPA_X", "", "a database", data_dir=tmp_path))


@pytest.mark.parametrize("url", ["mysql://a/b", "just-a-name", "http://a/b"])
def test_another_database_stops_the_start_with_what_is_allowed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str
) -> None:
    monkeypatch.setenv("SAPA_X", url)
    told = refused(lambda: env.database("SAPA_X", "", "a database", data_dir=tmp_path))
    assert told.endswith("is not one of: sqlite, postgresql")


def test_every_variable_is_declared_with_its_help() -> None:
    env.choice("SAPA_X", "en", "Language", allowed=("en", "ru"))
    env.integer("SAPA_Y", 5, "Number", low=1, high=10)
    assert env.VARIABLES["SAPA_X"].help == "Language (one of: en, ru)"
    assert (env.VARIABLES["SAPA_Y"].help, env.VARIABLES["SAPA_Y"].default) == ("Number (1–10)", "5")


@pytest.mark.parametrize("raw", ["", "http://asr.example:8000/v1", "https://[::1]/v1"])
def test_a_server_is_an_address_without_a_slash_at_its_end(monkeypatch: pytest.MonkeyPatch, raw: str) -> None:
    monkeypatch.setenv("SAPA_X", f"{raw}/" if raw else "")
    assert env.server("SAPA_X", "", "a server") == raw


@pytest.mark.parametrize(
    "raw",
    [
        "asr.example/v1",
        "ftp://asr.example",
        "http:///v1",
        "http://asr.example/v1?key=1",
        "http://asr.example/#v1",
        "http://name:password@asr.example/v1",
        "http://asr.example:80000/v1",
    ],
)
def test_another_thing_than_an_address_stops_the_start(monkeypatch: pytest.MonkeyPatch, raw: str) -> None:
    monkeypatch.setenv("SAPA_X", raw)
    told = refused(lambda: env.server("SAPA_X", "", "a server"))
    assert "password" not in told or "name or a password" in told


@pytest.mark.parametrize("raw", ["two words", "новый", "a\x1bb"])
def test_a_key_that_no_header_can_hold_stops_the_start_untold(monkeypatch: pytest.MonkeyPatch, raw: str) -> None:
    monkeypatch.setenv("SAPA_X", raw)
    assert raw not in refused(lambda: env.bearer("SAPA_X", "a key"))


def test_a_key_may_lie_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("sk-1_a.B\n")
    monkeypatch.setenv("SAPA_X_FILE", str(tmp_path / "key"))
    assert env.bearer("SAPA_X", "a key") == "sk-1_a.B"


def secrets() -> list[str]:
    return env.shared_secrets("SAPA_X", "secrets", shortest=32, most=2)


def test_secrets_are_none_one_or_two(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert secrets() == []
    (tmp_path / "secret").write_text("a" * 32 + "\n")
    monkeypatch.setenv("SAPA_X_FILE", str(tmp_path / "secret"))
    assert secrets() == ["a" * 32]
    monkeypatch.setenv("SAPA_X", f"{'a' * 32} , {'b' * 40},")
    assert secrets() == ["a" * 32, "b" * 40]


@pytest.mark.parametrize("raw", ["hush", "a" * 31, "a" * 32 + ",hush", ",".join(3 * ["a" * 32]), "ключ" * 10])
def test_what_is_wrong_with_a_secret_is_said_without_it(monkeypatch: pytest.MonkeyPatch, raw: str) -> None:
    monkeypatch.setenv("SAPA_X", raw)
    told = refused(secrets)
    assert told.startswith("sapa: SAPA_X: ")
    assert not any(part in told for part in raw.split(","))


WORD = "secret-word"


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (f"mysql://root:{WORD}@h/asterisk?cel=cel", "MySQL and MariaDB are not read"),
        (f"postgresql://u:{WORD}@h/asterisk", "names no table"),
        (f"postgresql://u:{WORD}@h?cel=cel", "names no database"),
        (f"postgresql://u:{WORD}@h:port/d?cel=cel", "an address is none of those"),
        (f"postgresql://u:{WORD}#1@h/d?cel=cel", "%23"),
        (f"postgresql://u:{WORD}@h/d?cel=cel&mode=x", "one of: cel, cdr, utc, channel"),
        (f"postgresql://u:{WORD}@h/d?cel=cel;drop", "a table is named by"),
        ("sqlite:///master.db?cel=cel", "four slashes"),
        ("sqlite:////master%00.db?cel=cel", "an address is none of those"),
        ("sqlite:////master.db?cel=cel&sslmode=require", "is one of: cel, cdr, utc"),
        ("sqlite:////master.db?cel=cel&utc=1", "utc is not one of"),
    ],
)
def test_what_is_wrong_with_a_table_is_said_without_its_password(
    monkeypatch: pytest.MonkeyPatch, raw: str, problem: str
) -> None:
    monkeypatch.setenv("SAPA_TEST", raw)
    with pytest.raises(env.BadSetting) as refused:
        env.tables("SAPA_TEST", "")
    assert problem in str(refused.value)
    assert "secret" not in str(refused.value)


def test_tables_are_named_by_the_addresses_of_their_databases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "SAPA_TEST", f"postgresql://u:{WORD}@h/d?cel=public.cel&cdr=cdr,\nsqlite:////a%20b/m.db?cdr=cdr&utc=yes"
    )
    told = [(one.vendor, one.database, one.kind, one.table, one.is_utc) for one in env.tables("SAPA_TEST", "")]
    assert told == [
        ("postgresql", "d", "cel", "public.cel", False),
        ("postgresql", "d", "cdr", "cdr", False),
        ("sqlite", "/a b/m.db", "cdr", "cdr", True),
    ]
