"""Keys of workloads are added and removed, within bounds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from joserfc.jwk import ECKey

from limen.clock import DAY
from limen.errors import LimenError
from limen.sso.oidc import workload_keys, workload_store
from limen.sso.oidc.public_keys import PublicKey, read_jwk
from limen.storage import Database

NOW = 1_000


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(tmp_path / "limen.db")
    yield opened
    opened.close()


def key(**more: str) -> PublicKey:
    return read_jwk({**ECKey.generate_key("P-256").as_dict(private=False), **more})


def added(database: Database, one: PublicKey, workload: str = "w_batch", days: int = 1, now: int = NOW) -> None:
    database.write(lambda t: workload_keys.add(t, workload, one, days, now, by="server"))


def test_a_key_counts_for_its_days_and_is_removed_by_its_name(database: Database) -> None:
    one = key(kid="of-june")
    added(database, one, days=2)
    (held,) = database.read(lambda s: workload_store.keys_of(s.connection, "w_batch"))
    assert (held.key, held.until) == (one, NOW + 2 * DAY)
    with pytest.raises(LimenError):
        database.write(lambda t: workload_keys.remove(t, "w_other", "of-june", NOW, by="server"))
    gone = database.write(lambda t: workload_keys.remove(t, "w_batch", "of-june", NOW, by="server"))
    assert gone.thumbprint == one.thumbprint
    assert database.read(lambda s: workload_store.keys_of(s.connection)) == []


def test_a_key_is_of_one_workload_and_a_workload_has_a_few(database: Database) -> None:
    first = key(kid="first")
    added(database, first)
    for wrong, workload, days in (
        (first, "w_batch", 1),
        (first, "w_other", 1),
        (key(), "w_batch", 0),
        (key(), "w", 999),
    ):
        with pytest.raises(LimenError):
            added(database, wrong, workload, days)
    with pytest.raises(LimenError):
        added(database, key(kid="first"))
    for _ in range(workload_keys.MOST - 1):
        added(database, key())
    with pytest.raises(LimenError):
        added(database, key())
    added(database, key(), now=NOW + 2 * DAY)  # those before are over
