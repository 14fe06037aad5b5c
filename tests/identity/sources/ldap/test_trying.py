"""A connection tried, at a real slapd and a real domain controller."""

from __future__ import annotations

import pytest
from tests.identity.sources.ldap.conftest import domain, office
from tests.samba_dc import SECRET as AT_SAMBA, SambaDc
from tests.slapd import BASE, PEOPLE, SECRET, Slapd

from limen.connectors.vendor_client import VendorError
from limen.identity.sources.ldap.ldap_settings import settings_of
from limen.identity.sources.ldap.trying import Tried, tried

pytestmark = pytest.mark.slow


async def test_what_is_not_there_is_named(there: Slapd) -> None:
    staff, gone = there.add_group("staff", f"uid=x,{PEOPLE}"), f"ou=gone,{BASE}"
    assert await tried(settings_of(office(there, staff)), SECRET) == Tried(is_active_directory=False, missing=())
    asked = settings_of(office(there, staff, gone, people=[PEOPLE, gone]))
    assert (await tried(asked, SECRET)).missing == (gone, gone)
    with pytest.raises(VendorError) as wrong:
        await tried(asked, "another")
    assert wrong.value.word == "not-allowed"


async def test_a_domain_controller_is_one(controller: SambaDc) -> None:
    assert await tried(settings_of(domain(controller, "tr-")), AT_SAMBA) == Tried(is_active_directory=True, missing=())
