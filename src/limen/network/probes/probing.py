"""Asks canaries every ten minutes what to try, and says what came through that must not.

What a canary tries it lets out itself for that long, by an opening of its own firewall that the kernel ends: so it is
seen what somebody who took it over would reach, and not what its own rules keep back.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from random import SystemRandom
from typing import Any, Final

from limen.clock import HOUR, MINUTE, SECOND, Instant, Milliseconds
from limen.events import Event, Outcome as Ended
from limen.network.doors.at_firewalls import elements
from limen.network.emit.nft_router import NotEmittable
from limen.network.firewalls.followers import Opened
from limen.network.firewalls.service import FirewallService
from limen.network.firewalls.store import EnrolledFirewall
from limen.network.model import Firewall, Network
from limen.network.packets.box import ANY_PORT, TCP, Box
from limen.network.packets.ruleset import Rule
from limen.network.probes.choosing import chosen, is_denied
from limen.network.probes.model import Probe, Result, Round
from limen.network.probes.records import KIND, record_of
from limen.network.probes.upstreams import upstreams
from limen.opaque import new_id
from limen.pillar import Core

EVERY: Final[Milliseconds] = 10 * MINUTE
JITTER: Final[Milliseconds] = 2 * MINUTE
"""Each canary begins earlier or later by as much, so that they don't all begin at once."""
LASTS: Final[Milliseconds] = 2 * MINUTE
"""After that what was not tried isn't, and nothing is open for it any more."""
RECORDED_EVERY: Final[Milliseconds] = HOUR
"""What did not change is written down again after so long."""
_log = logging.getLogger(__name__)


class Probing:
    """Used on the event loop alone. `rounds`: the last that each canary told, by its name, since Limen started."""

    def __init__(self, core: Core, firewalls: FirewallService) -> None:
        self._core, self._firewalls = core, firewalls
        self._random = SystemRandom()
        self._due: dict[str, Instant] = {}
        self._opened: dict[str, list[Opened]] = {}
        self._told: set[tuple[str, Probe]] = set()
        self._recorded: dict[str, tuple[Instant, str]] = {}
        self._judging: set[asyncio.Task[None]] = set()
        self.rounds: dict[str, Round] = {}
        firewalls.telling.watch_rounds(self._take)

    def results(self, from_zone: str = "", to_zone: str = "") -> list[Result]:
        """What came of the last round of each canary, between these zones ("": any)."""
        return [
            result
            for one in self.rounds.values()
            for result in one.results()
            if from_zone in {"", result.probe.from_zone} and to_zone in {"", result.probe.to_zone}
        ]

    async def ask(self) -> None:
        """Ask each canary whose turn it is, and close what is over."""
        now, canaries = self._core.clock.now(), dict(self._canaries())
        self.rounds = {name: one for name, one in self.rounds.items() if name in canaries}
        for name in [name for name, its in self._opened.items() if not its or its[0].until <= now]:
            self._end(name)
        for name, (firewall, enrolled) in canaries.items():
            if self._due.setdefault(name, now + self._random.randrange(JITTER)) <= now:
                self._due[name] = now + EVERY + self._random.randrange(-JITTER, JITTER)
                await self.begin(firewall, enrolled)
        for one in self.rounds.values():
            self._record(one)

    async def begin(self, firewall: Firewall, enrolled: EnrolledFirewall) -> Round | None:
        """A round, now; None where there is nothing to try."""
        network, today, random = self._network, self._today(), self._random
        apps = upstreams(self._core.known.apps.values())
        probes = await asyncio.to_thread(lambda: chosen(network, firewall, today, random, apps))
        if not probes:
            return None
        now = self._core.clock.now()
        one = Round(new_id("pr"), firewall.name, enrolled.id, probes, now, now + LASTS)
        self._end(firewall.name)
        openings = _openings(replace(network, firewalls=(firewall,)), one)
        try:
            self._firewalls.followers.open(*self._new(openings))
        except ValueError as error:
            _log.warning("nothing can be probed by %s: %s", firewall.name, error)
            return None
        self._opened[firewall.name] = openings
        self._firewalls.telling.asked.ask(one)
        said = [[probe.source, probe.destination, probe.port] for probe in probes]
        self._firewalls.followers.probe(firewall.name, {"id": one.id, "seconds": LASTS // SECOND, "probes": said})
        return one

    # Inside

    @property
    def _network(self) -> Network:
        return self._core.known.rules_of(Network) or Network(())

    def _today(self) -> str:
        """Where the company is."""
        zone = self._core.settings.zone
        return datetime.fromtimestamp(self._core.clock.now() / SECOND, zone).date().isoformat()

    def _canaries(self) -> Iterator[tuple[str, tuple[Firewall, EnrolledFirewall]]]:
        """Those that guard themselves by rules of Limen's."""
        enrolled: Mapping[str, EnrolledFirewall] = {
            one.name: one for one in self._firewalls.followers.firewalls.values() if one.digest
        }
        for one in self._network.firewalls:
            if one.probes and one.host and one.name in enrolled:
                yield one.name, (one, enrolled[one.name])

    def _new(self, openings: list[Opened]) -> list[Opened]:
        """Without what a door opens there already: who closes it would close both."""
        there = {(one.firewall, one.set_, one.value) for one in self._firewalls.followers.opened}
        return [one for one in openings if (one.firewall, one.set_, one.value) not in there]

    def _end(self, name: str) -> None:
        self._firewalls.followers.close(*(one.id for one in self._opened.pop(name, [])))
        self._firewalls.followers.probe(name, None)

    def _take(self, one: Round) -> None:
        self.rounds[one.firewall] = one
        self._end(one.firewall)
        task = asyncio.get_running_loop().create_task(self._judge(one))
        self._judging.add(task)
        task.add_done_callback(self._judging.discard)

    async def _judge(self, one: Round) -> None:
        """Say what is otherwise than stated, once until it is over."""
        results = list(one.results())
        self._told -= {(one.firewall, each.probe) for each in results if each.is_as_stated}
        wrong = [each for each in results if each.is_as_stated is False]
        failed = self._fresh([each for each in wrong if each.probe.must_pass])
        through = [each for each in wrong if not each.probe.must_pass and not self._was_open(one, each.probe)]
        if through:
            network, today = self._network, self._today()
            through = await asyncio.to_thread(
                lambda: [each for each in through if is_denied(network, today, each.probe)]
            )
        through = self._fresh(through)
        for each in through:
            self._say("network.probe_came_through", _through_said(each))
        if failed:
            self._say("network.probe_failed", {**_failed_said(failed[0]), "count": len(failed)})

    def _fresh(self, wrong: list[Result]) -> list[Result]:
        """Those of which nothing was said yet; from now on it was."""
        found = [each for each in wrong if (each.canary, each.probe) not in self._told]
        self._told |= {(each.canary, each.probe) for each in found}
        return found

    def _was_open(self, one: Round, probe: Probe) -> bool:
        """Whether somebody's door let it through at another firewall."""
        packet = probe.packet
        return any(
            each.firewall != one.firewall and each.until > one.begun and each.box.holds(packet)
            for each in self._firewalls.followers.opened
        )

    def _record(self, one: Round) -> None:
        at, before = self._recorded.get(one.firewall, (0, ""))
        record = record_of(list(one.results()))
        now = self._core.clock.now()
        if record["results"] != before or now - at >= RECORDED_EVERY:
            self._recorded[one.firewall] = now, str(record["results"])
            details: dict[str, str | int | bool] = {"firewall": one.firewall, **record}
            self._core.journal.record(Event(at=one.told_at, kind=KIND, details=details))

    def _say(self, kind: str, details: dict[str, str | int | bool]) -> None:
        at = self._core.clock.now()
        self._core.journal.record(Event(at=at, kind=kind, outcome=Ended.FAILURE, details=details))


def _openings(network: Network, one: Round) -> list[Opened]:
    """At the canary itself, for what must not pass: what a flow lets through it lets out anyway."""
    rules = [
        Rule("probe", True, each.from_zone, each.to_zone, _box(each), one.ends)
        for each in one.probes
        if not each.must_pass
    ]
    try:
        return [replace(each, id=f"{one.id}-{each.id}") for each in elements(network, rules, one.begun)]
    except NotEmittable as error:
        _log.warning("probes can't be let out by %s: %s", one.firewall, error)
        return []


def _box(probe: Probe) -> Box:
    packet = probe.packet
    source, destination = (packet.source,) * 2, (packet.destination,) * 2
    return Box(packet.family, source, destination, (TCP, TCP), (probe.port, probe.port), ANY_PORT)


def _through_said(one: Result) -> dict[str, Any]:
    said = {"from_zone": one.probe.from_zone, "needs": one.probe.needs, "never": one.probe.because}
    return _end_said(one) | said


def _failed_said(one: Result) -> dict[str, Any]:
    return _end_said(one) | {"flow": one.probe.because}


def _end_said(one: Result) -> dict[str, Any]:
    probe = one.probe
    return {
        "firewall": one.canary,
        "to_zone": probe.to_zone,
        "host": probe.host,
        "address": probe.destination,
        "port": probe.port,
    }
