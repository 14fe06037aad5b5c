"""The door of SSH put together."""

from __future__ import annotations

from dataclasses import dataclass

from limen.enforcement.decision_point import DecisionPoint
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
    followers, hosts = await loaded(core)
    doors = core.offers.take(DecisionPoint)
    door = SshDoor(core, doors, followers)
    service = SshHostService(core, doors, followers, door)
    service.take_over(hosts)
    await door.start()
    return Ssh(door, service)
