"""A call that the phone system told of and nobody recorded: in the list, and on a page of its own."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pytest
from django.test import Client

from sapa.accounts.models import Person
from sapa.calls.connectors.asterisk.site import Site
from sapa.calls.keeping import calls_derive
from sapa.calls.models import Call, PbxRowKind
from sapa.calls.taking_rows import log_take

pytestmark = pytest.mark.django_db
ABANDONED = b"""1795286821|1795286821.0|support|NONE|ENTERQUEUE||+77011112233|1
1795286833|1795286821.0|support|NONE|ABANDON|1|1|12
"""


@pytest.fixture
def abandoned(tmp_path: Path) -> Call:
    log = tmp_path / "queue_log"
    log.write_bytes(ABANDONED)
    log_take(log, PbxRowKind.QUEUE_LOG, UTC)
    calls_derive(Site(UTC, "KZ"))
    return Call.objects.get()


def test_it_stands_in_the_list(client: Client, bogdan: Person, abandoned: Call) -> None:
    client.force_login(bogdan)
    page = client.get("/calls/")
    assert page.status_code == 200
    assert "+77011112233" in page.text or "7011112233" in page.text


def test_its_page_says_that_there_is_no_recording(client: Client, bogdan: Person, abandoned: Call) -> None:
    client.force_login(bogdan)
    assert client.get(f"/calls/{abandoned.pk}/").status_code == 200
