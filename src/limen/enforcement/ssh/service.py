"""The door of SSH put together."""

from __future__ import annotations

from dataclasses import dataclass

from limen.enforcement.decision_point import DecisionPoint
from limen.enforcement.ssh import store
from limen.enforcement.ssh.door import SshDoor
from limen.enforcement.ssh.hosts import SshHostService, loaded
from limen.pillar import Core


@dataclass(frozen=True, slots=True)
class Ssh:
    """What runs: `door` for people, `hosts` for hosts."""

    door: SshDoor
    hosts: SshHostService


async def build(core: Core) -> Ssh:
    """All of it, with what was issued before watched over again. The facts must stand."""
    followers = await loaded(core)
    doors = core.offers.take(DecisionPoint)
    door = SshDoor(core, doors, followers)
    service = SshHostService(core, doors, followers, door)
    _follow(core, door, service)
    service.take_over(await core.database.reading(lambda snapshot: store.hosts(snapshot.connection)))
    await door.start()
    return Ssh(door, service)


def _follow(core: Core, door: SshDoor, service: SshHostService) -> None:
    """Hear of what other workers issue, end and enrol; before anything is read, so that nothing is missed."""
    core.feed.on(
        store.CERTIFICATE_CHANGED,
        lambda snapshot, serial: store.certificate(snapshot.connection, int(serial)),
        lambda serial, found: door.heard(int(serial), found),
    )
    core.feed.on(
        store.HOSTS_CHANGED,
        lambda snapshot, _id: store.hosts(snapshot.connection),
        lambda _id, found: service.take_over(found),
    )
