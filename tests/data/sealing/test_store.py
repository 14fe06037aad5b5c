from __future__ import annotations

from dataclasses import replace

from limen.data.sealing import store
from limen.data.sealing.store import SealingKey
from limen.facts import Label
from limen.storage import Database

ONE = SealingKey("sk_1", Label.CONFIDENTIAL, "2026", "age1x", b"wrapped", "database", ("age1y", "age1z"), 1_000)
TWO = replace(ONE, id="sk_2", made_at=2_000)
OTHER = replace(ONE, id="sk_3", label=Label.RESTRICTED, period="2025", recovery=())


def test_keys_come_back_newest_first_and_end_once(where: str) -> None:
    database = Database.open(where)
    database.write(lambda tx: [store.add(tx.connection, key) for key in (ONE, TWO, OTHER)])
    assert database.read(lambda s: store.every(s.connection)) == [TWO, ONE, OTHER]
    assert database.read(lambda s: store.of(s.connection, Label.CONFIDENTIAL, "2026")) == [TWO, ONE]
    database.write(lambda tx: store.set_shred_at(tx.connection, "sk_1", 5_000))
    (_, planned) = database.read(lambda s: store.of(s.connection, Label.CONFIDENTIAL, "2026"))
    assert (planned.shred_at, planned.is_usable, TWO.is_usable) == (5_000, False, True)
    database.write(lambda tx: store.set_shredded(tx.connection, "sk_1", 6_000))
    database.write(lambda tx: store.set_shred_at(tx.connection, "sk_1", 0))  # too late
    (_, gone) = database.read(lambda s: store.of(s.connection, Label.CONFIDENTIAL, "2026"))
    assert (gone.wrapped, gone.shredded_at, gone.shred_at) == (b"", 6_000, 5_000)
    database.close()
