"""What ends what firewalls are given, for each cause there is."""

from __future__ import annotations

import pytest
from tests.network.firewalls.databases import database

from limen.clock import from_iso
from limen.credentials import Cause, Ending, Stays
from limen.network.firewalls import store
from limen.network.firewalls.credentials import CREDENTIALS
from limen.network.firewalls.store import EnrolledFirewall
from limen.storage import Database, Transaction

__all__ = ["database"]
NOW = from_iso("2026-11-27T09:00:00Z")


@pytest.mark.parametrize("cause", list(Cause))
def test_a_token_ends_with_a_restore_and_a_firewall_stays(database: Database, cause: Cause) -> None:
    database.write(lambda at: store.put_firewall(at.connection, EnrolledFirewall("fw_1", "gw1", b"1" * 32, NOW)))
    token = database.write(lambda at: store.add_token(at.connection, "gw1", NOW))
    ending = Ending(cause=cause, now=NOW, holder="" if cause is Cause.RESTORED else "p_ada")

    def end(transaction: Transaction) -> None:
        for how in (kind.how(cause) for kind in CREDENTIALS):
            if not isinstance(how, Stays):
                how(transaction, ending)

    database.write(end)
    assert len(database.read(lambda at: store.firewalls(at.connection))) == 1
    taken = database.write(lambda at: store.take_token(at.connection, token, NOW))
    assert taken == ("" if cause is Cause.RESTORED else "gw1")
