"""The loop, closed: a line of a log arrives, a rule finds it, the risk rises, and the next request is refused.

All of it is real: the process that watches, its store, the rules, the database, the decision.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.monitor.houses import send, sources_of, watch_of, write_monitor
from tests.monitor.over_harbor import alerts_of, decided, risk_of, session_of
from tests.waiting import until
from tests.web.conftest import House, move_in

from limen.clock import SystemClock
from limen.facts import SessionState
from limen.monitor.alerts.model import Verdict
from limen.monitor.alerts.verdicts import SERVER
from limen.monitor.knowing import Knowing

RULES = """title: Payroll is copied
id: 6f0e4e32-2f4f-4c1d-9d35-1a4cf5a5b001
logsource: {product: payroll}
detection:
  selection: {kind: export}
  condition: selection
level: critical
custom:
  limen:
    confidence: 95
    entity: person
    sentence: "{who} copied {count} pay slips."
    next_step: Ask them.
    response: end-ours
---
title: A session of Payroll is copied
id: 6f0e4e32-2f4f-4c1d-9d35-1a4cf5a5b002
logsource: {product: payroll}
detection:
  selection: {kind: copied}
  condition: selection
level: high
custom:
  limen: {confidence: 90, entity: person, sentence: "x", next_step: "y", response: end-sessions}
"""
PLAYBOOKS = "playbooks:\n  end-sessions: {does: end_sessions}\n"


def write(folder: Path) -> None:
    write_monitor(folder)
    file = folder / "monitor.yaml"
    file.write_text(file.read_text() + PLAYBOOKS)
    (folder / "detections").mkdir(exist_ok=True)
    (folder / "detections" / "payroll.yml").write_text(RULES)


@pytest.fixture
async def harbor(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        house = await move_in(closing, tmp_path / "harbor", write)
        house.clock.forward(SystemClock().now() - house.clock.now())
        async with asyncio.timeout(60):
            await watch_of(house).supervision.ready()
        await until(lambda: sources_of(house).is_taking)
        await until(lambda: is_up_to_date(house), 60)
        yield house


def is_up_to_date(house: House) -> bool:
    """Whether detections have begun, and have seen what there is: at the start the rules are read first."""
    health = watch_of(house).supervision.health
    return health is not None and not health.behind and health.detected_at > 0


async def somebody(harbor: House) -> tuple[str, str]:
    """Ida, known to the process that watches, and a token for a sender."""
    ida = await harbor.member(harbor.browser(), "Ida", "staff")
    await harbor.limen.core.offers.take(Knowing).look_again()
    return ida, await sources_of(harbor).add_token("app", "wren", by="server")


async def test_a_line_of_a_log_refuses_the_next_request_and_a_verdict_gives_it_back(harbor: House) -> None:
    ida, token = await somebody(harbor)
    await until(lambda: risk_of(harbor).is_watching)
    assert await decided(harbor, ida) == "permit"
    began = time.monotonic()
    line = b'{"id": "1", "product": "payroll", "kind": "export", "user": "ida@harbor.example"}'
    assert (await send(harbor, token, line)).status_code == 200
    while await decided(harbor, ida) != "deny":
        await asyncio.sleep(0.005)
        assert time.monotonic() - began < 30
    (case,) = [one for one in await alerts_of(harbor).cases() if ida in one.people]
    assert [alert.is_proven for alert in case.alerts] == [True]
    await alerts_of(harbor).close_case(case.case.id, Verdict.EXPECTED, by=SERVER)
    assert await decided(harbor, ida) == "permit"


async def test_a_playbook_ends_what_is_signed_in(harbor: House) -> None:
    ida, token = await somebody(harbor)
    session = harbor.limen.known.sessions[session_of(harbor, ida)]
    await send(harbor, token, b'{"id": "2", "product": "payroll", "kind": "copied", "user": "ida@harbor.example"}')
    known, now = harbor.limen.known, harbor.clock.now
    await until(lambda: known.session_state(session, "", now()) is SessionState.REVOKED)
    (case,) = [one for one in await alerts_of(harbor).cases() if ida in one.people]
    assert [(one.playbook, one.by) for one in case.responses] == [("end-sessions", "")]
