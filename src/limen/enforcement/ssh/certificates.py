"""What Limen's SSH certificates say (PROTOCOL.certkeys of OpenSSH): who, where to, from where, and until when.

A person's certificate opens one account of one app's hosts: its one principal is `account@app`. Nothing in it is taken
from whoever asks but the public key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from limen.clock import DAY, MINUTE, SECOND, Instant, Milliseconds
from limen.enforcement.ssh.authorities import AuthorityKey

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

BACK: Final[Milliseconds] = MINUTE
"""A certificate begins so long before now, for hosts whose clocks are slow."""
HOST_LIVES: Final[Milliseconds] = 7 * DAY
UNTIL: Final = "session-until@limen"
"""The extension that says until when a session may last that began with the certificate, in milliseconds since 1970.
sshd skips what it does not know; Limen's program on the host reads it.
"""
OWN: Final = "own-account@limen"
"""The extension that says: the account is one person's own. A host lets it be none of the system's."""
SUDO: Final = "sudo@limen"
"""The extension that says: this account may act as root until then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonCertificate:
    """What a person's certificate says. `valid_until`: for logging in. `until`: for what was begun with it.

    `key_id` is what sshd logs of a login: the way back from a shell to its decision.
    """

    serial: int
    key_id: str
    account: str
    app: str
    valid_until: Instant
    until: Instant
    address: str = ""
    is_own: bool = False
    is_elevated: bool = False
    may_forward: bool = False

    @property
    def principal(self) -> str:
        return principal_of(self.account, self.app)


def principal_of(account: str, app: str) -> str:
    """Neither can contain an `@`, so no pair is read as another."""
    return f"{account}@{app}"


def sign_person(authority: AuthorityKey, key: Ed25519PublicKey, said: PersonCertificate, now: Instant) -> str:
    """The certificate, as the line of a file."""
    from cryptography.hazmat.primitives.serialization import SSHCertificateBuilder, SSHCertificateType  # noqa: PLC0415

    made = (
        SSHCertificateBuilder()
        .public_key(key)
        .serial(said.serial)
        .type(SSHCertificateType.USER)
        .key_id(said.key_id.encode())
        .valid_principals([said.principal.encode()])
        .valid_after((now - BACK) // SECOND)
        .valid_before(said.valid_until // SECOND)
        .add_extension(b"permit-pty", b"")
        .add_extension(UNTIL.encode(), str(said.until).encode())
    )
    if said.may_forward:
        made = made.add_extension(b"permit-port-forwarding", b"")
    if said.is_own:
        made = made.add_extension(OWN.encode(), b"")
    if said.is_elevated:
        made = made.add_extension(SUDO.encode(), b"")
    if said.address:
        made = made.add_critical_option(b"source-address", said.address.encode())
    return made.sign(authority.private).public_bytes().decode()


def sign_host(authority: AuthorityKey, key: Ed25519PublicKey, serial: int, host: str, now: Instant) -> str:
    """A host's certificate for its one name, as the line of a file."""
    from cryptography.hazmat.primitives.serialization import SSHCertificateBuilder, SSHCertificateType  # noqa: PLC0415

    made = (
        SSHCertificateBuilder()
        .public_key(key)
        .serial(serial)
        .type(SSHCertificateType.HOST)
        .key_id(host.encode())
        .valid_principals([host.encode()])
        .valid_after((now - BACK) // SECOND)
        .valid_before((now + HOST_LIVES) // SECOND)
    )
    return made.sign(authority.private).public_bytes().decode()
