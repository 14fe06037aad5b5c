"""What proves who sends logs: a token, or a certificate of Limen's own authority for them. Each is shown once."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from limen import private_authority
from limen.clock import DAY, Instant, Milliseconds
from limen.errors import LimenError
from limen.events import Event
from limen.monitor.monitor_rules import LogSource, Way
from limen.monitor.sources import store
from limen.monitor.sources.store import Sender
from limen.opaque import hash_of, new_id, new_token
from limen.printable import is_printable
from limen.private_authority import Authority, Proves
from limen.storage import Keyring, Transaction

if TYPE_CHECKING:
    from cryptography import x509

SENDER_LIVES: Final[Milliseconds] = 825 * DAY
SERVER_LIVES: Final[Milliseconds] = 90 * DAY
"""The server's own is made anew at each start of the process that watches."""
MOST_SENDERS: Final = 500
"""Of one source."""
LONGEST_NAME: Final = 60


@dataclass(frozen=True, slots=True)
class Bundle:
    """What a sender by TLS is given, in PEM: its certificate, its key, and the authority by which it knows Limen."""

    certificate: str
    key: str = field(repr=False)
    authority: str


def make_token(transaction: Transaction, source_name: str, source: LogSource, name: str, now: Instant, by: str) -> str:
    """A token for one more sender of this source. Raises LimenError."""
    if source.way is not Way.HTTP:
        raise LimenError(f"{source_name} does not send over HTTP, so it has no token", _other_fix(source_name, source))
    token = new_token()
    sender = Sender(new_id("ls"), source_name, name, now, token_hash=hash_of(token))
    _add(transaction, sender, now, by, "token")
    return token


def make_certificate(
    transaction: Transaction,
    keyring: Keyring,
    company: str,
    source_name: str,
    source: LogSource,
    name: str,
    now: Instant,
    by: str,
) -> Bundle:
    """A certificate, with its key, for one more sender of this source. Limen keeps only its hash. Raises LimenError."""
    from cryptography import x509  # noqa: PLC0415 -- heavy, and only who makes one waits for it

    if source.way is not Way.TLS:
        raise LimenError(
            f"{source_name} does not send by TLS, so it has no certificate", _other_fix(source_name, source)
        )
    authority = store.AUTHORITY.kept(transaction, keyring, now, company)
    sender_id = new_id("ls")
    key, pem = private_authority.new_key()
    names = [x509.UniformResourceIdentifier(f"urn:limen:sender:{sender_id}")]
    issued = private_authority.issued(authority, key.public_key(), sender_id, now, SENDER_LIVES, Proves.CLIENT, names)
    sender = Sender(sender_id, source_name, name, now, issued.until, fingerprint=issued.fingerprint)
    _add(transaction, sender, now, by, "certificate")
    return Bundle(issued.certificate, pem, authority.certificate)


def remove(transaction: Transaction, sender_id: str, now: Instant, by: str) -> None:
    """It may send no more. Raises LimenError where there is no such sender."""
    found = store.sender(transaction.connection, sender_id)
    if found is None or not store.remove(transaction.connection, sender_id):
        raise LimenError("there is no such sender any more", "look at the source's page again")
    transaction.changed(store.CHANGED, sender_id)
    details: dict[str, str | int | bool] = {"source": found.source, "sender": found.name}
    transaction.say(Event(at=now, kind="logs.sender_removed", actor=by, details=details))


def server_certificate(authority: Authority, name: str, now: Instant) -> tuple[str, str]:
    """What senders see of Limen, under the name by which they reach it: certificate and key, in PEM."""
    key, pem = private_authority.new_key()
    issued = private_authority.issued(
        authority, key.public_key(), "Limen", now, SERVER_LIVES, Proves.SERVER, [_general_name(name)]
    )
    return issued.certificate, pem


def _general_name(name: str) -> x509.GeneralName:
    from cryptography import x509  # noqa: PLC0415 -- as above

    try:
        return x509.IPAddress(ip_address(name.strip("[]")))
    except ValueError:
        return x509.DNSName(name)


def _add(transaction: Transaction, sender: Sender, now: Instant, by: str, proves: str) -> None:
    if not 0 < len(sender.name) <= LONGEST_NAME or not is_printable(sender.name):
        raise LimenError("a sender needs a name", f"name the machine that sends, in at most {LONGEST_NAME} characters")
    if store.number_of(transaction.connection, sender.source) >= MOST_SENDERS:
        raise LimenError(f"{sender.source} has {MOST_SENDERS} senders already", "remove some")
    store.add(transaction.connection, sender)
    transaction.changed(store.CHANGED, sender.id)
    details: dict[str, str | int | bool] = {"source": sender.source, "sender": sender.name, "proves": proves}
    transaction.say(Event(at=now, kind="logs.sender_added", actor=by, details=details))


def _other_fix(name: str, source: LogSource) -> str:
    if source.way is Way.TLS:
        return f"create a certificate: `limen source certificate {name}`"
    if source.way is Way.HTTP:
        return f"create a token: `limen source token {name}`"
    return "agents prove themselves by their devices' keys; senders of plain syslog by nothing"
