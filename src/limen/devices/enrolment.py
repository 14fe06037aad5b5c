"""How a device becomes known: by its user, who signs in and confirms its code, or by a one-time token.

What waits is kept for ten minutes. A stranger can begin an enrolment and send its code to somebody, so the
page says what asks and from where, and no link has the code in it: whoever types it has read it on the device.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec

from limen.clock import DAY, MINUTE, SECOND, Clock, Instant
from limen.devices import store, wire
from limen.devices.model import EnrolledDevice, KeyStorage, Platform, State
from limen.devices.nonces import Nonces
from limen.devices.tpm import proof
from limen.devices.tpm.makers import Makers
from limen.devices.wire import Kind, Message, RefusedError
from limen.events import Event
from limen.facts import CHECKS
from limen.opaque import hash_of, new_id, new_token
from limen.storage import Transaction
from limen.storage.kept_briefly import KeptBriefly
from limen.user_codes import UserCodes, shown

LIVES: Final = 10 * MINUTE
TOKEN_LIVES: Final = DAY
POLL_SECONDS: Final = 2
MOST_DEVICES: Final = 20
"""Of one person, that are neither retired nor lost."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A device that waits to be known. `owner_id` is who confirmed it, or whose token it brought; `tpm` what it says of
    its key where that is said to be in a TPM, `is_activated` whether that TPM opened what was sealed for it.
    """

    id: str
    user_code: str
    key: dict[str, str]
    name: str
    platform: Platform
    agent: str
    hardware: str
    address: str
    at: Instant
    tpm: proof.Claim | None = None
    token_hash: bytes = b""
    owner_id: str = ""
    is_refused: bool = False
    is_activated: bool = False

    @property
    def key_storage(self) -> KeyStorage:
        """Where its key is, as far as that is proved."""
        is_proved = self.tpm is not None and self.tpm.maker and self.is_activated
        return KeyStorage.TPM if is_proved else KeyStorage.FILE

    @property
    def doubt(self) -> str:
        """Why a key that is said to be in a TPM does not count as one; "" where none is, or it does."""
        if self.tpm is None or self.key_storage is KeyStorage.TPM:
            return ""
        return self.tpm.doubt or "its TPM did not open what was sealed for it"

    def is_over(self, now: Instant) -> bool:
        return now >= self.at + LIVES

    def waits(self, now: Instant) -> bool:
        """Whether somebody may answer it: nobody has, it brought no token, and it is in time."""
        return not (self.is_over(now) or self.owner_id or self.is_refused or self.token_hash)


class Enrolments:
    """Those that wait, by their ids."""

    def __init__(self, kept: KeptBriefly, clock: Clock, audience: str, nonces: Nonces, makers: Makers) -> None:
        self._clock = clock
        self._audience = audience
        self._nonces = nonces
        self._makers = makers
        self._codes = UserCodes(kept, clock, "device enrolment", Enrolment, kept_for=LIVES)

    # What the agent asks

    async def begin(self, compact: bytes, address: str) -> tuple[Enrolment, str]:
        """What waits from now on, and a nonce for it. Whether its token is good shows at the end.

        Raises RefusedError.
        """
        now = self._clock.now()
        if not self._codes.admits(address):
            raise RefusedError(429, "slow_down", "too many devices begin to enrol from this network", "wait a minute")
        message = self._read(compact)
        claims = message.claims
        try:
            platform = Platform(wire.text(claims, "platform", 20))
        except ValueError:
            raise wire.malformed(f"platform is none of {', '.join(Platform)}") from None
        token = wire.text(claims, "token", 200, default="")
        key = dict(message.jwk or {})
        waiting = Enrolment(
            id=new_id("en"),
            user_code="",
            key=key,
            name=wire.text(claims, "name", 80) or "unnamed",
            platform=platform,
            agent=wire.text(claims, "agent", 40),
            hardware=_hardware(claims.get("hardware", {})),
            address=address,
            at=now,
            tpm=self._claimed(claims, key, now),
            token_hash=hash_of(token) if token else b"",
        )
        enrolment = await self._codes.begin(waiting.id, lambda code: replace(waiting, user_code=code))
        return enrolment, self._nonces.new(now)

    async def finishing(self, compact: bytes) -> Enrolment:
        """The enrolment that this message asks about, proved by its key. Raises RefusedError."""
        message = self._read(compact)
        self._nonces.judge(message.claims.get("nonce"), self._clock.now())
        found = await self._codes.get(wire.text(message.claims, "enrolment", 60))
        if found is None or found.is_over(self._clock.now()) or found.key != dict(message.jwk or {}):
            raise RefusedError(400, "expired", "this enrolment is over, or was never begun", "begin it again")
        if found.is_refused:
            await self.done(found)
            raise RefusedError(403, "refused", "this device was refused", "ask whoever administers Limen")
        return await self._activated(found, message.claims)

    def enrol(self, transaction: Transaction, enrolment: Enrolment, now: Instant) -> EnrolledDevice:
        """Know this device from now on, whose owner is known or whose token is good. Raises RefusedError."""
        owner_id, is_managed = enrolment.owner_id, False
        if enrolment.token_hash:
            owner_id, is_managed = store.take_token(transaction.connection, enrolment.token_hash, now) or "", True
        if not owner_id:
            raise RefusedError(
                403, "refused", "this token is not good: it was used, or its time is over", "get another"
            )
        named = wire.thumbprint(enrolment.key)
        if store.has_key(transaction.connection, named):
            raise RefusedError(403, "refused", "a device with this key is enrolled already", "run limen-agent forget")
        if store.number_of(transaction.connection, owner_id) >= MOST_DEVICES:
            raise RefusedError(403, "refused", f"their owner has {MOST_DEVICES} devices already", "retire one first")
        device = EnrolledDevice(
            id=new_id("d"),
            owner_id=owner_id,
            name=enrolment.name,
            platform=enrolment.platform,
            key_storage=enrolment.key_storage,
            is_managed=is_managed,
            enrolled_at=now,
            state=State.ACTIVE,
            state_at=now,
            hardware=enrolment.hardware,
            agent=enrolment.agent,
        )
        store.add(transaction.connection, device, named, enrolment.key, _failing_since(transaction, device))
        transaction.changed("device", device.id)
        details: dict[str, str | int | bool] = {
            "platform": device.platform.value,
            "key_storage": device.key_storage.value,
            "by_token": is_managed,
        }
        if enrolment.tpm is not None:
            details["tpm"] = enrolment.doubt or enrolment.tpm.maker
        transaction.say(
            Event(
                at=now,
                kind="device.enrolled",
                actor=owner_id,
                subject=owner_id,
                device=device.id,
                address=enrolment.address,
                details=details,
            )
        )
        return device

    async def done(self, enrolment: Enrolment) -> bool:
        """It waits no more. Of many who say so at once one gets True."""
        return await self._codes.drop(enrolment.id)

    # What a person answers

    async def typed(self, code: str, person_id: str) -> Enrolment | None:
        """The device that shows this code and waits for somebody; None also where a person guesses too often."""
        found = await self._codes.typed(code, person_id)
        return None if found is None else found[1]

    async def confirm(self, enrolment: Enrolment, person_id: str) -> Enrolment | None:
        """Somebody says that it is theirs; None where somebody answered it meanwhile."""
        return await self._answered(enrolment, lambda one: replace(one, owner_id=person_id))

    async def refuse(self, enrolment: Enrolment) -> Enrolment | None:
        """It is nobody's here; None where somebody answered it meanwhile."""
        return await self._answered(enrolment, lambda one: replace(one, is_refused=True))

    async def _answered(self, enrolment: Enrolment, answer: Callable[[Enrolment], Enrolment]) -> Enrolment | None:
        now = self._clock.now()
        return await self._codes.change(enrolment.id, lambda one: answer(one) if one.waits(now) else None)

    # Inside

    def _read(self, compact: bytes) -> Message:
        message = wire.read(compact, Kind.ENROL)
        wire.judge_claims(message, self._audience, self._clock.now())
        wire.verify(message, message.jwk or {})
        return message

    def _claimed(self, claims: Mapping[str, Any], key: Mapping[str, str], now: Instant) -> proof.Claim | None:
        """What it says of its TPM; None where it says that it has none. Raises RefusedError."""
        storage = wire.text(claims, "key_storage", 20)
        if storage not in set(KeyStorage):
            raise wire.malformed(f"key_storage is none of {', '.join(KeyStorage)}")
        return proof.judge(claims.get("tpm"), key, self._makers, now) if storage == KeyStorage.TPM else None

    async def _activated(self, found: Enrolment, claims: Mapping[str, Any]) -> Enrolment:
        """The same, with what its TPM opened. Raises RefusedError where that is something else."""
        activated = wire.decoded(wire.text(claims, "activated", 100, default=""), proof.SECRET_BYTES)
        if found.tpm is None or not found.tpm.credential or not activated:
            return found
        try:
            found.tpm.judge_activated(activated)
        except RefusedError:
            await self.done(found)
            raise
        return replace(found, is_activated=True)


def make_token(transaction: Transaction, owner_id: str, now: Instant, *, by: str) -> str:
    """A one-time token by which a device of this person is enrolled as the company's, good for a day."""
    token = new_token()
    store.add_token(transaction.connection, hash_of(token), owner_id, now, now + TOKEN_LIVES)
    transaction.say(Event(at=now, kind="device.token_made", actor=by, subject=owner_id))
    return token


def told(enrolment: Enrolment, nonce: str, address: str) -> dict[str, Any]:
    """What the agent is answered at the beginning."""
    tpm = enrolment.tpm
    sealed = {} if tpm is None or not tpm.credential else {"tpm": _told_of(tpm)}
    return {
        "enrolment": enrolment.id,
        "nonce": nonce,
        "state": "approved" if enrolment.token_hash else "waiting",
        "code": shown(enrolment.user_code),
        "address": address,
        "poll_s": POLL_SECONDS,
        "until": (enrolment.at + LIVES) // SECOND,
        **sealed,
    }


def _told_of(claim: proof.Claim) -> dict[str, str]:
    return {"credential": wire.encoded(claim.credential), "secret": wire.encoded(claim.secret)}


def _failing_since(transaction: Transaction, device: EnrolledDevice) -> dict[str, Instant]:
    """Nothing is known to be good before its first report; what was not on this very machine before begins no new grace
    by enrolling again.
    """
    before = store.failing_since_of(transaction.connection, device.owner_id, device.hardware)
    return dict.fromkeys(CHECKS, device.enrolled_at) | before


def _hardware(raw: object) -> str:
    """What the agent tells of its machine, as JSON. Raises RefusedError."""
    if not isinstance(raw, dict) or not set(raw) <= {"vendor", "model", "serial", "uuid"}:
        raise wire.malformed("hardware has to be vendor, model, serial and uuid")
    said = {name: wire.text(raw, name, 100) for name in sorted(raw)}
    return msgspec.json.encode(said).decode()
