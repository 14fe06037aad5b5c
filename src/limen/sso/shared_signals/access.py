"""Which receiver calls: by the token that it was given, as long as `signals.yaml` names it."""

from __future__ import annotations

from dataclasses import dataclass

from limen.clock import Instant
from limen.pillar import Core
from limen.rate_limit import RateLimit
from limen.sso.shared_signals import store
from limen.sso.shared_signals.receivers import SignalReceiver, SignalsFile
from limen.sso.shared_signals.requests import WrongRequestError
from limen.storage.service_tokens import ServiceToken

PER_SECOND = 20
AT_ONCE = 100
"""Requests of one receiver, on and on and in one go."""
CHANGES_PER_SECOND = 0.1
CHANGES_AT_ONCE = 1_000
"""Changes of its streams and of whom they are about: each is an event in the journal, for good."""


@dataclass(frozen=True, slots=True)
class NoReceiverError(Exception):
    """Whoever calls is no receiver. `word` says why, for the journal."""

    word: str


class Access:
    """Used on the event loop."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._rate = RateLimit(PER_SECOND, AT_ONCE)
        self._changes = RateLimit(CHANGES_PER_SECOND, CHANGES_AT_ONCE)

    async def receiver(self, token: str) -> SignalReceiver:
        """Whose token this is. Raises NoReceiverError; WrongRequestError where it asks too often."""
        now = self._core.clock.now()
        held, found = await self._holder(token, now)
        if not self._rate.admits(found.id, now):
            raise WrongRequestError(429, "too-often", "more requests than Limen takes in a second")
        if held.is_use_to_note(now):
            await self._core.database.writing(lambda t: store.TOKENS.note_use(t.connection, held, now))
        return found

    async def refuse_ended(self, token: str) -> None:
        """Raises NoReceiverError where a token is no longer good: whoever waited may have lost it meanwhile."""
        await self._holder(token, self._core.clock.now())

    def refuse_many_changes(self, receiver: SignalReceiver) -> None:
        """Raises WrongRequestError where this receiver changes something too often."""
        if not self._changes.admits(receiver.id, self._core.clock.now()):
            raise WrongRequestError(429, "too-often", "more changes than Limen takes: one in ten seconds, on and on")

    async def _holder(self, token: str, now: Instant) -> tuple[ServiceToken, SignalReceiver]:
        held = await self._core.database.reading_together(lambda s: store.TOKENS.holder(s.connection, token, now))
        if held is None:
            raise NoReceiverError("token-unknown-or-over" if token else "token-missing")
        found = (self._core.known.rules_of(SignalsFile) or SignalsFile()).receiver(held.service)
        if found is None:
            raise NoReceiverError("receiver-not-declared")
        return held, found
