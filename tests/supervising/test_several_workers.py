"""Real workers, with real connections that stay open: killed, replaced, and told of revocations under load."""

from __future__ import annotations

import asyncio
import random
import signal
from contextlib import suppress
from pathlib import Path

import pytest
from tests.dial import size
from tests.nodes.haproxy import haproxy
from tests.supervising.company_of_workers import HOST, PEOPLE, Company, Revoker, answer, kill
from tests.supervising.load import Load

pytestmark = pytest.mark.slow


async def replaced(company: Company, load: Load) -> None:
    """All workers, while the load goes on."""
    before = set(company.pids())
    assert len(before) == 2

    async def ordered() -> None:
        await asyncio.sleep(0.5)
        company.process.send_signal(signal.SIGHUP)
        await company.until_said("All workers were replaced.")
        await asyncio.sleep(0.5)

    await load.run(asyncio.create_task(ordered()))
    assert "\n".join(load.failed[:2]) == ""
    assert load.answered > 100
    assert company.times_said("can't be followed") == 0
    after = set(company.pids())
    assert (len(after), after & before) == (2, set())


async def test_replacing_all_workers_under_load_fails_no_request(company: Company) -> None:
    await replaced(company, Load(company))


async def test_replacing_all_workers_under_load_behind_haproxy_fails_no_request(
    company: Company, tmp_path: Path
) -> None:
    with haproxy(tmp_path, HOST, company.port, company.port) as https:
        await replaced(company, Load(company, https))


@pytest.mark.timeout(900)
async def test_nobody_is_let_in_after_a_revocation_whoever_is_killed(company: Company) -> None:
    """Most are killed in the middle of a start, where a worker reads, registers and reads again; now and then all at
    once; and whoever loses its parent ends, too.
    """
    one: Revoker = company.revoker  # type: ignore[attr-defined]
    chosen, kills, parents, ended, permits, before = random.Random(7), 0, 0, 0, 0, 0
    wanted = size(100, least=3)
    while kills < wanted or ended < 2 * wanted:
        number = ended
        before += await answer(company.check, company.ask(number)) == b"200"
        restarting = None
        if kills < wanted and ended % 2:
            pids = company.pids()
            if kills // 20 == parents:
                parents += 1
                kills += kill(company.process.pid)
                restarting = asyncio.create_task(again(company, pids))
            elif pids:
                await asyncio.sleep(chosen.uniform(0, 0.8))
                kills += sum(map(kill, pids if kills % 4 == 0 else pids[-1:]))
        await one.end_session(number)
        asked = [answer(company.check, company.ask(number)) for _ in range(4)]
        permits += sum(said == b"200" for said in await asyncio.gather(*asked))
        ended += 1
        if restarting is not None:
            await restarting
        for _ in range(1_200):
            if await answer(company.check, company.ask(PEOPLE - 1)) == b"200":
                break
            await asyncio.sleep(0.05)
    assert permits == 0
    assert before > wanted  # those who were let in before are who was ended


async def again(company: Company, pids: list[int]) -> None:
    """Whoever keeps services running starts it again at once, though its workers may not have ended yet."""
    times = company.times_said("2 workers answer.")
    await asyncio.to_thread(company.process.wait)
    company.start()
    async with asyncio.timeout(60):
        while any(_runs(pid) for pid in pids):  # noqa: ASYNC110 -- processes tell nobody
            await asyncio.sleep(0.05)
    await company.until_said("2 workers answer.", times + 1)


def _runs(pid: int) -> bool:
    with suppress(OSError):
        return "limen.cli.worker" in Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return False
