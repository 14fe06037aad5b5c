"""What is kept of senders and sources, in the database."""

from __future__ import annotations

from pathlib import Path

from limen.monitor.sources import store
from limen.monitor.sources.store import Sender, Totals
from limen.storage import Database


def test_senders_and_totals_come_back_as_they_were_kept(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "limen.db")
    one = Sender("ls_1", "app", "wren", 1, token_hash=b"t" * 32)
    other = Sender("ls_2", "servers", "lark", 2, until=9, fingerprint=b"f" * 32)

    def work(t: store.Connection) -> None:
        for each in (one, other):
            store.add(t, each)
        store.heard(t, {"ls_1": 7, "ls_9": 7})
        store.add_totals(t, {"app": Totals(5, 1, 2, 3, 4)})
        store.add_totals(t, {"app": Totals(3, 10, 20, 30, 40, {"okta": 2}), "b": Totals(1, 1, looks_like={"aws": 1})})
        store.add_totals(t, {"app": Totals(looks_like={"okta": 3, "entra": 1})})

    database.write(lambda t: work(t.connection))
    read = database.read(lambda s: (store.every(s.connection), store.totals(s.connection)))
    assert [(each.id, each.heard_at) for each in read[0]] == [("ls_1", 7), ("ls_2", 0)]
    assert (read[0][0].token_hash, read[0][1].fingerprint) == (one.token_hash, other.fingerprint)
    assert read[1] == {
        "app": Totals(5, 11, 22, 33, 44, {"entra": 1, "okta": 5}),
        "b": Totals(1, 1, looks_like={"aws": 1}),
    }
    database.write(lambda t: store.forget(t.connection, ["b"]))
    assert database.read(lambda s: list(store.totals(s.connection))) == ["app"]
    assert database.read(lambda s: store.number_of(s.connection, "app")) == 1
    assert database.write(lambda t: store.remove_all(t.connection)) == 2
    database.close()
