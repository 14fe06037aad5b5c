"""What holds of every kind of such tokens, tried with those of sources of people."""

from __future__ import annotations

from pathlib import Path

from limen.clock import DAY, HOUR
from limen.identity.sources.token_store import TOKENS
from limen.storage import Database

NOW = 1_764_000_000_000


def test_a_token_is_known_by_its_hash_until_it_ends(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "limen.db")
    try:
        token, token_id = database.write(lambda t: TOKENS.make(t.connection, "entra", NOW))
        (held,) = database.read(lambda s: TOKENS.of(s.connection, "entra", NOW))
        assert (held.id, held.service, held.made_at) == (token_id, "entra", NOW)
        assert database.read(lambda s: TOKENS.holder(s.connection, token, NOW)) == held
        assert database.read(lambda s: TOKENS.holder(s.connection, token, NOW + 366 * DAY)) is None
        assert database.read(lambda s: TOKENS.holder(s.connection, token_id, NOW)) is None
        assert database.write(lambda t: TOKENS.end(t.connection, token_id)) == "entra"
        assert database.write(lambda t: TOKENS.end(t.connection, token_id)) == ""
        assert database.read(lambda s: TOKENS.holder(s.connection, token, NOW)) is None
    finally:
        database.close()


def test_its_use_is_noted_once_an_hour(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "limen.db")
    try:
        token, _ = database.write(lambda t: TOKENS.make(t.connection, "entra", NOW))
        held = database.read(lambda s: TOKENS.holder(s.connection, token, NOW))
        assert held is not None
        assert held.is_use_to_note(NOW)
        database.write(lambda t: TOKENS.note_use(t.connection, held, NOW))
        used = database.read(lambda s: TOKENS.holder(s.connection, token, NOW))
        assert used is not None
        assert [used.is_use_to_note(NOW + late) for late in (0, HOUR)] == [False, True]
        assert database.write(lambda t: TOKENS.end_every(t.connection)) == 1
    finally:
        database.close()
