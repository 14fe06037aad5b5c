"""Directories that are real, with people of Harbor in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests import samba_dc, slapd
from tests.real_parts import need
from tests.samba_dc import SambaDc
from tests.slapd import PEOPLE, READER, Slapd

from limen.clock import SystemClock
from limen.identity.sources.ldap.reading import Reading
from limen.identity.sources.model import Source, SourceKind


@pytest.fixture
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    need(slapd.has_slapd(), "slapd is not installed")
    with slapd.running(tmp_path_factory.mktemp("slapd")) as running:
        yield running


@pytest.fixture
def reading() -> Reading:
    return Reading(SystemClock().now, lambda: ZoneInfo("Europe/Berlin"))


def office(there: Slapd, *groups: str, **other: Any) -> Source:
    """slapd as a source; whoever is in one of these groups is staff."""
    written = {"url": there.url, "bind_as": READER, "people": [PEOPLE], "trust": there.trust, **other}
    named = {group: frozenset({"staff"}) for group in groups}
    return Source("office", SourceKind.LDAP, "Office", groups=named, settings=written)


def domain(controller: SambaDc, called: str, *groups: str, **other: Any) -> Source:
    """The domain controller as a source of those whose user names begin so."""
    query = f"(sAMAccountName={called}*)"
    written = {
        "url": controller.url,
        "bind_as": samba_dc.LIMEN,
        "people": [samba_dc.PEOPLE],
        "trust": controller.trust,
        "filter": query,
        **other,
    }
    named = {group: frozenset({"staff"}) for group in groups}
    return Source("domain", SourceKind.LDAP, "Domain", groups=named, settings=written)
