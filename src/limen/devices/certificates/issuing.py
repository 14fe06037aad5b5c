"""Certificates for devices that ask by a signed message, and for as long as they may be used.

The agent makes a key for it and names the public half in a message that the device's own key signs. Which certificates
count is in memory, of every worker, so a device that is taken away loses them with the change itself.
"""

from __future__ import annotations

from typing import Any, Final

from limen.clock import SECOND
from limen.devices import store as devices, wire
from limen.devices.certificates import store
from limen.devices.certificates.authority import RENEWED_AFTER, issued
from limen.devices.model import State
from limen.devices.nonces import Nonces
from limen.devices.reports import Reports
from limen.devices.wire import Kind, RefusedError
from limen.events import Event
from limen.pillar import Core
from limen.private_authority import Authority, Issued
from limen.storage import Feed, Snapshot, Transaction
from limen.ties import Certified, Ties

MOST_OF_A_DEVICE: Final = 4
"""Beyond it the oldest counts no more: a device needs one, and the next while it changes."""


def follow(feed: Feed, ties: Ties) -> None:
    """Keep the certificates that count in memory."""

    def every(snapshot: Snapshot) -> dict[bytes, Certified]:
        return store.every(snapshot.connection)

    def of(snapshot: Snapshot, device_id: str) -> dict[bytes, Certified]:
        return store.of(snapshot.connection, device_id)

    feed.at_start(every, ties.set_all)
    feed.on(store.CHANGED, of, ties.set_certificates)


class Certificates:
    """Issues them. Used on the event loop."""

    def __init__(self, core: Core, reports: Reports, nonces: Nonces) -> None:
        self._core = core
        self._reports = reports
        self._nonces = nonces
        self._authority: Authority | None = None

    @property
    def domain(self) -> str:
        """Where browsers are asked for one; "" where none are issued."""
        return self._core.settings.listen.certificate_domain

    async def issue(self, compact: bytes, address: str) -> dict[str, Any]:
        """Answer an agent that asks for a certificate. Raises RefusedError, StorageError."""
        now = self._core.clock.now()
        message = self._reports.proved(compact, Kind.CERTIFICATE)
        self._nonces.judge(message.claims.get("nonce"), now)
        if not self.domain:
            raise RefusedError(403, "refused", "this Limen issues no certificates", "ask whoever administers it")
        jwk = wire.public_key(message.claims.get("key"))
        wire.importable(jwk)
        authority = await self.authority()

        def work(transaction: Transaction) -> Issued:
            device = devices.by_id(transaction.connection, message.device_id)
            if device is None or device.state in {State.LOST, State.RETIRED}:
                raise wire.not_this_device()
            if device.state is not State.ACTIVE:
                raise RefusedError(403, "refused", "this device may not be used", "ask whoever administers Limen")
            made = issued(authority, device.id, jwk, now)
            held = list(store.of(transaction.connection, device.id))
            for old in held[MOST_OF_A_DEVICE - 1 :]:
                store.drop_one(transaction.connection, old)
            store.add(transaction.connection, made.fingerprint, Certified(device.id, device.owner_id, made.until), now)
            transaction.changed(store.CHANGED, device.id)
            transaction.say(
                Event(
                    at=now,
                    kind="device.certified",
                    subject=device.owner_id,
                    device=device.id,
                    address=address,
                    details={"fingerprint": made.fingerprint.hex()},
                )
            )
            return made

        made = await self._core.write(work)
        return {
            "certificate": made.certificate,
            "authority": authority.certificate,
            "until": made.until // SECOND,
            "renew_after": (now + RENEWED_AFTER) // SECOND,
            "domain": self.domain,
            "nonce": self._nonces.new(now),
        }

    async def authority(self) -> Authority:
        """The authority; made where there is none yet."""
        if self._authority is None:
            core, now = self._core, self._core.clock.now()
            self._authority = await core.database.writing(
                lambda t: store.AUTHORITY.kept(t, core.keyring, now, core.settings.name)
            )
        return self._authority
