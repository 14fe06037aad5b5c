"""The door of RADIUS put together, and how RADIUS servers and their clients are made known."""

from __future__ import annotations

import secrets
from ipaddress import ip_network
from typing import TYPE_CHECKING

from limen.enforcement.radius import store
from limen.enforcement.radius.client_secrets import ClientSecrets
from limen.enforcement.radius.disconnect import Disconnects
from limen.enforcement.radius.door import RadiusDoor
from limen.events import Event
from limen.opaque import hash_of, new_token
from limen.pillar import Core

if TYPE_CHECKING:
    from limen.clock import Instant
    from limen.storage import Keyring, Transaction


async def build(core: Core) -> RadiusDoor:
    """The door, with who was let in before watched over again. The facts must stand."""
    door = RadiusDoor(core, Disconnects(core, ClientSecrets(core)))
    core.feed.on(
        store.SESSION_CHANGED,
        lambda snapshot, session_id: store.session(snapshot.connection, session_id),
        door.sessions.heard,
    )
    await door.sessions.start()
    return door


def make_secret(transaction: Transaction, keyring: Keyring, network: str, now: Instant, by: str) -> str:
    """A new secret for the client at this address or network, which Limen keeps sealed; the one before is gone."""
    client, secret = str(ip_network(network)), secrets.token_hex(20)
    store.put_client(
        transaction.connection, client, keyring.seal(store.CLIENTS, client, "sealed", secret.encode()), now
    )
    transaction.say(Event(at=now, kind="radius.secret_made", actor=by, details={"client": client}))
    return secret


def make_server(transaction: Transaction, now: Instant, by: str) -> str:
    """The token of one more RADIUS server."""
    token = new_token()
    store.add_server(transaction.connection, hash_of(token), now)
    transaction.say(Event(at=now, kind="radius.server_configured", actor=by))
    return token


def secrets_of(transaction: Transaction, keyring: Keyring) -> dict[str, str]:
    """Each client's secret, by its network."""
    return {
        network: keyring.open_sealed(store.CLIENTS, network, "sealed", sealed).decode()
        for network, sealed in store.clients(transaction.connection).items()
    }
