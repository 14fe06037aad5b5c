from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError

from limen.network.tunnels.store import KeptTunnel, all_tunnels, drop, put, tunnel
from limen.storage.database import Database


def test_a_device_has_one_and_no_two_have_a_key_or_a_number(where: str) -> None:
    database = Database.open(where)
    for one in (KeptTunnel("dv_1", "k1", 4), KeptTunnel("dv_1", "k2", 4), KeptTunnel("dv_2", "k1", 5)):
        database.write(lambda t, one=one: put(t.connection, one))  # type: ignore[misc]
    assert sorted(one.key for one in database.read(lambda s: all_tunnels(s.connection))) == ["k1", "k2"]
    for wrong in (KeptTunnel("dv_3", "k1", 6), KeptTunnel("dv_3", "k3", 4)):
        with pytest.raises(IntegrityError):
            database.write(lambda t, wrong=wrong: put(t.connection, wrong))  # type: ignore[misc]
    assert database.read(lambda s: tunnel(s.connection, "dv_3")) is None
    assert [database.write(lambda t: drop(t.connection, "dv_1")) for _ in range(2)] == [True, False]
