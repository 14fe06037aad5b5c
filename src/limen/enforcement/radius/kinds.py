"""What happens where VPNs, Wi-Fi and gear ask."""

from __future__ import annotations

from typing import Final

from limen.events.kind import AUTHENTICATION, ENTITY, Family, Kind, Owner, Severity, Topic

_RADIUS: Final = Family("VPN, Wi-Fi and network gear")
_SESSION: Final = Topic(_RADIUS, Owner.PERSON, "Your network sessions", "A network session of yours")
_CLIENT: Final = Topic(_RADIUS, Owner.OFFICE, "VPNs, Wi-Fi and gear that you set up", "A VPN, Wi-Fi or gear")
_ENTRY: Final = Topic(_RADIUS, Owner.LIMEN)

KINDS: Final = (
    Kind(
        "radius.session_began",
        "Somebody was let into a VPN, a Wi-Fi or gear",
        _SESSION,
        AUTHENTICATION,
        1,
        acknowledged=True,
        shown=("app", "client"),
    ),
    Kind(
        "radius.session_ended",
        "A network session ended",
        _SESSION,
        AUTHENTICATION,
        2,
        acknowledged=True,
        shown=("app", "why"),
    ),
    Kind(
        "radius.disconnect_failed",
        "A VPN, Wi-Fi or gear did not end a session when told to: it is told again until it does",
        _SESSION,
        AUTHENTICATION,
        99,
        severity=Severity.HIGH,
        shown=("app", "client"),
    ),
    Kind(
        "radius.asked",
        "Asked somebody to confirm that they sign in to a VPN or gear",
        _SESSION,
        AUTHENTICATION,
        99,
        shown=("app", "client"),
    ),
    Kind(
        "radius.asked_twice",
        "Two signed in to a VPN or gear with one person's name at once: neither was let in",
        _SESSION,
        AUTHENTICATION,
        99,
        severity=Severity.HIGH,
        shown=("app", "client"),
    ),
    Kind(
        "radius.number_wrong",
        "Somebody confirmed with a number that was not theirs",
        _SESSION,
        AUTHENTICATION,
        99,
        severity=Severity.MEDIUM,
        acknowledged=True,
        shown=("app",),
    ),
    Kind(
        "radius.not_me",
        "Somebody says that a sign-in to a VPN or gear was not theirs",
        _SESSION,
        AUTHENTICATION,
        99,
        severity=Severity.HIGH,
        acknowledged=True,
        shown=("app", "client"),
    ),
    Kind(
        "radius.refused",
        "Somebody was not let into a VPN, a Wi-Fi or gear",
        _ENTRY,
        AUTHENTICATION,
        99,
        severity=Severity.MEDIUM,
        by_strangers=True,
    ),
    Kind(
        "radius.secret_made",
        "Created the secret of a VPN, a Wi-Fi or gear",
        _CLIENT,
        ENTITY,
        1,
        acknowledged=True,
        shown=("client",),
    ),
    Kind(
        "radius.server_configured", "Wrote the configuration of a RADIUS server", _CLIENT, ENTITY, 3, acknowledged=True
    ),
)
