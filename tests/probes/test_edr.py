"""The probe of EDRs in the real house: each kind of source ends the session that is open on a device of nobody."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.devices.signals.sensors import SOURCES, with_sources
from tests.web.conftest import House, move_in

from limen.devices.signals import changes, secret, store
from limen.devices.signals.mappers import KINDS
from limen.probes import edr
from limen.probes.model import CouldNotRunError

AS_GOOD_AS_ANY = {"edr", "strict", "defender", "falcon", "sentinel", "wazuh", "huntress"}


async def with_secrets(closing: AsyncExitStack, folder: Path, *, but: str = "") -> House:
    house = await move_in(closing, folder, with_sources)
    core = house.limen.core
    for name in core.known.device_rules.signals:
        if name != but:
            await core.write(lambda t, name=name: secret.make(t, core.keyring, name, core.clock.now(), by=""))
    return house


async def test_each_kind_of_source_ends_an_open_session(tmp_path: Path) -> None:
    async with AsyncExitStack() as closing:
        house = await with_secrets(closing, tmp_path / "harbor", but="huntress")
        core = house.limen.core
        tries = {one.name: one for one in await edr.run(core)}
        assert {name for name, one in tries.items() if one.held} == AS_GOOD_AS_ANY - {"huntress"}
        assert all(0 <= tries[name].took <= edr.WITHIN for name in AS_GOOD_AS_ANY - {"huntress"})
        assert tries["huntress"].held is False, "without a secret it can report nothing"
        assert tries["careful"].held is False, "it counts for medium at most"
        assert tries["suricata"].held is None
        sources = core.database.read(lambda snapshot: store.sources(snapshot.connection))
        assert {one.heard_at for one in sources} == {0}, "a probe shows no source to be there"
        assert core.database.read(lambda snapshot: store.every(snapshot.connection)) == []
        assert sorted(KINDS) == sorted({one.kind for one in core.known.device_rules.signals.values()})


async def test_it_says_so_where_a_signal_ends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edr, "PATIENCE_SECONDS", 0.2)

    async with AsyncExitStack() as closing:
        house = await with_secrets(closing, tmp_path / "harbor")
        monkeypatch.setattr(changes, "_respond", lambda *_, **__: "")
        monkeypatch.setattr(changes, "count", lambda *_: None)  # else the risk alone would refuse it
        tries = {one.name: one for one in await edr.run(house.limen.core)}
        assert tries["edr"].held is False
        assert tries["defender"].held is False


async def test_without_a_source_nothing_is_tried(house: House) -> None:
    with pytest.raises(CouldNotRunError):
        await edr.run(house.limen.core)


def test_the_sources_of_these_tests_are_of_every_kind() -> None:
    assert all(f"kind: {kind}" in SOURCES for kind in KINDS)
