"""What a real slapd and a real domain controller say of themselves."""

from __future__ import annotations

import pytest
from tests.samba_dc import BASE as DOMAIN, LIMEN as AT_SAMBA, SECRET as SAMBAS, SambaDc
from tests.slapd import BASE, LIMEN, SECRET, Slapd

from limen.connectors.ldap.connection import LdapServer, opened
from limen.connectors.ldap.root_entry import root_entry

pytestmark = pytest.mark.slow


async def test_slapd(there: Slapd) -> None:
    async with opened(LdapServer(there.url, LIMEN, SECRET, there.trust)) as asked:
        root = await root_entry(asked)
    assert (root.is_active_directory, root.contexts, root.highest_change) == (False, (BASE,), 0)
    assert "1.2.840.113556.1.4.319" in root.controls


async def test_a_domain_controller(controller: SambaDc) -> None:
    async with opened(LdapServer(controller.url, AT_SAMBA, SAMBAS, controller.trust)) as asked:
        before = await root_entry(asked)
        controller.add_person("root-one", "Root One", "")
        after = await root_entry(asked)
    assert before.is_active_directory
    assert before.contexts[0] == DOMAIN
    assert before.server.startswith("CN=NTDS Settings,CN=DC1,")
    assert after.highest_change > before.highest_change > 0
