"""One-time links: spent once."""

from __future__ import annotations

from tests.identity.store.conftest import winners

from limen.identity.model import Link, LinkPurpose
from limen.identity.store import links
from limen.storage.database import Database


def test_a_link_is_spent_by_one_of_many_at_once(database: Database) -> None:
    link = Link("l_1", LinkPurpose.INVITATION, "p_ada", "", 0, 100)
    database.write(lambda t: links.add(t.connection, link, b"h" * 32))
    assert winners(database, lambda t: links.spend(t.connection, "l_1", 50)) == 1


def test_a_link_that_is_over_or_revoked_is_not_spent(database: Database) -> None:
    link = Link("l_1", LinkPurpose.INVITATION, "p_ada", "", 0, 100)
    database.write(lambda t: links.add(t.connection, link, b"h" * 32))
    assert not database.write(lambda t: links.spend(t.connection, "l_1", 100))
    assert database.write(lambda t: links.revoke(t.connection, 10, person_id="p_ada")) == 1
    assert not database.write(lambda t: links.spend(t.connection, "l_1", 50))
    assert database.write(lambda t: links.revoke(t.connection, 10)) == 0
