"""Figures in Prometheus' text form (its exposition format 0.0.4), gathered when they are asked for.

No label holds a name, an address or a path: whoever reads the figures learns how much happens, never who does it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from prometheus_client import PlatformCollector, ProcessCollector, generate_latest
from prometheus_client.core import CollectorRegistry, CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from limen.operations.health import Watched
from limen.pillar import Figure
from limen.storage.space import Space


class Figures:
    """One registry of our own, so that nothing else in the process can add to it."""

    def __init__(self, watched: Watched) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(_Limen(watched))
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)

    def text(self) -> bytes:
        return generate_latest(self._registry)


class _Limen(Collector):
    def __init__(self, watched: Watched) -> None:
        self._watched = watched

    def collect(self) -> Iterator[Metric]:
        yield from self._decided()
        yield from self._standing()
        yield from _of_parts(self._watched.figures())
        space = self._watched.space()
        if space is not None:
            yield from _room(space)

    def _decided(self) -> Iterator[Metric]:
        taken = self._watched.journal.counters.counts()
        decisions = CounterMetricFamily("limen_decisions", "Decisions kept in the journal", labels=("door", "effect"))
        for (door, effect), count in sorted(taken.decisions.items()):
            decisions.add_metric((door, effect), count)
        yield decisions
        events = CounterMetricFamily("limen_events", "Other events kept in the journal", labels=("kind",))
        for kind, count in sorted(taken.events.items()):
            events.add_metric((kind,), count)
        yield events
        left_out = CounterMetricFamily("limen_strangers_left_out", "Events counted, not stored", labels=("of",))
        for sort, count in sorted(self._watched.journal.strangers.totals.items()):
            left_out.add_metric((sort,), count)
        yield left_out
        yield CounterMetricFamily("limen_deciding_seconds", "Time spent on decisions", value=taken.deciding_us / 1e6)

    def _standing(self) -> Iterator[Metric]:
        known, health = self._watched.doors.known, self._watched.health()
        lease = max(0.0, known.lease_until - self._watched.doors.clock.monotonic())
        yield GaugeMetricFamily("limen_ready", "1 while requests are decided", value=health.is_ready)
        yield GaugeMetricFamily("limen_lease_seconds", "How long the facts in memory remain valid", value=lease)
        yield GaugeMetricFamily(
            "limen_journal_writable", "1 while events are kept", value=self._watched.journal.writable
        )
        yield GaugeMetricFamily("limen_people", "People", value=len(known.people))
        yield GaugeMetricFamily("limen_apps", "Protected apps, including Limen itself", value=len(known.apps))
        yield GaugeMetricFamily(
            "limen_sessions", "Sessions in memory, ended ones not swept yet", value=len(known.sessions)
        )


def _of_parts(figures: Iterable[Figure]) -> Iterator[Metric]:
    families: dict[str, GaugeMetricFamily] = {}
    for figure in figures:
        family = families.setdefault(
            figure.name, GaugeMetricFamily(figure.name, figure.help, labels=tuple(figure.labels))
        )
        family.add_metric(tuple(figure.labels.values()), figure.value)
    yield from families.values()


def _room(space: Space) -> Iterator[Metric]:
    for name, what, value in (
        ("limen_disk_free_bytes", "Free space where Limen keeps its data", space.free_bytes),
        ("limen_disk_total_bytes", "Total space where Limen keeps its data", space.total_bytes),
        ("limen_disk_free_inodes", "Free inodes where Limen keeps its data", space.free_inodes),
        ("limen_journal_bytes", "Size of the journal", space.journal_bytes),
        ("limen_database_bytes", "Size of the database", space.database_bytes),
        ("limen_disk_pressure", "0 fine, 1 low, 2 short", int(space.pressure)),
    ):
        yield GaugeMetricFamily(name, what, value=value)
