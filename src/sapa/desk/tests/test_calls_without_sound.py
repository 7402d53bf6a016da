"""A call that the phone system told of and nobody recorded: in the list, and on a page of its own."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pytest
from django.test import Client

from sapa.accounts.models import Person, Role
from sapa.calls.connectors.asterisk.site import Site
from sapa.calls.keeping import calls_derive
from sapa.calls.models import Call, PbxRowKind
from sapa.calls.selectors import veiled
from sapa.calls.taking_rows import log_take

pytestmark = pytest.mark.django_db
ABANDONED = b"""1795286821|1795286821.0|support|NONE|ENTERQUEUE||+77011112233|1
1795286829|1795286821.0|support|Aigerim|RINGNOANSWER|5000
1795286833|1795286821.0|support|NONE|ABANDON|1|1|12
"""


@pytest.fixture
def abandoned(tmp_path: Path) -> Call:
    log = tmp_path / "queue_log"
    log.write_bytes(ABANDONED)
    log_take(log, PbxRowKind.QUEUE_LOG, UTC)
    calls_derive(Site(UTC, "KZ"))
    return Call.objects.get()


def test_it_stands_in_the_list_as_not_recorded(client: Client, bogdan: Person, abandoned: Call) -> None:
    client.force_login(bogdan)
    page = client.get("/calls/")
    assert "+77011112233" in page.text
    assert "No recording" in page.text


def test_its_page_tells_what_the_phone_system_wrote_down(client: Client, bogdan: Person, abandoned: Call) -> None:
    client.force_login(bogdan)
    page = client.get(f"/calls/{abandoned.pk}/")
    for told in ("Abandoned", "0:12", "Did not answer", "Aigerim", "No recording of this call has come."):
        assert told in page.text
    assert "Marked by people" not in page.text


def test_who_is_shown_no_names_is_not_shown_who_did_not_answer(abandoned: Call) -> None:
    shown = veiled(Person(role=Role.OUTSIDE, names_hidden=True), abandoned)
    assert (shown.story, shown.dialled, shown.customer_number) == ({}, "", "")


def test_it_is_not_among_those_that_are_done(client: Client, bogdan: Person, abandoned: Call) -> None:
    client.force_login(bogdan)
    assert "+77011112233" not in client.get("/calls/?state=done").text
