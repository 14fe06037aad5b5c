"""Taking security event tokens, pushed or polled: proved to be its transmitter's, for this stream, of now, and once.

A token is spent in the transaction that does what it means, and it is answered when every worker knows: whoever sends
it again because no answer came changes nothing, and whoever was signed out by it is refused from then on.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from typing import TYPE_CHECKING, Any, Final

from limen.clock import APART, MINUTE, SECOND, Instant
from limen.errors import LimenError
from limen.events import Event, Outcome
from limen.opaque import hash_of
from limen.pillar import Core, SignalledDevices, SignalledPeople
from limen.printable import one_line
from limen.rate_limit import RateLimit
from limen.sso.shared_signals import sets
from limen.sso.shared_signals.event_types import SecurityEvent, StreamUpdated, Verification, short_name
from limen.sso.shared_signals.receiving import store
from limen.sso.shared_signals.receiving.effects import Effects
from limen.sso.shared_signals.receiving.store import Stream
from limen.sso.shared_signals.receiving.transmitter import MEANINGS, May, SignalTransmitter, Transmitters
from limen.sso.shared_signals.receiving.whom import NOBODY, NOT_ITS_OWN, Finder, Whom
from limen.sso.shared_signals.sets import (
    AUTHENTICATION_FAILED,
    INVALID_AUDIENCE,
    INVALID_ISSUER,
    INVALID_KEY,
    INVALID_REQUEST,
    OLDEST,
    SKEW,
    SecurityEventToken,
    SetRefusedError,
)
from limen.sso.shared_signals.subjects import Opaque
from limen.sso.upstream.fetching import IssuerError
from limen.sso.upstream.tokens import TokenRefusedError
from limen.storage import Transaction

if TYPE_CHECKING:
    from limen.sso.shared_signals.receiving.transmitter_client import TransmitterClient

LONGEST: Final = 32_768
"""Characters of a token."""
PER_SECOND: Final = 20.0
AT_ONCE: Final = 200
"""How many tokens of one transmitter are taken; whoever sends more sends them again."""
TOLD_AT_ONCE: Final = 20
TOLD_EVERY: Final = MINUTE
"""How often the journal is told that a transmitter means nobody here, by the reason; what is beyond is counted."""
_HEARD_EVERY: Final = MINUTE
"""When a transmitter was heard is written down at most so often."""
_NO_TOKEN: Final = hash_of("")


class TryAgainError(LimenError):
    """A token can't be judged now, and is to be sent again. `word`: keys-away · too-many."""

    def __init__(self, word: str) -> None:
        super().__init__("this can't be taken now", "send it again")
        self.word = word


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a token. `is_repeated`: it came before, and nothing happened."""

    is_repeated: bool = False
    events: int = 0
    unknown: int = 0


class Receiver:
    """Takes the tokens of every declared transmitter. `client_of` calls one."""

    def __init__(self, core: Core, client_of: Callable[[SignalTransmitter], TransmitterClient]) -> None:
        self._core = core
        self._client_of = client_of
        self._rate = RateLimit(PER_SECOND, AT_ONCE)
        self._told = RateLimit(SECOND / TOLD_EVERY, TOLD_AT_ONCE)

    @property
    def declared(self) -> Transmitters:
        return self._core.known.rules_of(Transmitters) or Transmitters()

    async def push(self, name: str, authorization: str, body: bytes, address: str) -> Taken:
        """A token that was sent in the name of this transmitter (RFC 8935).

        Raises SetRefusedError, TryAgainError, StorageError. Whoever does not prove to be it learns nothing: not
        whether there is such a transmitter.
        """
        transmitter = self.declared.find(name)
        stream = await self._stream("" if transmitter is None else name)
        has_right = _is_proved(authorization, stream.push_hash if transmitter is not None else "")
        if transmitter is None or not has_right or transmitter.delivery != "push":
            self._say_refused("" if transmitter is None else name, AUTHENTICATION_FAILED, address)
            raise SetRefusedError(AUTHENTICATION_FAILED, "this is nobody whom Limen hears")
        return await self.take(transmitter, stream, body.decode("ascii", "replace"), address)

    async def take(self, transmitter: SignalTransmitter, stream: Stream, token: str, address: str = "") -> Taken:
        """A token that came by the transmitter's own stream. Raises as `push`."""
        if not self._rate.admits(transmitter.id, self._core.clock.now()):
            raise TryAgainError("too-many")
        try:
            read = await self._read(transmitter, stream, token)
        except SetRefusedError as refused:
            await self._refused(transmitter, refused, address)
            raise
        return await self._core.write(lambda transaction: self._keep(transaction, transmitter, stream, read))

    # Whether it holds

    async def _read(self, transmitter: SignalTransmitter, stream: Stream, token: str) -> SecurityEventToken:
        if len(token) > LONGEST:
            raise SetRefusedError(INVALID_REQUEST, "it is too long")
        try:
            claims = await self._client_of(transmitter).claims(token)
        except IssuerError:
            raise TryAgainError("keys-away") from None
        except TokenRefusedError as wrong:
            is_garbage = wrong.word == "garbage"
            said = "this is no token" if is_garbage else "no key that its issuer publishes verifies it"
            raise SetRefusedError(INVALID_REQUEST if is_garbage else INVALID_KEY, said) from None
        if not _is_clear(token):
            what = "it says something twice, or has characters that are none, so nobody can tell what it means"
            raise SetRefusedError(INVALID_REQUEST, what)
        if claims.get("iss") != transmitter.issuer:
            raise SetRefusedError(INVALID_ISSUER, "it is of another issuer")
        audience = _audience(claims.get("aud"), transmitter, stream)
        now = self._core.clock.now()
        read = sets.read(claims, issuer=transmitter.issuer, audience=audience, now=now)
        if read.issued_at <= stream.oldest_taken:
            raise SetRefusedError(INVALID_REQUEST, "tokens of that time are not taken any more")
        for event in read.events:
            if isinstance(event, Verification | StreamUpdated):
                _check_stream(read, transmitter, stream)
        return read

    # What it does

    def _keep(
        self, transaction: Transaction, transmitter: SignalTransmitter, stream: Stream, read: SecurityEventToken
    ) -> Taken:
        connection, now = transaction.connection, self._core.clock.now()
        digest = sha256(f"{transmitter.issuer}\n{read.id}".encode()).digest()
        until = read.issued_at + OLDEST + SKEW + MINUTE
        if not store.is_first(connection, digest, transmitter.id, read.issued_at, until):
            return Taken(is_repeated=True)
        if now - stream.heard_at >= _HEARD_EVERY:
            store.keep(connection, transmitter.id, heard_at=now)
        unknown = 0
        for event in read.events:
            word = short_name(event.uri)
            if isinstance(event, Verification):
                self._verified(transaction, transmitter, event, now)
            elif isinstance(event, StreamUpdated):
                self._updated(transaction, transmitter, event, now)
            elif not transmitter.believes(event):
                word = f"not believed: {word}"
            else:
                unknown += not self._mean(transaction, transmitter, read, event, now)
            store.count(connection, transmitter.id, store.EVENT, word, now)
        for _ in read.unknown:
            store.count(connection, transmitter.id, store.EVENT, "not understood", now)
        return Taken(events=len(read.events), unknown=unknown)

    def _mean(
        self,
        transaction: Transaction,
        transmitter: SignalTransmitter,
        read: SecurityEventToken,
        event: SecurityEvent,
        now: Instant,
    ) -> bool:
        """Whether it is about somebody or something here."""
        offers = self._core.offers
        people, devices = offers.take(SignalledPeople), offers.find(SignalledDevices)
        finder = Finder(transmitter, self._core.known, people, devices, now)
        whom = finder.find(transaction, read.subject)
        if whom.word and whom.has_device and whom.person_id:
            whom = Whom(whom.person_id, whom.sid)  # on a device that is not known here, so it may be any of theirs
        happened = event.happened_at or read.happened_at or read.issued_at
        said_by = min(happened, read.issued_at)
        ends = transmitter.may_do(May.END_SESSIONS) and May.END_SESSIONS in MEANINGS.get(type(event), ())
        if whom.word == NOBODY and ends:
            for issuer, subject in finder.accounts(read.subject):  # who is about to sign in for the first time
                people.end_under_way(transaction, issuer, subject, said_by, now)
        if whom.word:
            store.count(transaction.connection, transmitter.id, store.UNKNOWN, whom.word, now)
            if self._told.admits(f"{transmitter.id} {whom.word}", now):
                kind = "received_signal.not_its_own" if whom.word == NOT_ITS_OWN else "received_signal.unknown"
                details = {"transmitter": transmitter.id, "event": short_name(event.uri)}
                transaction.say(Event(at=now, kind=kind, reason=whom.word, details={**details}))
            return False
        Effects(
            transaction=transaction,
            transmitter=transmitter,
            facts=self._core.known,
            people=people,
            devices=devices,
            upstreams=finder.upstreams,
            event=event,
            whom=whom,
            at=min(happened, now),
            said_by=said_by,
            now=now,
        ).apply()
        return True

    def _verified(
        self, transaction: Transaction, transmitter: SignalTransmitter, event: Verification, now: Instant
    ) -> None:
        """Only what was asked for counts; some send one by themselves, without a state."""
        asked = store.stream(transaction.connection, transmitter.id)
        if not transmitter.makes_stream or (
            asked.verify_state and compare_digest(event.state.encode(), asked.verify_state.encode())
        ):
            store.keep(transaction.connection, transmitter.id, verified_at=now, verify_state="")

    def _updated(
        self, transaction: Transaction, transmitter: SignalTransmitter, event: StreamUpdated, now: Instant
    ) -> None:
        store.keep(transaction.connection, transmitter.id, status=event.status, status_why=one_line(event.cause, 200))
        details = {"transmitter": transmitter.id, "status": event.status}
        transaction.say(Event(at=now, kind="received_signal.stream_status", details={**details}))

    # What was refused

    async def _refused(self, transmitter: SignalTransmitter, refused: SetRefusedError, address: str) -> None:
        """It came by the transmitter's own way in, so it is counted; who has no right to it only fills the journal."""
        now = self._core.clock.now()
        self._say_refused(transmitter.id, refused.error, address)
        await self._core.database.writing(
            lambda t: store.count(t.connection, transmitter.id, store.REFUSED, refused.error, now)
        )

    def _say_refused(self, name: str, error: str, address: str) -> None:
        self._core.journal.record(
            Event(
                at=self._core.clock.now(),
                kind="received_signal.refused",
                outcome=Outcome.FAILURE,
                address=address,
                reason=error,
                details={"transmitter": name} if name else {},
            )
        )

    async def _stream(self, name: str) -> Stream:
        return await self._core.database.reading(lambda snapshot: store.stream(snapshot.connection, name))

    # As time passes

    async def forget(self) -> None:
        """Drop what can't come twice any more."""
        now = self._core.clock.now()
        await self._core.database.writing(lambda t: store.forget_sets(t.connection, now - APART))


def _is_clear(token: str) -> bool:
    """Whether all readers read the same in it. They differ where an object has two members of one name (RFC 8259
    section 4), and about text with NUL or half a surrogate pair (section 8.2), which no database keeps.
    """
    payload = token.split(".")[1]

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError
        return found

    try:
        said = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)), object_pairs_hook=once)
        return "\\u0000" not in json.dumps(said, ensure_ascii=False).encode().decode()
    except (ValueError, RecursionError):
        return False


def _is_proved(authorization: str, expected: str) -> bool:
    """Whether this header has the token with this hash. Something is compared in any case."""
    scheme, _, token = authorization.partition(" ")
    is_same = compare_digest(hash_of(token.strip()), bytes.fromhex(expected) if expected else _NO_TOKEN)
    return is_same and bool(expected) and bool(token.strip()) and scheme.casefold() == "bearer"


def _audience(said: Any, transmitter: SignalTransmitter, stream: Stream) -> str:
    """The audience of our stream that this token names. Raises SetRefusedError where it is none of it."""
    ours = (transmitter.audience,) if transmitter.audience else stream.audience
    if not transmitter.audience and stream.issuer != transmitter.issuer:
        raise SetRefusedError(INVALID_ISSUER, "Limen has no stream there")
    named = said[: sets.MOST_AUDIENCES] if isinstance(said, list) else [said]
    for one in ours:
        if one in named:
            return one
    raise SetRefusedError(INVALID_AUDIENCE, "it is for somebody else")


def _check_stream(read: SecurityEventToken, transmitter: SignalTransmitter, stream: Stream) -> None:
    """What is said of a stream names it (SSF 1.0 sections 8.1.4.1 and 8.1.5). Raises SetRefusedError."""
    if not transmitter.makes_stream:
        return  # which stream somebody made there by hand, nobody here knows
    if not isinstance(read.subject, Opaque) or read.subject.id != stream.stream_id:
        raise SetRefusedError(INVALID_AUDIENCE, "it is about another stream")
