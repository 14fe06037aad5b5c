from __future__ import annotations

from ipaddress import ip_network

import pytest
from tests.facts.harbor import AT_WIKI, MIRA, SIGN_IN, WIKI, A, B

from limen.facts import (
    FactStore,
    Group,
)


@pytest.fixture
def known() -> FactStore:
    known = FactStore()
    known.set_company([WIKI], [Group("staff")], (("office", ip_network("203.0.113.0/24")),))
    known.people.put(MIRA)
    known.sessions.put(A, SIGN_IN)
    known.sessions.put(B, AT_WIKI)
    return known
