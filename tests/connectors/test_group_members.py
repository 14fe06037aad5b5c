from __future__ import annotations

import pytest
from tests.slapd import BASE

from limen.connectors.aws.groups import AwsGroups
from limen.connectors.google.groups import GoogleGroups
from limen.connectors.group_members import MOST_MEMBERS, Account, GroupClient, refuse_more
from limen.connectors.ldap.groups import LdapGroups
from limen.connectors.microsoft.groups import EntraGroups
from limen.connectors.vendor_client import VendorError


def test_every_client_can_do_all_of_it() -> None:
    clients: list[GroupClient] = [
        LdapGroups(None, BASE),  # type: ignore[arg-type]
        EntraGroups(None, ""),  # type: ignore[arg-type]
        GoogleGroups(None, None, ""),  # type: ignore[arg-type]
        AwsGroups(None, "", "", "", ""),  # type: ignore[arg-type]
    ]
    names = {name for name in vars(GroupClient) if not name.startswith("_")}
    assert all(callable(getattr(client, name)) for client in clients for name in names)
    assert Account("entryUUID:1", "uid=oscar").name == ""


def test_a_group_that_is_too_large_is_none() -> None:
    refuse_more(MOST_MEMBERS)
    with pytest.raises(VendorError):
        refuse_more(MOST_MEMBERS + 1)
