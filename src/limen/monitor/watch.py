"""Watching as `monitor.yaml` says it: the process runs where it says so, and is told whatever it has to know."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec

from limen.connectors.clickhouse.server import Server
from limen.errors import LimenError
from limen.facts.tables import Subject
from limen.monitor.detections.chosen import RULES, Chosen
from limen.monitor.detections.company_rules import CompanyRules
from limen.monitor.detections.hit import Hit
from limen.monitor.detections.rule_folders import state_of
from limen.monitor.link import TAKES, Listen, SetUp, Sources
from limen.monitor.monitor_rules import MonitorRules
from limen.monitor.outgrown.servers import clickhouse_server, nats_server
from limen.monitor.outgrown.transit import PURPOSE
from limen.monitor.settings import MonitorSettings
from limen.monitor.sources import proofs, store
from limen.monitor.sources.held import SendersHeld
from limen.monitor.sources.service import LogSources
from limen.monitor.supervision import Supervision
from limen.pillar import Core, Once
from limen.pillar.leading import leading
from limen.storage.space import MEGABYTE

EVENTS: Final = "events"
STATE: Final = "monitor"
"""The folders, in the data folder, of the store of events and of what the process remembers."""

_log: Final = logging.getLogger("limen.monitor")


class Watch:
    """`take` returns when hits are committed. Used on the event loop."""

    def __init__(self, core: Core, held: SendersHeld, take: Callable[[Sequence[Hit]], Awaitable[object]]) -> None:
        self._core = core
        self.supervision = Supervision(
            self._setup,
            self._watched,
            take,
            core.journal.record,
            folder=(core.root / core.settings.storage.data / "workers").resolve(),
            is_ours=leading(Once.PER_MACHINE, core.leader),
        )
        self.sources = LogSources(core, held, self.supervision)
        self._told: object = None
        self._agreeing = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        held.watch(self._changed)
        self._stop_following = core.known.watch(self._fact_changed)

    @property
    def state(self) -> Path:
        """Where the process keeps what it remembers."""
        return (self._core.root / self._core.settings.storage.data).resolve() / STATE

    @property
    def events(self) -> Path:
        """Where the events of all sources are kept."""
        return (self._core.root / self._core.settings.storage.data).resolve() / EVENTS

    async def agree(self) -> None:
        """Start the process or end it, as `monitor.yaml` has it now; and tell it who may send."""
        async with self._agreeing:
            wanted = (self._core.known.rules_of(MonitorRules) or MonitorRules(watch=False)).watch
            await self._tell_rules()
            takes = self._core.leader.leads(Once.IN_ALL)
            await self.supervision.give(TAKES, b"yes" if takes else b"")
            if wanted and not self.supervision.is_running:
                self.supervision.start()
            elif not wanted and self.supervision.is_running:
                await self.supervision.close()
            sources = self.sources.watched()
            if sources != self._told:
                self._told = sources
                await self.supervision.tell_sources()

    async def close(self) -> None:
        self._stop_following()
        for task in self._tasks:
            task.cancel()
        await self.sources.write()  # while what it counted can still be asked for
        await self.supervision.close()

    # Inside

    async def _tell_rules(self) -> None:
        """Which rules are in force, beside those that come with Limen."""
        known, root = self._core.known, self._core.root
        own = known.rules_of(CompanyRules) or CompanyRules()
        said = (known.rules_of(MonitorRules) or MonitorRules(watch=False)).detections
        folders = tuple(str((root / folder).resolve()) for folder in said.folders)
        state = await asyncio.to_thread(state_of, folders) if folders else ""
        chosen = Chosen(texts=own.texts, folders=folders, off=said.off, state=state)
        await self.supervision.give(RULES, msgspec.msgpack.encode(chosen))

    def _fact_changed(self, subject: Subject) -> None:
        if subject[0] == "apps":
            self._changed()

    def _changed(self) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return  # before anything runs
        task = loop.create_task(self.agree())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _watched(self) -> Sources:
        return self.sources.watched()

    async def _setup(self) -> SetUp:
        core, settings = self._core, self._core.settings.section(MonitorSettings)
        data = (core.root / core.settings.storage.data).resolve()
        return SetUp(
            data=str(data / STATE),
            events=str(self.events),
            journal=str(core.journal.reader.root.resolve()),
            keys=core.keyring.keys_for("event store"),
            budget_bytes=settings.megabytes * MEGABYTE,
            listen=await self._listen(settings),
            clickhouse=self._clickhouse(settings),
            nats=nats_server(settings, core.root),
            transit_keys=core.keyring.keys_for(PURPOSE),
        )

    def _clickhouse(self, settings: MonitorSettings) -> Server | None:
        """What is wrong with how it is set stops nothing else: events wait."""
        try:
            return clickhouse_server(settings, self._core.root, os.environ)
        except LimenError as error:
            _log.error("events are not brought to ClickHouse: %s", error)
            return None

    async def _listen(self, settings: MonitorSettings) -> Listen:
        """Where it listens; for senders by TLS with a certificate of today."""
        listen = Listen(udp=settings.syslog_udp, tcp=settings.syslog_tcp)
        if not settings.syslog_tls:
            return listen
        core, now = self._core, self._core.clock.now()
        authority = await core.database.writing(
            lambda t: store.AUTHORITY.kept(t, core.keyring, now, core.settings.name)
        )
        name = settings.syslog_name or urlsplit(core.settings.public_url).hostname or "localhost"
        certificate, key = proofs.server_certificate(authority, name, now)
        return Listen(
            udp=listen.udp,
            tcp=listen.tcp,
            tls=settings.syslog_tls,
            certificate=certificate,
            key=key,
            authority=authority.certificate,
        )
