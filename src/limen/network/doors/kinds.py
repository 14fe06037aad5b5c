"""What happens with doors."""

from __future__ import annotations

from typing import Final

from limen.events.kind import AUTHENTICATION, Family, Kind, Owner, Topic

_DOOR: Final = Topic(Family("Network"), Owner.PERSON, "Your connections", "A connection of yours")

KINDS: Final = (
    Kind(
        "network.door_opened",
        "Opened a connection in the firewall",
        _DOOR,
        AUTHENTICATION,
        1,
        acknowledged=True,
        shown=("app", "zone"),
    ),
    Kind(
        "network.door_closed",
        "Closed a connection in the firewall",
        _DOOR,
        AUTHENTICATION,
        2,
        shown=("app", "zone", "why"),
    ),
)
