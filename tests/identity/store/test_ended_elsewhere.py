"""Up to when an issuer's word counts for nothing: only forward, and forgotten once no such word would be taken."""

from __future__ import annotations

from pathlib import Path

from limen.identity.store import ended_elsewhere as store
from limen.storage import Database

MIA = ("https://there.example", store.ACCOUNT, "mia")
AT = 1_800_000_000_000


def test_it_goes_only_forward_and_is_forgotten_in_time(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "limen.db")

    def said(*names: store.Named) -> int:
        return database.read(lambda s: store.said_until(s.connection, names))

    database.write(lambda t: store.keep(t.connection, MIA, AT, AT))
    database.write(lambda t: store.keep(t.connection, MIA, AT - 5, AT))
    assert said(MIA) == AT
    assert said((MIA[0], store.SESSION, "mia"), ("https://other.example", *MIA[1:])) == 0
    database.write(lambda t: store.forget(t.connection, AT + store.KEPT_FOR - 1))
    assert said(MIA) == AT
    database.write(lambda t: store.forget(t.connection, AT + store.KEPT_FOR))
    assert said(MIA) == 0
    database.close()


def test_a_name_that_is_not_given_names_nobody() -> None:
    assert store.named("there", "", "") == []
    assert store.named("there", "mia", "s") == [("there", "account", "mia"), ("there", "session", "s")]
