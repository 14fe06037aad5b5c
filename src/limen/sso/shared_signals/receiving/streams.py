"""Our stream at each transmitter: made there, kept as the company declares it, verified, polled, and removed.

One worker in all asks a transmitter at a time. What was polled is acknowledged only after it is durable: what a crash
leaves unacknowledged comes again, and changes nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, Final

import msgspec

from limen.clock import HOUR, MINUTE, SECOND, Instant, Milliseconds
from limen.connectors.turns import Turns, WentOn, is_due
from limen.events import Event
from limen.opaque import hash_of, new_token
from limen.pillar import Core
from limen.printable import one_line
from limen.sso.shared_signals import subjects
from limen.sso.shared_signals.receiving import store
from limen.sso.shared_signals.receiving.receiver import Receiver, TryAgainError
from limen.sso.shared_signals.receiving.store import Stream
from limen.sso.shared_signals.receiving.transmitter import SignalTransmitter, Transmitters
from limen.sso.shared_signals.receiving.transmitter_client import POLL, PUSH, Made, TransmitterClient, said_of
from limen.sso.shared_signals.sets import SetRefusedError
from limen.sso.shared_signals.subjects import Email
from limen.sso.upstream.fetching import IssuerError
from limen.storage import Transaction

PATH: Final = "/signals/from"
"""Below it, on the sign-in host, each transmitter has its address for tokens."""
POLLED_EVERY: Final[Milliseconds] = 10 * SECOND
LOOKED_AT_EVERY: Final[Milliseconds] = 5 * MINUTE
VERIFIED_EVERY: Final[Milliseconds] = 6 * HOUR
SILENT_AFTER: Final[Milliseconds] = 12 * HOUR
"""A stream that proved no longer to work for so long counts as silent."""
HELD_FOR: Final[Milliseconds] = 2 * MINUTE
MOST_ROUNDS: Final = 50
"""How often one turn polls; what is left waits for the next."""
LACKS: Final = "no token is stored for it and its issuer: `limen signals connect {name}` stores one"


class Streams:
    """The streams of every declared transmitter. `client_of` calls one. Used on the event loop."""

    def __init__(
        self, core: Core, receiver: Receiver, client_of: Callable[[SignalTransmitter], TransmitterClient]
    ) -> None:
        self._core = core
        self._receiver = receiver
        self._client_of = client_of
        self._added: dict[str, set[str]] = {}
        self._turns = Turns(
            core.database, core.keyring, core.clock.now, store.ASKED, lacks=LACKS, told=_Told(core), held_ms=HELD_FOR
        )

    async def ask_due(self) -> None:
        """Ask each transmitter whose turn it is, and take leave of those that are not declared any more."""
        if self._core.known.rules_of(Transmitters) is None:
            return  # nobody knows yet what is declared
        kept = await self._core.database.reading(lambda snapshot: store.streams(snapshot.connection))
        declared = {one.id: one for one in self._receiver.declared.transmitters}
        if not declared and not kept:
            return
        now = self._core.clock.now()
        for one in declared.values():
            stream = kept.get(one.id)
            every = POLLED_EVERY if one.delivery == "poll" else LOOKED_AT_EVERY
            if one.makes_stream and (stream is None or is_due(stream.asked, every, now)):
                await self.ask(one)
        for name, stream in kept.items():
            if name not in declared:
                await self._leave(name, stream)

    async def ask(self, transmitter: SignalTransmitter) -> bool:
        """Ask one now; False where somebody else does. How it went is kept."""

        async def work(token: str, went_on: WentOn) -> None:
            try:
                await self._ask(transmitter, token, went_on)
            except IssuerError as error:
                if error.word == "gone":
                    await self._keep(transmitter, stream_id="", asked_for="")  # it is made anew at the next turn
                raise said_of(error) from None

        return await self._turns.take(transmitter.id, transmitter.issuer, work)

    # One turn

    async def _ask(self, transmitter: SignalTransmitter, token: str, went_on: WentOn) -> None:
        stream = await self._made(transmitter, token)
        await self._add_people(transmitter, stream, token)
        await self._look(transmitter, stream, token)
        await self._verify(transmitter, stream, token)
        if transmitter.delivery == "poll":
            await self._poll(transmitter, token, went_on)

    async def _made(self, transmitter: SignalTransmitter, token: str) -> Stream:
        """Our stream there, as the company wants it now."""
        stream = await self._stream(transmitter)
        wanted = _fingerprint(transmitter, self._push_address(transmitter))
        is_there = stream.stream_id and stream.issuer == transmitter.issuer
        if is_there and stream.asked_for == wanted:
            return stream
        client, secret = self._client_of(transmitter), new_token()
        asked = self._asked(transmitter, secret)
        if transmitter.delivery == "push":  # before it is told: what comes at once is taken
            await self._keep(transmitter, push_hash=hash_of(secret).hex())
        try:
            made = await (client.change(token, stream.stream_id, asked) if is_there else client.make(token, asked))
        except IssuerError as error:
            if error.word in _UNCHANGED:
                await self._keep(transmitter, push_hash=stream.push_hash)  # it goes on sending with what it has
            raise
        await self._core.database.writing(lambda t: self._was_made(t, transmitter, made, wanted, is_new=not is_there))
        self._added.pop(transmitter.id, None)
        return await self._stream(transmitter)

    def _was_made(
        self, transaction: Transaction, transmitter: SignalTransmitter, made: Made, wanted: str, *, is_new: bool
    ) -> None:
        values: dict[str, Any] = {
            "issuer": transmitter.issuer,
            "stream_id": made.stream_id,
            "audience": made.audience,
            "poll_url": made.poll_url,
            "asked_for": wanted,
            "verify_asked_at": 0,
        }
        if is_new:
            values |= {"verified_at": 0, "heard_at": self._core.clock.now(), "status": "", "status_why": ""}
        store.keep(transaction.connection, transmitter.id, **values)
        kind = "received_signal.stream_made" if is_new else "received_signal.stream_changed"
        details = {"transmitter": transmitter.id, "delivery": transmitter.delivery}
        transaction.say(Event(at=self._core.clock.now(), kind=kind, details={**details}))

    def _asked(self, transmitter: SignalTransmitter, secret: str) -> dict[str, Any]:
        delivery: dict[str, str] = {"method": POLL}
        if transmitter.delivery == "push":
            address = self._push_address(transmitter)
            delivery = {"method": PUSH, "endpoint_url": address, "authorization_header": f"Bearer {secret}"}
        return {
            "delivery": delivery,
            "events_requested": sorted(transmitter.events),
            "description": f"{self._core.settings.name}: Limen",
        }

    def _push_address(self, transmitter: SignalTransmitter) -> str:
        return push_address(self._core.settings.public_url, transmitter)

    async def _add_people(self, transmitter: SignalTransmitter, stream: Stream, token: str) -> None:
        """Where a stream begins about nobody: everybody of its domains who is here is added, and whoever comes."""
        client = self._client_of(transmitter)
        if (await client.configuration()).has_all_subjects:
            return
        added = self._added.setdefault(transmitter.id, set())
        people = [one for one in self._core.known.people.values() if one.active]
        for one in people:
            if transmitter.speaks_for_address(one.email) and one.email not in added:
                await client.add_subject(token, stream.stream_id, subjects.written(Email(one.email)))
                added.add(one.email)

    async def _look(self, transmitter: SignalTransmitter, stream: Stream, token: str) -> None:
        """Keep the status that it has there."""
        if transmitter.delivery == "poll" and not self._is_time(stream.verify_asked_at, LOOKED_AT_EVERY):
            return  # a poll is often, and shows by itself that it works
        status, why = await self._client_of(transmitter).status(token, stream.stream_id)
        why = one_line(why, 200)
        if status and (status, why) != (stream.status, stream.status_why):
            await self._keep(transmitter, status=status, status_why=why)
            details = {"transmitter": transmitter.id, "status": status}
            self._core.journal.record(
                Event(at=self._core.clock.now(), kind="received_signal.stream_status", details={**details})
            )

    async def _verify(self, transmitter: SignalTransmitter, stream: Stream, token: str) -> None:
        """Have it prove that the stream works, now and then; sooner where it did not."""
        is_answered = stream.verified_at >= stream.verify_asked_at
        if not self._is_time(stream.verify_asked_at, VERIFIED_EVERY if is_answered else LOOKED_AT_EVERY):
            return
        state, now = secrets.token_urlsafe(16), self._core.clock.now()
        await self._keep(transmitter, verify_state=state, verify_asked_at=now)
        await self._client_of(transmitter).verify(token, stream.stream_id, state)

    async def _poll(self, transmitter: SignalTransmitter, token: str, went_on: WentOn) -> None:
        """Take what waits there, and acknowledge it (RFC 8936)."""
        stream, client = await self._stream(transmitter), self._client_of(transmitter)
        acks: list[str] = []
        errors: dict[str, Mapping[str, str]] = {}
        for number in range(MOST_ROUNDS):
            polled = await client.poll(stream.poll_url, token, acks, errors)
            acks, errors = [], {}
            for token_id, each in polled.sets.items():
                try:
                    await self._receiver.take(transmitter, stream, each)
                except SetRefusedError as refused:
                    errors[token_id] = {"err": refused.error, "description": refused.what}
                except TryAgainError:
                    return  # it is neither taken nor refused: it comes again
                else:
                    acks.append(token_id)
            if not acks and not errors:
                return
            await went_on(number)

    # Those that are not declared any more

    async def _leave(self, name: str, stream: Stream) -> None:
        """Remove our stream there, as far as that is possible, and forget the transmitter."""
        if stream.stream_id and stream.issuer:
            gone = SignalTransmitter(name, stream.issuer)

            async def work(token: str, _went_on: WentOn) -> None:
                try:
                    await self._client_of(gone).remove(token, stream.stream_id)
                except IssuerError as error:
                    raise said_of(error) from None

            if stream.asked.failures < _LEAVES_AFTER:
                if not is_due(stream.asked, MINUTE, self._core.clock.now()):
                    return
                await self._turns.take(name, stream.issuer, work)
                if (await self._turns.states())[name].error:
                    return

        def forget(transaction: Transaction) -> None:
            store.remove(transaction.connection, name)
            details = {"transmitter": name}
            transaction.say(
                Event(at=self._core.clock.now(), kind="received_signal.stream_removed", details={**details})
            )

        await self._core.write(forget)

    # Inside

    def _is_time(self, last: Instant, every: Milliseconds) -> bool:
        return self._core.clock.now() >= last + every

    async def _stream(self, transmitter: SignalTransmitter) -> Stream:
        return await self._core.database.reading(lambda snapshot: store.stream(snapshot.connection, transmitter.id))

    async def _keep(self, transmitter: SignalTransmitter, **values: Any) -> None:
        await self._core.database.writing(lambda t: store.keep(t.connection, transmitter.id, **values))


_UNCHANGED: Final = frozenset({"unreachable", "off-limits", "refused", "unauthorized"})
"""After these words of `IssuerError` a stream there is what it was before."""
_LEAVES_AFTER: Final = 5
"""So often it is tried to remove a stream at a transmitter that is not declared any more."""


class _Told:
    """The journal is told when a transmitter begins to fail, and when it does so no more."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def tell(self, name: str, error: str, now: Instant) -> None:
        kind = "received_signal.unreachable" if error else "received_signal.reachable"
        details = {"transmitter": name, **({"error": error} if error else {})}
        self._core.journal.record(Event(at=now, kind=kind, details={**details}))


def push_address(public_url: str, transmitter: SignalTransmitter) -> str:
    """Where it sends its tokens."""
    return f"{public_url.rstrip('/')}{PATH}/{transmitter.id}"


def is_silent(transmitter: SignalTransmitter, stream: Stream, now: Instant) -> bool:
    """Whether a stream that Limen made has not proved for long that it works."""
    since = max(stream.verified_at, stream.heard_at) if transmitter.delivery == "push" else stream.asked.done_at
    return transmitter.makes_stream and bool(stream.stream_id) and now - since > SILENT_AFTER


def _fingerprint(transmitter: SignalTransmitter, address: str) -> str:
    """What a stream is asked for, as a word: where it is another one the stream is changed."""
    asked = [transmitter.issuer, transmitter.delivery, sorted(transmitter.events)]
    whole = [*asked, *([address] if transmitter.delivery == "push" else []), sorted(transmitter.domains)]
    return sha256(msgspec.json.encode(whole)).hexdigest()
