"""Receivers manage their streams (SSF 1.0 section 8.1): each its own, within what `signals.yaml` lets it be told.

All raise WrongRequestError for what is answered with an error. Whose stream it is not learns no more than of one that
does not exist.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import msgspec

from limen.clock import MINUTE, SECOND, Milliseconds
from limen.opaque import new_id
from limen.pillar import Core
from limen.printable import one_line
from limen.sso.oidc.protocol import ProtocolReply
from limen.sso.shared_signals import kinds, outbox_store, statuses, store
from limen.sso.shared_signals.configuration import poll_endpoint
from limen.sso.shared_signals.event_types import Verification
from limen.sso.shared_signals.naming import person_named
from limen.sso.shared_signals.receivers import POLL, PUSH, SignalReceiver
from limen.sso.shared_signals.requests import (
    Delivery,
    StatusRequest,
    StreamRequest,
    SubjectRequest,
    VerificationRequest,
    WrongRequestError,
)
from limen.sso.shared_signals.store import LONGEST_TEXT, ChangedBy, Status, Stream
from limen.sso.shared_signals.telling import Teller, stream_token
from limen.storage import Transaction

MOST_STREAMS: Final = 4
"""Of one receiver."""
MOST_LEFT_OUT: Final = 10_000
"""People of whom one stream is told nothing."""
VERIFIED_EVERY: Final[Milliseconds] = MINUTE
"""How often a receiver may have its stream verified."""


class Management:
    """What receivers ask for about their streams."""

    def __init__(self, core: Core, teller: Teller) -> None:
        self._core = core
        self._teller = teller

    # Streams (section 8.1.1)

    async def create(self, receiver: SignalReceiver, asked: StreamRequest) -> ProtocolReply:
        now = self._core.clock.now()
        self._refuse_other_values(receiver, asked, None)
        method, endpoint, header = _delivery(receiver, asked.delivery)
        new = Stream(
            id=new_id("sg"),
            receiver=receiver.id,
            made_at=now,
            events=_events(receiver, asked),
            endpoint=endpoint if method == PUSH else "",
            description=_text(asked.description),
            changed_at=now,
        )
        sealed = self._sealed(new, header)

        def work(transaction: Transaction) -> None:
            held = store.streams(transaction.connection, receiver.id)
            if any(one.is_stopped_by_administrator for one in held):
                raise WrongRequestError(403, "not-yours", "an administrator has stopped a stream of this receiver")
            if len(held) >= MOST_STREAMS:
                raise WrongRequestError(409, "too-many-streams", "this receiver has as many streams as it may have")
            store.add(transaction.connection, new, sealed)
            statuses.say(transaction, kinds.STREAM_CREATED, new, now, delivery="push" if new.is_pushed else "poll")

        await self._core.write(work)
        return ProtocolReply(201, self.shown(receiver, new))

    async def read(self, receiver: SignalReceiver, stream_id: str) -> ProtocolReply | list[dict[str, Any]]:
        """One stream, or the list of all where none is named."""
        every = await self._core.database.reading(lambda s: store.streams(s.connection, receiver.id))
        if not stream_id:
            return [self.shown(receiver, one) for one in every]
        found = next((one for one in every if one.id == stream_id), None)
        if found is None:
            raise _unknown_stream()
        return ProtocolReply(200, self.shown(receiver, found))

    async def update(self, receiver: SignalReceiver, asked: StreamRequest, *, is_whole: bool) -> ProtocolReply:
        """Change what is said (PATCH), or all of it (PUT, `is_whole`): then what is not said is as for a new stream."""
        now = self._core.clock.now()

        def work(transaction: Transaction) -> Stream:
            stream = _own(transaction, receiver, asked.stream_id)
            self._refuse_other_values(receiver, asked, stream)
            changed = self._changed(receiver, stream, asked, is_whole=is_whole)
            store.keep(transaction.connection, changed)
            if is_whole or asked.delivery is not msgspec.UNSET:
                *_, header = _delivery(receiver, asked.delivery)
                is_kept = changed.endpoint == stream.endpoint and not header and not is_whole
                if not is_kept:  # what one address was given is never sent to another
                    store.set_sealed(transaction.connection, stream.id, self._sealed(stream, header))
            statuses.say(transaction, kinds.STREAM_CHANGED, changed, now, delivery=_word(changed))
            return changed

        return ProtocolReply(200, self.shown(receiver, await self._core.write(work)))

    async def delete(self, receiver: SignalReceiver, stream_id: str) -> ProtocolReply:
        def work(transaction: Transaction) -> None:
            stream = _own(transaction, receiver, stream_id)
            if stream.is_stopped_by_administrator:
                raise WrongRequestError(403, "not-yours", "an administrator has stopped this stream")
            statuses.end(transaction, stream, self._core.clock.now(), who=ChangedBy.RECEIVER)

        await self._core.write(work)
        return ProtocolReply(204)

    # Status (section 8.1.2)

    async def status(self, receiver: SignalReceiver, stream_id: str) -> ProtocolReply:
        found = await self._core.database.reading(lambda s: store.stream(s.connection, stream_id))
        if found is None or found.receiver != receiver.id:
            raise _unknown_stream()
        return _status(found)

    async def set_status(self, receiver: SignalReceiver, asked: StatusRequest) -> ProtocolReply:
        """What an administrator has paused or disabled, the receiver can't enable, nor replace by another stream."""
        now = self._core.clock.now()

        def work(transaction: Transaction) -> Stream:
            stream, status = _own(transaction, receiver, asked.stream_id), Status(asked.status)
            if stream.is_stopped_by_administrator:
                if status is not stream.status:
                    raise WrongRequestError(403, "not-yours", "an administrator has given it this status")
                return stream
            reason = one_line(asked.reason, LONGEST_TEXT)
            return statuses.change(transaction, stream, status, reason, now, ChangedBy.RECEIVER)

        return _status(await self._core.write(work))

    # Subjects (section 8.1.3)

    async def add_subject(self, receiver: SignalReceiver, asked: SubjectRequest) -> ProtocolReply:
        await self._subject(receiver, asked, is_added=True)
        return ProtocolReply(200)

    async def remove_subject(self, receiver: SignalReceiver, asked: SubjectRequest) -> ProtocolReply:
        await self._subject(receiver, asked, is_added=False)
        return ProtocolReply(204)

    async def _subject(self, receiver: SignalReceiver, asked: SubjectRequest, *, is_added: bool) -> None:
        now = self._core.clock.now()
        person = person_named(asked.subject, receiver, self._core.known, self._teller)  # may look through everybody

        def work(transaction: Transaction) -> None:
            stream, connection = _own(transaction, receiver, asked.stream_id), transaction.connection
            apps = outbox_store.apps_of(connection, person.id) if person is not None else ()
            if person is None or not receiver.is_told_of(person.groups, apps):
                raise WrongRequestError(404, "unknown-subject", "this stream is not told about anybody of this name")
            is_left_out = bool(store.left_out(connection, [person.id]) & {(stream.id, person.id)})
            if is_left_out is not is_added:
                return
            if is_added:
                store.include(connection, stream.id, person.id)
            elif store.count_left_out(connection, stream.id) >= MOST_LEFT_OUT:
                raise WrongRequestError(429, "too-many-subjects", "as many as may be left out are left out")
            else:
                store.leave_out(connection, stream.id, person.id)
            change = "added" if is_added else "removed"
            statuses.say(transaction, kinds.LEFT_OUT, stream, now, change=change)

        await self._core.write(work)

    # Verification (section 8.1.4)

    async def verify(self, receiver: SignalReceiver, asked: VerificationRequest) -> ProtocolReply:
        now = self._core.clock.now()

        def work(transaction: Transaction) -> None:
            stream = _own(transaction, receiver, asked.stream_id)
            if stream.status is Status.DISABLED:
                raise WrongRequestError(400, "disabled", "nothing is sent on a stream that is disabled")
            if stream.asked_at and now - stream.asked_at < VERIFIED_EVERY:
                raise WrongRequestError(429, "too-often", "wait for as long as min_verification_interval says")
            store.change(transaction.connection, stream.id, asked_at=now)
            token = stream_token(self._teller.issuer, Verification(state=asked.state), receiver, stream, now)
            outbox_store.enqueue(transaction.connection, [token])

        await self._core.database.writing(work)
        return ProtocolReply(204)

    # Inside

    def shown(self, receiver: SignalReceiver, stream: Stream) -> dict[str, Any]:
        """A stream as its receiver is told of it: never with its Authorization header."""
        endpoint = stream.endpoint or poll_endpoint(self._teller.issuer, stream.id)
        said = {"description": stream.description} if stream.description else {}
        return {
            "stream_id": stream.id,
            "iss": self._teller.issuer,
            "aud": receiver.audience,
            "events_supported": list(receiver.event_uris),
            "events_requested": list(stream.events),
            "events_delivered": [one for one in stream.events if one in receiver.event_uris],
            "delivery": {"method": PUSH if stream.is_pushed else POLL, "endpoint_url": endpoint},
            "min_verification_interval": VERIFIED_EVERY // SECOND,
            **said,
        }

    def _changed(self, receiver: SignalReceiver, stream: Stream, asked: StreamRequest, *, is_whole: bool) -> Stream:
        changed = stream
        if is_whole or asked.events_requested is not msgspec.UNSET:
            changed = replace(changed, events=_events(receiver, asked))
        if is_whole or asked.description is not msgspec.UNSET:
            changed = replace(changed, description=_text(asked.description))
        if is_whole or asked.delivery is not msgspec.UNSET:
            method, endpoint, _ = _delivery(receiver, asked.delivery)
            changed = replace(changed, endpoint=endpoint if method == PUSH else "", due_at=0)
        return changed

    def _refuse_other_values(self, receiver: SignalReceiver, asked: StreamRequest, stream: Stream | None) -> None:
        """Raises WrongRequestError where a request says another value of what only Limen decides."""
        is_right = asked.iss in {"", self._teller.issuer} and asked.aud in ("", receiver.audience, [receiver.audience])
        if stream is not None:
            is_right &= _is_same(asked.events_supported, receiver.event_uris)
            is_right &= asked.min_verification_interval in {msgspec.UNSET, VERIFIED_EVERY // SECOND}
        if not is_right:
            raise WrongRequestError(
                400, "not-yours-to-say", "it says another value of what only the transmitter decides"
            )

    def _sealed(self, stream: Stream, header: str) -> bytes | None:
        if not header:
            return None
        return self._core.keyring.seal(store.signal_streams.name, stream.id, "sealed", header.encode())


def _delivery(receiver: SignalReceiver, asked: Delivery | msgspec.UnsetType) -> tuple[str, str, str]:
    """Method, address and Authorization header. Raises WrongRequestError for what the company does not allow."""
    delivery = Delivery(method=POLL) if isinstance(asked, msgspec.UnsetType) else asked
    if delivery.method not in receiver.delivery_methods:
        raise WrongRequestError(400, "delivery-not-allowed", "this receiver is not told in this way")
    header = delivery.authorization_header
    if delivery.method == POLL:
        if header:
            raise WrongRequestError(400, "delivery-wrong", "nothing is sent to a receiver that polls")
        return POLL, "", ""
    if not receiver.may_push_to(delivery.endpoint_url):
        raise WrongRequestError(400, "endpoint-not-allowed", "nothing is pushed to this address")
    if not (header.isascii() and header.isprintable()):
        raise WrongRequestError(400, "delivery-wrong", "this is no Authorization header")
    return PUSH, delivery.endpoint_url, header


def _events(receiver: SignalReceiver, asked: StreamRequest) -> tuple[str, ...]:
    """What it asks for, as far as Limen tells it; all where it names none."""
    if isinstance(asked.events_requested, msgspec.UnsetType):
        return receiver.event_uris
    return tuple(dict.fromkeys(one for one in asked.events_requested if one and " " not in one))


def _is_same(said: list[str] | msgspec.UnsetType, as_it_is: tuple[str, ...]) -> bool:
    return isinstance(said, msgspec.UnsetType) or sorted(said) == sorted(as_it_is)


def _text(said: str | msgspec.UnsetType) -> str:
    return "" if isinstance(said, msgspec.UnsetType) else one_line(said, LONGEST_TEXT)


def _word(stream: Stream) -> str:
    return "push" if stream.is_pushed else "poll"


def _own(transaction: Transaction, receiver: SignalReceiver, stream_id: str) -> Stream:
    found = store.stream(transaction.connection, stream_id)
    if found is None or found.receiver != receiver.id:
        raise _unknown_stream()
    return found


def _unknown_stream() -> WrongRequestError:
    return WrongRequestError(404, "unknown-stream", "there is no such stream of this receiver")


def _status(stream: Stream) -> ProtocolReply:
    reason = {"reason": stream.reason} if stream.reason else {}
    return ProtocolReply(200, {"stream_id": stream.id, "status": stream.status.value, **reason})
