"""Sources of logs, put together: who may send, what is taken, and how it goes with each. Offered to pages."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from ipaddress import ip_address, ip_network
from typing import Final

from limen.clock import Instant
from limen.errors import LimenError
from limen.events import Event, Outcome
from limen.monitor.link import Elsewhere, SourceFigures, Sources, Streamed, Watched
from limen.monitor.monitor_rules import LogSource, MonitorRules, Way
from limen.monitor.normal_form.frame import Frame
from limen.monitor.normal_form.kinds import KINDS
from limen.monitor.pieces import pieces
from limen.monitor.sources import proofs, store
from limen.monitor.sources.held import SendersHeld
from limen.monitor.sources.listing import Listed, listed
from limen.monitor.sources.proofs import Bundle
from limen.monitor.sources.store import Sender, Totals
from limen.monitor.supervision import Supervision
from limen.opaque import hash_of
from limen.pillar import Core, Figure, NotTakenError
from limen.storage import Transaction

LONGEST_TOKEN: Final = 200


class NotASenderError(LimenError):
    """Whoever sends this may not."""


class LogSources:
    """Used on the event loop; the commits are made in the writer's thread."""

    def __init__(self, core: Core, held: SendersHeld, supervision: Supervision) -> None:
        self.supervision = supervision
        self._core = core
        self._held = held
        self._heard: dict[str, Instant] = {}
        self._written: dict[str, SourceFigures] = {}
        self._written_of = 0

    @property
    def rules(self) -> MonitorRules:
        return self._core.known.rules_of(MonitorRules) or MonitorRules(watch=False)

    @property
    def is_taking(self) -> bool:
        """Whether what is sent can be kept at this moment."""
        health = self.supervision.health
        return health is not None and not health.wrong

    def now(self) -> Instant:
        return self._core.clock.now()

    # What is sent over HTTP

    def sender(self, token: str, address: str) -> Sender:
        """Whose token this is. Raises NotASenderError, which is journaled."""
        found = self._held.by_token(hash_of(token)) if 0 < len(token) <= LONGEST_TOKEN else None
        source = self.rules.sources.get(found.source) if found is not None else None
        if found is None or source is None or source.way is not Way.HTTP:
            self._tell_refused(address, "no such token")
        elif source.addresses and not _is_in(address, source.addresses):
            self._tell_refused(address, "not from there", found.source)
        else:
            return found
        raise NotASenderError("this is the token of nobody who may send logs", "create one: `limen source token`")

    async def take(self, sender: Sender, records: Sequence[bytes], address: str) -> None:
        """Return when these records of a sender are durable. Raises NotTakenError: then they must be sent again."""
        if not self.rules.watch:
            raise NotTakenError("Limen watches nothing", "set `watch: true` in monitor.yaml")
        await self.deliver(sender.source, self.rules.sources[sender.source].kind, records, address, sender=sender.id)
        self._heard[sender.id] = self.now()

    async def take_asked(self, name: str, records: Sequence[bytes]) -> None:
        """Return when these records, for which Limen asked, are durable. Raises NotTakenError."""
        source = self.rules.sources.get(name)
        if not self.rules.watch or source is None or source.way is not Way.ASKED:
            raise NotTakenError("Limen does not watch it any more", "see monitor.yaml")
        await self.deliver(name, source.kind, records, "")

    async def deliver(
        self, name: str, kind: str, records: Sequence[bytes], address: str, device_id: str = "", sender: str = ""
    ) -> None:
        """Return when these records of a source are durable; `device_id` or `sender` proved that they are its own.
        Raises NotTakenError.
        """
        zone, now = self._core.settings.time_zone, self.now()
        source = self.rules.sources.get(name)
        products = source.products if source is not None else ()
        frames: list[Frame] = []
        for piece in pieces(records, [len(one) for one in records]):
            frames += [
                Frame(
                    source=name,
                    kind=kind,
                    received_at=now,
                    data=one,
                    peer=address,
                    zone=zone,
                    device_id=device_id,
                    sender=sender,
                    products=products,
                )
                for one in (piece if KINDS[kind].is_message else [b"\n".join(piece)])
            ]
            await asyncio.sleep(0)  # whoever waits for a decision goes first
        if frames:
            await self.supervision.deliver(frames)

    def _tell_refused(self, address: str, reason: str, source: str = "") -> None:
        details: dict[str, str | int | bool] = {"source": source} if source else {}
        self._core.journal.record(
            Event(
                at=self.now(),
                kind="logs.refused",
                outcome=Outcome.FAILURE,
                address=address,
                reason=reason,
                details=details,
            )
        )

    # What the process that watches is told

    def watched(self) -> Sources:
        """Every source, with the certificates that count."""
        now, zone = self.now(), self._core.settings.time_zone
        return Sources(
            sources=tuple(
                [
                    Watched(
                        name=name,
                        kind=one.kind,
                        way=one.way.value,
                        addresses=one.addresses,
                        heartbeat_ms=one.heartbeat_ms,
                        keep_ms=one.keep_ms,
                        zone=zone,
                        senders=self._held.by_certificate(name, now),
                        products=one.products,
                    )
                    for name, one in self.rules.sources.items()
                ]
            )
        )

    # What administrators do and see

    async def add_token(self, name: str, sender: str, *, by: str) -> str:
        """A token for one more sender. Raises LimenError."""
        source = self.source(name)
        return await self._core.write(lambda t: proofs.make_token(t, name, source, sender, self.now(), by))

    async def add_certificate(self, name: str, sender: str, *, by: str) -> Bundle:
        """A certificate and key for one more sender. Raises LimenError."""
        source, core = self.source(name), self._core

        def work(transaction: Transaction) -> Bundle:
            return proofs.make_certificate(
                transaction, core.keyring, core.settings.name, name, source, sender, self.now(), by
            )

        return await core.write(work)

    async def remove(self, sender_id: str, *, by: str) -> None:
        """It may send no more, at once. Raises LimenError."""
        await self._core.write(lambda t: proofs.remove(t, sender_id, self.now(), by))

    def source(self, name: str) -> LogSource:
        """Raises LimenError where there is no such source."""
        found = self.rules.sources.get(name)
        if found is None:
            raise LimenError("there is no source of logs of this name", "look at `sources` in monitor.yaml")
        return found

    async def all(self) -> list[Listed]:
        """Every source, by name."""
        await self.write()
        sources, now = self.rules.sources, self.now()
        found = await self._core.database.reading(lambda snapshot: listed(snapshot, sources, now))
        health = self.supervision.health
        lags = {one.name: one.lag_ms for one in health.sources} if health is not None else {}
        late = {name: max(0, health.at - until) for name, until in health.late.items()} if health is not None else {}
        return [replace(one, lag_ms=max(lags.get(one.name, 0), late.get(one.name, 0))) for one in found]

    # As time passes

    async def write(self) -> None:
        """Write down what came since the last time, and who was heard."""
        health, life = self.supervision.health, self.supervision.restarts
        if life != self._written_of:
            self._written, self._written_of = {}, life
        own = health is not None and self.supervision.is_own  # else another worker writes down what came
        current = {one.name: one for one in health.sources} if health is not None and own else {}
        changed = [one for name, one in current.items() if self._written.get(name) != one]
        more = {one.name: _since(self._written.get(one.name), one) for one in changed}
        heard, self._heard = self._heard, {}
        for one in changed:
            heard |= one.senders
        self._written |= current
        if more or heard:
            await self._core.database.writing(lambda t: _write(t, more, heard))

    async def forget(self) -> None:
        """Drop the senders and totals of sources that are no more."""
        known = self.rules.sources.keys()

        def work(transaction: Transaction) -> None:
            connection = transaction.connection
            for one in store.every(connection):
                if one.source not in known:
                    proofs.remove(transaction, one.id, self.now(), "server")
            store.forget(connection, store.totals(connection).keys() - known)

        await self._core.write(work)

    def figures(self) -> list[Figure]:
        """For `/metrics`."""
        health = self.supervision.health
        found = [
            Figure("limen_monitor_running", "Whether the process that watches answers", float(health is not None)),
            Figure("limen_monitor_restarts", "How often it was started again", float(self.supervision.restarts)),
        ]
        if health is None:
            return found
        for one in health.sources:
            by = {"source": one.name}
            found += [
                Figure("limen_log_events_total", "Events kept", float(one.events), by),
                Figure("limen_log_bytes_total", "Bytes that came", float(one.size), by),
                Figure(
                    "limen_log_unreadable_total", "Events of which only the text is of use", float(one.unreadable), by
                ),
                Figure("limen_log_lost_total", "Messages that could not be kept", float(one.lost), by),
                Figure("limen_log_lag_seconds", "How late the newest event came", one.lag_ms / 1000, by),
            ]
        found += [
            Figure(
                "limen_log_detection_lag_seconds",
                "How late a source is looked at that says too much",
                max(0, health.at - until) / 1000,
                {"source": name},
            )
            for name, until in health.late.items()
        ]
        found += [
            Figure("limen_log_refused_total", "What came from nobody who may send", float(number), {"way": way})
            for way, number in health.refused.items()
        ]
        behind = max(0, health.at - health.detected_at) / 1000 if health.behind else 0.0
        return [
            *found,
            *_of_clickhouse(health.elsewhere),
            *_of_nats(health.streamed),
            Figure("limen_monitor_waiting", "Messages that wait to be kept", float(health.waiting)),
            Figure("limen_monitor_detection_lag_seconds", "How far detections are behind", behind),
            Figure("limen_monitor_hits_total", "What detections found", float(health.hits)),
            Figure(
                "limen_monitor_forgotten_total",
                "Windows of correlations that went because there was too much to remember",
                float(health.forgotten),
            ),
            Figure("limen_monitor_resident_bytes", "Memory of the process that watches", float(health.resident_bytes)),
            Figure("limen_monitor_stored_bytes", "Size of the store of events", float(health.stored_bytes)),
        ]


def _of_clickhouse(its: Elsewhere | None) -> list[Figure]:
    if its is None:
        return []
    return [
        Figure("limen_clickhouse_takes", "Whether ClickHouse takes events", float(not its.wrong)),
        Figure("limen_clickhouse_waiting", "Events that wait here for ClickHouse", float(its.behind)),
        Figure("limen_clickhouse_lost_total", "Events that went here before ClickHouse had them", float(its.lost)),
        Figure("limen_clickhouse_refused_total", "Events that ClickHouse takes in no form", float(its.refused)),
        Figure("limen_clickhouse_set_back_total", "Events that ClickHouse had and lost", float(its.set_back)),
    ]


def _of_nats(its: Streamed | None) -> list[Figure]:
    if its is None:
        return []
    return [
        Figure("limen_nats_takes", "Whether this node takes events from the stream", float(its.takes)),
        Figure("limen_nats_works", "Whether they can be taken", float(not its.wrong)),
        Figure("limen_nats_waiting", "Messages in the stream, as whoever takes them sees it", float(its.waiting)),
        Figure("limen_nats_refused_total", "Messages in it that no node put there", float(its.refused)),
    ]


def _write(transaction: Transaction, totals: Mapping[str, Totals], heard: Mapping[str, Instant]) -> None:
    store.add_totals(transaction.connection, totals)
    store.heard(transaction.connection, heard)


def _since(before: SourceFigures | None, now: SourceFigures) -> Totals:
    was = before or SourceFigures(name=now.name)
    return Totals(
        now.last_at,
        now.events - was.events,
        now.size - was.size,
        now.unreadable - was.unreadable,
        now.lost - was.lost,
        {name: more for name, number in now.looks_like.items() if (more := number - was.looks_like.get(name, 0))},
    )


def _is_in(address: str, networks: Sequence[str]) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in ip_network(one) for one in networks if ip_network(one).version == parsed.version)
