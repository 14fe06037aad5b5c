from __future__ import annotations

from tests.slapd import BASE

from limen.connectors.group_members import Account, GroupClient
from limen.connectors.ldap.groups import LdapGroups


def test_every_client_can_do_all_of_it() -> None:
    clients: list[GroupClient] = [LdapGroups(None, BASE)]  # type: ignore[arg-type]
    names = {name for name in vars(GroupClient) if not name.startswith("_")}
    assert all(callable(getattr(client, name)) for client in clients for name in names)
    assert Account("entryUUID:1", "uid=oscar").name == ""
