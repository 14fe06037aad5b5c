"""Telling others of security events, put together: what is done again and again, and what administrators do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from limen.clock import HOUR, MINUTE, SECOND, Instant, Milliseconds
from limen.guarded_http import GuardedHttp
from limen.pillar import AccessSurface, Core, Figure, SignOn, Standing
from limen.sso.oidc.provider import Provider
from limen.sso.shared_signals import outbox_store, statuses, store, tokens
from limen.sso.shared_signals.access import Access
from limen.sso.shared_signals.administering import Administering
from limen.sso.shared_signals.fan_out import FanOut
from limen.sso.shared_signals.listing import ListedStream, listed
from limen.sso.shared_signals.management import Management
from limen.sso.shared_signals.polling import Polling
from limen.sso.shared_signals.pushing import ANSWER_SECONDS, LONGEST_ANSWER, Pushing
from limen.sso.shared_signals.receivers import SignalsFile
from limen.sso.shared_signals.sets import OLDEST
from limen.sso.shared_signals.store import ChangedBy, Status
from limen.sso.shared_signals.telling import Teller
from limen.storage import Snapshot, Transaction

T = TypeVar("T")

LOOK_AGAIN: Final[Milliseconds] = 2 * SECOND
"""For what another process noted, and for what is due again."""
KEEP_UP_EVERY: Final[Milliseconds] = 10 * MINUTE
MOST_WAITING: Final = 50_000
"""Tokens that wait for one stream; whoever takes none of so many has to begin anew."""
LATEST: Final[Milliseconds] = OLDEST - HOUR
"""How old a token may become before it is given up: nobody would take an older one."""


class Transmitter:
    """Used on the event loop. `access`, `management` and `polling` are for receivers."""

    def __init__(self, core: Core, sign_on: SignOn, provider: Provider) -> None:
        http = GuardedHttp(sign_on.resolver, seconds=ANSWER_SECONDS, most_bytes=LONGEST_ANSWER)
        self._core = core
        self._teller = Teller(provider.issuer, provider.subject)
        self._fan_out = FanOut(core, self._teller)
        self._pushing = Pushing(core, provider, http)
        self.access = Access(core)
        self.management = Management(core, self._teller)
        self.polling = Polling(core, provider)
        self._has_changed = True
        self._look_at: Instant = 0
        self._keep_up_at: Instant = 0
        self._listed: tuple[ListedStream, ...] = ()
        self._stop = core.database.watch(self._told)

    async def work(self) -> None:
        """One turn: costs next to nothing while nothing is committed and nothing is due."""
        now = self._core.clock.now()
        if not self._has_changed and now < self._look_at:
            return
        self._has_changed, self._look_at = False, now + LOOK_AGAIN
        if now >= self._keep_up_at:
            self._keep_up_at = now + KEEP_UP_EVERY
            await self._core.database.writing(self._keep_up)
        while await self._core.database.reading(lambda s: outbox_store.is_anything_noted(s.connection)):
            await self._core.write(self._fan_out.take_over)
        await self._pushing.begin()

    async def settled(self) -> None:
        """Return when everything that was begun has been tried."""
        await self._pushing.settled()

    async def close(self) -> None:
        self._stop()
        await self._pushing.close()

    # For administrators

    async def streams(self) -> list[ListedStream]:
        """Every stream and how it goes, by the receivers."""
        return await self._core.database.reading(self._read)

    async def decide(self, work: Callable[[Transaction, Administering], T]) -> T:
        """Do what an administrator decides, and tell the receiver at once. Raises LimenError."""
        administering = Administering(self._teller.issuer, self._file())
        done = await self._core.write(lambda transaction: work(transaction, administering))
        self._has_changed = True
        return done

    def figures(self) -> Iterable[Figure]:
        """As they were when streams were looked at last."""
        by_status = {status: sum(one.stream.status is status for one in self._listed) for status in Status}
        for status, number in by_status.items():
            yield Figure("limen_signal_streams", "Streams of security events", number, {"status": status.value})
        waiting = sum(one.waiting for one in self._listed)
        failing = sum(bool(one.stream.failures) for one in self._listed)
        yield Figure("limen_signal_events_waiting", "Security events that no receiver has taken yet", waiting)
        yield Figure("limen_signal_streams_failing", "Streams whose receiver does not take its events", failing)

    def surface(self) -> AccessSurface:
        """Of everybody who leaves: which services have not been told yet."""

        async def ask(person_id: str, _since: Instant) -> Standing:
            def read(snapshot: Snapshot) -> tuple[int, dict[str, int]]:
                connection = snapshot.connection
                noted = outbox_store.noted_about(connection, person_id)
                return noted, outbox_store.waiting_about(connection, person_id)

            noted, waiting = await self._core.database.reading(read)
            every = {one.stream.id: one for one in await self.streams()}
            silent = {every[one].name for one in waiting if one in every and every[one].is_silent}
            going = sum(count for one, count in waiting.items() if one not in every or not every[one].is_silent)
            return Standing(open=noted + going, away=tuple(sorted(silent)))

        return AccessSurface("shared_signals", "Services that are told by shared signals that access has ended", ask)

    # Inside

    def _told(self) -> None:
        self._has_changed = True

    def _read(self, snapshot: Snapshot) -> list[ListedStream]:
        found = listed(snapshot, self._file().receivers)
        self._listed = tuple(found)
        return found

    def _file(self) -> SignalsFile:
        return self._core.known.rules_of(SignalsFile) or SignalsFile()

    def _keep_up(self, transaction: Transaction) -> None:
        """Streams and tokens of receivers that are not declared any more end; what is too old or too much goes."""
        now, connection = self._core.clock.now(), transaction.connection
        if self._core.known.rules_of(SignalsFile) is None:
            return
        declared = {one.id for one in self._file().receivers}
        every = {one.id: one for one in store.streams(connection)}
        for stream in every.values():
            if stream.receiver not in declared:
                statuses.end(transaction, stream, now, who=ChangedBy.LIMEN)
        tokens.end_of_others(transaction, declared, now - KEEP_UP_EVERY, now)
        for stream_id, number in outbox_store.drop_older(connection, now - LATEST).items():
            if stream_id in every and every[stream_id].receiver in declared:
                statuses.drop_old(transaction, every[stream_id], number, now)
        for stream_id, (number, _) in outbox_store.waiting(connection).items():
            if number > MOST_WAITING and stream_id in every:
                statuses.give_up(transaction, every[stream_id], statuses.TOO_MANY, now)
        self._read(transaction)
