"""How devices become facts: what each reported last, held against the company's rules at that moment.

Only devices that are active are known to decisions; all others are devices that nobody knows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Final

from limen.clock import Instant, Milliseconds
from limen.devices import store
from limen.devices.compliance import Health, judge, managed_until
from limen.devices.model import EnrolledDevice, Held, Posture, State
from limen.facts import Device, FactStore, Risk
from limen.storage import Feed, Snapshot
from limen.synthetic import is_synthetic

REPORTS: Final = "device_reports"
"""The kind of a change that says: these devices reported together."""
_MOST_TOLD: Final = 1_000


@dataclass(frozen=True, slots=True)
class JudgedReport:
    """A report as it is kept, and what it came to when it was."""

    posture: Posture
    health: Health


RISK: Final = "device.risk"
SCORES: Final = {1: 20, 2: 50, 3: 90}
"""What a sensor's low, medium and high come to as a risk (`risk.score`) of whoever sits at the device."""


class Projection:
    """Keeps devices in the facts, and hands their keys and the instants at which they fall due to `known_key` and
    `due`, which are there once devices are served. `state_changed` hears what has become of one, whoever changed it.
    `synthetic` are those of probes: signals can be about them, and nobody lists them.
    """

    def __init__(self, facts: FactStore, now: Callable[[], Instant]) -> None:
        self._facts = facts
        self._now = now
        self.known_key: Callable[[str, Mapping[str, str] | None], None] = lambda _device, _key: None
        self.state_changed: Callable[[str, State], None] = lambda _device, _state: None
        self.held: dict[str, Held] = {}
        self.synthetic: dict[str, Held] = {}
        self._reported: dict[str, Mapping[str, JudgedReport]] = {}
        self._numbers = count()
        self.due: dict[str, Instant] = {}

    def register(self, feed: Feed) -> None:
        feed.at_start(
            lambda snapshot: [*store.every(snapshot.connection), *store.synthetic(snapshot.connection)], self._apply_all
        )
        feed.on("device", lambda snapshot, key: store.held(snapshot.connection, key), self.apply)
        feed.on(REPORTS, self._load_reports, lambda _key, found: self._apply_reports(found))

    def reported(self, at: Instant, judged: Mapping[str, JudgedReport]) -> str:
        """The name of a change: these devices reported then. What they said needs not be read again to be known.

        Called in the writer's thread. A name tells those who were not there what to read.
        """
        name = f"{at}.{next(self._numbers)}"
        if len(self._reported) >= _MOST_TOLD:  # commits that failed, and a feed that began anew
            self._reported.clear()
        self._reported[name] = judged
        return name

    def apply(self, device_id: str, held: Held | None, health: Health | None = None) -> None:
        """Take over what is kept of a device; None: it is gone. `health` is what it comes to now, if that is known."""
        if is_synthetic(device_id):
            self._apply_synthetic(device_id, held)
            return
        before = self.held.get(device_id)
        self.due.pop(device_id, None)
        if held is not None and held.posture.risk:
            self._facts.device_risks.put(device_id, Risk(SCORES[held.posture.risk], known=True))
        else:
            self._facts.device_risks.drop(device_id)
        if held is not None and held.device.state is State.ACTIVE:
            health, rules = health or self._judged(held), self._facts.device_rules
            managed = managed_until(rules, held.posture, self._now())
            self._facts.devices.put(
                fact_of(held.device, held.posture, health, rules.report_within_ms, is_managed=managed != 0)
            )
            self._facts.learned.put(("device", device_id), RISK, held.posture.risk)
            if ends := [at for at in (health.due_at, managed) if at]:
                self.due[device_id] = min(ends)
        else:
            self._facts.devices.drop(device_id)
        if held is None:
            self.held.pop(device_id, None)
        else:
            self.held[device_id] = held
        may_speak = held is not None and held.device.state in {State.ACTIVE, State.QUARANTINED}
        self.known_key(device_id, held.key if held is not None and may_speak else None)
        if before is not None and held is not None and before.device.state is not held.device.state:
            self.state_changed(device_id, held.device.state)

    def _apply_synthetic(self, device_id: str, held: Held | None) -> None:
        """That of a probe: decided about as any other, and none that can speak."""
        facts = self._facts
        if held is None or not held.posture.risk:
            facts.device_risks.drop(device_id)
        else:
            facts.device_risks.put(device_id, Risk(SCORES[held.posture.risk], known=True))
        if held is None or held.device.state is not State.ACTIVE:
            facts.synthetic_devices.drop(device_id)
        else:
            facts.synthetic_devices.put(fact_of(held.device, held.posture, self._judged(held), 0))
            facts.learned.put(("device", device_id), RISK, held.posture.risk)
        if held is None:
            self.synthetic.pop(device_id, None)
        else:
            self.synthetic[device_id] = held

    def again(self) -> None:
        """Judge every device anew: the rules are others."""
        for device_id, held in tuple(self.held.items()):
            self.apply(device_id, held)

    def health(self, device_id: str) -> Health | None:
        """What a device's last report comes to now."""
        held = self.held.get(device_id)
        return None if held is None else self._judged(held)

    def _judged(self, held: Held) -> Health:
        return judge(self._facts.device_rules, held.device.platform, held.posture, self._now())

    def _load_reports(self, snapshot: Snapshot, name: str) -> list[tuple[Held, Health | None]]:
        judged = self._reported.pop(name, None)
        if judged is None:
            return [(one, None) for one in store.reported_at(snapshot.connection, int(name.partition(".")[0]))]
        read = store.held_of(snapshot.connection, {each: one.posture for each, one in judged.items()})
        return [(one, judged[one.device.id].health if is_it else None) for one, is_it in read]

    def _apply_reports(self, found: list[tuple[Held, Health | None]]) -> None:
        for held, health in found:
            self.apply(held.device.id, held, health)

    def _apply_all(self, every: list[Held]) -> None:
        for gone in (self.held.keys() | self.synthetic.keys()) - {one.device.id for one in every}:
            self.apply(gone, None)
        for one in every:
            self.apply(one.device.id, one)


def fact_of(
    device: EnrolledDevice, posture: Posture, health: Health, fresh_ms: Milliseconds, *, is_managed: bool = False
) -> Device:
    """What decisions know of a device whose last report came to this, and counts for so long (0: for ever).

    `is_managed`: a source that may say so makes it the company's; as an administrator does.
    """
    return Device(
        id=device.id,
        known=True,
        compliance=health.compliance,
        managed=device.is_managed or is_managed,
        platform=device.platform.value,
        seen_at=posture.at,
        passing=health.passing,
        fresh_ms=fresh_ms,
        due_at=health.due_at,
    )
