from __future__ import annotations

from tests.devices.signals.sensors import sensor
from tests.web.conftest import House

from limen.devices.signals import secret, store


async def test_a_secret_is_kept_sealed_for_its_source_alone(harbor: House) -> None:
    made = (await sensor(harbor, "edr")).secret
    core = harbor.limen.core
    row = core.database.read(lambda snapshot: store.source(snapshot.connection, "edr"))
    assert (secret.opened(core.keyring, row), made.encode() in row.sealed) == (made, False)
    assert secret.opened(core.keyring, store.SourceRow("edr")) == ""
    (said,) = harbor.events("device.signal_secret_made")
    assert (said.details, made in str(said)) == ({"source": "edr"}, False)
