"""Harbor as it is attacked: watched, with a rule for salaries, and everybody who takes part at their place."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from limen.demo.both_ways import other_way
from limen.demo.employees import Employee
from limen.demo.harbor import copy_to
from limen.demo.laptops import Laptop, Laptops
from limen.demo.running_company import DayClock, RunningCompany, settled_company
from limen.demo.watched import go_along, write_monitor
from limen.monitor.alerts import words
from limen.monitor.alerts.model import Alert
from limen.monitor.alerts.service import Alerts, WholeCase
from limen.monitor.knowing import Knowing
from limen.monitor.risk.projection import RiskProjection
from limen.monitor.watch import Watch

T = TypeVar("T")
PHISHED, ROBBED, TRICKED, ADMINISTRATOR = "greta", "linh", "lucia", "ada"
PATIENCE_SECONDS: Final = 60.0
"""How long a row waits for its alert; on a quiet machine it takes less than two seconds."""
_GLANCE_SECONDS: Final = 0.02
MONITOR: Final = """# In place of the demo's own: what may happen by itself is what `limen init` writes.
watch: true
sources:
  laptops: {kind: clamav, comes: agent, files: [/var/log/clamav/clamav.log]}
playbooks:
  step-up: {does: step_up, lasts: 12h, at_most: 20}
  end-sessions: {does: end_sessions, at_most: 5}
  quarantine: {does: quarantine, lasts: 24h, at_most: 5}
"""
DATA: Final = """rules:
  - id: salaries-stay-in-payroll
    title: Salaries go into another app than payroll
    channels: [upload]
    when: [{finds: [payroll], at_least: 3}]
    exempt: {apps: [payroll]}
    then: block
    why: Salaries stay in payroll, where few people see them.
    ask: finance
expect:
  - test: A list of salaries does not go into the wiki
    text: "Employee: A. Salary: EUR 4,100.00. Employee: B. Salary: EUR 3,900.00. Employee: C. Salary: EUR 5,250.00."
    given: {channel: upload, app: wiki}
    expect: block
    because: salaries-stay-in-payroll
"""


class NotSeenError(Exception):
    """The process that watches did not find what it was expected to find in time."""


@dataclass(frozen=True, slots=True)
class AttackedHarbor:
    """Everything that a story needs. `passkey` is Greta with the passkey that she has beside password and code."""

    company: RunningCompany
    clock: DayClock
    laptops: Laptops
    laptop: Laptop
    passkey: Employee

    @property
    def alerts(self) -> Alerts:
        return self.company.limen.core.offers.take(Alerts)

    async def case_with(self, rule: str) -> tuple[Alert, WholeCase]:
        """The open alert of a rule and its case, once both are there. Raises NotSeenError."""

        async def found() -> tuple[Alert, WholeCase] | None:
            cases = await self.alerts.cases()
            return next(((one, case) for case in cases for one in case.alerts if one.rule == rule), None)

        return await waited_for(f"an alert of {rule}", found)


@asynccontextmanager
async def attacked_harbor(folder: Path) -> AsyncIterator[AttackedHarbor]:
    """Start Harbor in `folder`, watched, at this very time; all of it ends on leaving."""
    copy_to(folder, prefer_usual_ports=False)
    write_monitor(folder)
    (folder / "monitor.yaml").write_text(MONITOR, "utf-8")
    (folder / "data.yaml").write_text(DATA, "utf-8")
    clock = DayClock(int(time.time() * 1_000))
    async with AsyncExitStack() as closing:
        company = await closing.enter_async_context(settled_company(folder, clock))
        go_along(company, clock)
        laptops = Laptops(company)
        closing.push_async_callback(laptops.close)
        texts = asyncio.to_thread(words.texts_of)
        laptop, passkey, _ = await asyncio.gather(_at_work(company, laptops), _both_ways(company), texts)
        await _watched(company)
        yield AttackedHarbor(company, clock, laptops, laptop, passkey)


async def waited_for(what: str, found: Callable[[], Awaitable[T | None]]) -> T:
    """What `found` gives as soon as it gives anything. Raises NotSeenError."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while (one := await found()) is None:
        if time.monotonic() > ends:
            raise NotSeenError(f"{what}: not within {PATIENCE_SECONDS:.0f} s")
        await asyncio.sleep(_GLANCE_SECONDS)
    return one


async def _at_work(company: RunningCompany, laptops: Laptops) -> Laptop:
    """Linh's laptop, enrolled, healthy, and with her browser on it."""
    laptop = await laptops.of(ROBBED)
    await laptop.report()
    await laptop.prove(company.employees[ROBBED])
    return laptop


async def _both_ways(company: RunningCompany) -> Employee:
    greta, person = company.employees[PHISHED], company.person_of(PHISHED)
    session = next(one for one in company.limen.known.sessions.values() if one.person_id == person.id and not one.app)
    return await other_way(company, greta, session)


async def _watched(company: RunningCompany) -> None:
    """Until what watches is heard, and has been told who works here."""
    offers = company.limen.core.offers
    await offers.take(Watch).supervision.ready()

    async def is_heard() -> bool | None:
        return offers.take(RiskProjection).is_watching or None

    await waited_for("the process that watches", is_heard)
    await offers.take(Knowing).look_again()
