from __future__ import annotations

from limen.identity.app_token import AppToken
from limen.identity.store import app_tokens
from limen.storage.database import Database

TOKEN = AppToken("t_1", "p_1", "ci", "wiki", frozenset({"view", "edit"}), 2, 5, 10, 100)


def test_a_token_is_kept_used_ended_and_forgotten(where: str):
    database = Database.open(where)
    database.write(lambda tx: app_tokens.add(tx.connection, TOKEN, b"h" * 32))
    assert database.read(lambda at: app_tokens.by_id(at.connection, "t_1")) == (b"h" * 32, TOKEN)
    database.write(lambda tx: app_tokens.save_uses(tx.connection, [("t_1", 7, "203.0.113.0/24")]))
    database.write(lambda tx: app_tokens.end(tx.connection, "t_1", 50))
    database.write(lambda tx: app_tokens.end(tx.connection, "t_1", 60))
    (found,) = database.read(lambda at: app_tokens.of(at.connection, owner_id="p_1", app="wiki"))
    assert (found.used_on, found.used_from, found.revoked_at) == (7, "203.0.113.0/24", 50)
    assert database.read(lambda at: app_tokens.of(at.connection, app="payroll")) == []
    database.write(lambda tx: app_tokens.remove(tx.connection, "t_1"))
    assert database.read(lambda at: app_tokens.all_kept(at.connection)) == []
    database.close()
