"""The devices that somebody has: they are retired with them, and the next owner enrols them anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from limen.devices import store
from limen.devices.model import State
from limen.pillar.holdings import Holding, Holdings

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from limen.clock import Instant
    from limen.facts import Person

_NOTE: Final = "Collect it. It is retired when they are deactivated, and its next owner enrols it anew."


def _devices(connection: Connection, person: Person, _now: Instant) -> list[Holding]:
    held = set(store.ids_of(connection, person.id, State.ACTIVE))
    every = (one.device for one in store.every(connection) if one.device.id in held)
    return [Holding(one.id, one.name, f"/console/devices/{one.id}", _NOTE) for one in every]


HOLDINGS: Final = (Holdings("devices", "Devices to collect", _devices),)
