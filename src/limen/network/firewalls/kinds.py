"""What happens with firewalls."""

from __future__ import annotations

from typing import Final

from limen.events.kind import AUTHENTICATION, ENTITY, Family, Kind, Owner, Severity, Topic

_NETWORK: Final = Family("Network")
_FIREWALL: Final = Topic(_NETWORK, Owner.OFFICE, "Firewalls that you changed", "A firewall that you changed")
_ZONE: Final = Topic(_NETWORK, Owner.LIMEN)
_DOOR: Final = Topic(_NETWORK, Owner.LIMEN)

KINDS: Final = (
    Kind(
        "network.key_made", "Created a key that signs what firewalls are told", _FIREWALL, ENTITY, 1, acknowledged=True
    ),
    Kind(
        "network.token_made",
        "Created a token to enrol a firewall",
        _FIREWALL,
        ENTITY,
        1,
        acknowledged=True,
        shown=("firewall",),
    ),
    Kind(
        "network.firewall_enrolled", "A firewall enrolled", _FIREWALL, ENTITY, 1, acknowledged=True, shown=("firewall",)
    ),
    Kind(
        "network.firewall_removed", "Removed a firewall", _FIREWALL, ENTITY, 4, acknowledged=True, shown=("firewall",)
    ),
    Kind(
        "network.change_made",
        "Sent rules to a firewall, on trial",
        _FIREWALL,
        ENTITY,
        3,
        acknowledged=True,
        shown=("firewall",),
    ),
    Kind("network.cloud_read", "Read what the groups of a cloud open", _FIREWALL, ENTITY, 2, shown=("firewall",)),
    Kind("network.cloud_forgotten", "Forgot what was read of a cloud", _FIREWALL, ENTITY, 4, shown=("firewall",)),
    Kind(
        "network.change_confirmed",
        "Confirmed the rules of a firewall",
        _FIREWALL,
        ENTITY,
        3,
        acknowledged=True,
        shown=("firewall",),
    ),
    Kind(
        "network.change_undone",
        "A firewall went back to the rules before",
        _FIREWALL,
        ENTITY,
        3,
        acknowledged=True,
        severity=Severity.MEDIUM,
        shown=("firewall", "why"),
    ),
    Kind(
        "network.change_refused",
        "A firewall did not take new rules",
        _FIREWALL,
        ENTITY,
        3,
        acknowledged=True,
        severity=Severity.MEDIUM,
        shown=("firewall", "why"),
    ),
    Kind(
        "network.drift",
        "Somebody changed the rules of a firewall beside Limen",
        _FIREWALL,
        ENTITY,
        3,
        severity=Severity.HIGH,
        shown=("firewall", "where", "differences", "repaired"),
    ),
    Kind(
        "network.firewall_unsound",
        "A firewall does not hold any more to what Limen says",
        _FIREWALL,
        AUTHENTICATION,
        99,
        severity=Severity.HIGH,
        shown=("firewall", "why"),
    ),
    Kind(
        "network.probe_came_through",
        "A connection came through that must be denied",
        _FIREWALL,
        ENTITY,
        99,
        severity=Severity.HIGH,
        shown=("firewall", "from_zone", "to_zone", "address", "port", "needs"),
    ),
    Kind(
        "network.probe_failed",
        "Connections that flows let through did not come through",
        _FIREWALL,
        ENTITY,
        99,
        severity=Severity.LOW,
        shown=("firewall", "to_zone", "address", "port", "flow", "count"),
    ),
    Kind(
        "network.probed",
        "A server tried whether other zones are reached as stated",
        _FIREWALL,
        ENTITY,
        99,
        shown=("firewall", "count", "came_through"),
    ),
    Kind(
        "network.unplanned_device",
        "Something that nobody stated spoke in a zone",
        _ZONE,
        ENTITY,
        99,
        severity=Severity.MEDIUM,
    ),
    Kind(
        "network.beacon",
        "A machine connects out again and again at equal intervals",
        _ZONE,
        ENTITY,
        99,
        severity=Severity.MEDIUM,
    ),
    Kind(
        "network.firewall_refused",
        "Somebody who did not prove to be a firewall was refused",
        _DOOR,
        AUTHENTICATION,
        99,
        severity=Severity.MEDIUM,
        by_strangers=True,
    ),
)
