"""What happens at the door of SSH."""

from __future__ import annotations

from typing import Final

from limen.events.kind import AUTHENTICATION, ENTITY, Family, Kind, Owner, Severity, Topic

_SSH: Final = Family("SSH")
_CERTIFICATE: Final = Topic(_SSH, Owner.PERSON, "Your SSH certificates", "An SSH certificate of yours")
_HOST: Final = Topic(_SSH, Owner.OFFICE, "Hosts that you set up", "A host that you set up")
_DOOR: Final = Topic(_SSH, Owner.LIMEN)

KINDS: Final = (
    Kind(
        "ssh.certificate_issued",
        "Issued an SSH certificate",
        _CERTIFICATE,
        AUTHENTICATION,
        1,
        acknowledged=True,
        shown=("app", "account", "action"),
    ),
    Kind(
        "ssh.certificate_ended",
        "Revoked an SSH certificate: what was permitted is not any more",
        _CERTIFICATE,
        AUTHENTICATION,
        2,
        acknowledged=True,
        shown=("app", "account", "why"),
    ),
    Kind(
        "ssh.login_refused",
        "Somebody asked for an SSH certificate for an account that is not theirs to use",
        _CERTIFICATE,
        AUTHENTICATION,
        99,
        severity=Severity.HIGH,
        shown=("app", "account"),
    ),
    Kind("ssh.authority_made", "Created a key that signs SSH certificates", _HOST, ENTITY, 1, acknowledged=True),
    Kind(
        "ssh.host_token_made", "Created a token to enrol a host", _HOST, ENTITY, 1, acknowledged=True, shown=("host",)
    ),
    Kind("ssh.host_enrolled", "A host enrolled", _HOST, ENTITY, 1, acknowledged=True, shown=("host", "app")),
    Kind("ssh.host_removed", "Removed a host", _HOST, ENTITY, 4, acknowledged=True, shown=("host", "app")),
    Kind(
        "ssh.host_unsound",
        "A host does not hold any more to what Limen says",
        _HOST,
        AUTHENTICATION,
        99,
        severity=Severity.HIGH,
        shown=("host", "app", "why"),
    ),
    Kind(
        "ssh.host_refused",
        "Somebody who did not prove to be a host was refused",
        _DOOR,
        AUTHENTICATION,
        99,
        severity=Severity.MEDIUM,
        by_strangers=True,
    ),
)
