"""Hears of doors and tunnels that other workers open and close, once those of this worker are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from limen.network.doors import store as doors_store
from limen.network.tunnels import store as tunnels_store

if TYPE_CHECKING:
    from limen.network.doors.doors import Doors
    from limen.network.doors.store import KeptDoor
    from limen.network.tunnels.store import KeptTunnel
    from limen.network.tunnels.tunnels import Tunnels
    from limen.pillar import Core


class WaysChanged:
    """Follows the change feed. `follow` is called as soon as there is somebody to tell."""

    def __init__(self) -> None:
        self._doors: Doors | None = None
        self._tunnels: Tunnels | None = None

    def register(self, core: Core) -> None:
        """Called before the feed starts."""
        core.feed.on(
            tunnels_store.CHANGED,
            lambda snapshot, device_id: tunnels_store.tunnel(snapshot.connection, device_id),
            self._tunnel_changed,
        )
        core.feed.on(
            doors_store.CHANGED,
            lambda snapshot, door_id: doors_store.door(snapshot.connection, door_id),
            self._door_changed,
        )

    async def follow(self, doors: Doors, tunnels: Tunnels) -> None:
        """Know what is open already, and tell these from now on: tunnels first, for doors lead through them."""
        self._tunnels, self._doors = tunnels, doors
        await tunnels.catch_up()
        await doors.catch_up()

    def _tunnel_changed(self, device_id: str, found: KeptTunnel | None) -> None:
        if self._tunnels is not None:
            self._tunnels.heard(device_id, found)

    def _door_changed(self, door_id: str, found: KeptDoor | None) -> None:
        if self._doors is not None:
            self._doors.heard(door_id, found)
