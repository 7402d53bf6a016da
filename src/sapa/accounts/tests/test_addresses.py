from __future__ import annotations

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from sapa.accounts.addresses import UNKNOWN, address_of

# proxies, X-Forwarded-For, the direct address, whom it is believed to be
TABLE = [
    (0, "203.0.113.5", "192.0.2.1", "192.0.2.1"),
    (1, "", "192.0.2.1", "192.0.2.1"),
    (1, "203.0.113.5", "192.0.2.1", "203.0.113.5"),
    (1, "198.51.100.9, 203.0.113.5", "192.0.2.1", "203.0.113.5"),
    (2, "198.51.100.9, 203.0.113.5, 192.0.2.9", "192.0.2.1", "203.0.113.5"),
    (2, "203.0.113.5", "192.0.2.1", "192.0.2.1"),
    (1, "nonsense", "192.0.2.1", "192.0.2.1"),
    (1, "2001:db8::7", "192.0.2.1", "2001:db8::7"),
    (1, "fe80::1%eth0", "192.0.2.1", "192.0.2.1"),
    (0, "", "", UNKNOWN),
]


@pytest.mark.parametrize(("proxies", "forwarded", "direct", "believed"), TABLE)
def test_only_trusted_proxies_are_believed(
    proxies: int, forwarded: str, direct: str, believed: str, settings: Settings
) -> None:
    settings.SAPA_PROXIES = proxies
    request = RequestFactory().get("/", headers={"x-forwarded-for": forwarded}, REMOTE_ADDR=direct)
    assert address_of(request) == believed
