"""Groups of a real slapd by grant, with Limen's keeper at work as it is in `limen serve`.

Each of many people is granted membership for a while. `grant_to_access_ms_…_groups`: from the commit of the grant
until slapd says that they are a member. `revoke_to_cut_ms_…_groups`: from the commit that revokes it until slapd says
that they are none. `end_skew_ms_…_groups`: grants of a few seconds end by themselves: how long after the end slapd
still names the member. Beside them what one question of slapd costs (`slapd_ms_p95`): no figure can be more exact.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

AT_ONCE_ENDING = 10
SHORT_MS = 4_000
WAIT_SECONDS = 30.0


def groups(rounds: int) -> dict[str, float]:
    return asyncio.run(_groups(rounds))


async def _groups(rounds: int) -> dict[str, float]:
    from tests import slapd
    from tests.access.membership.at_slapd import opened

    from limen import periodic
    from limen.pillar import Every
    from limen.pillars import pillars

    if not slapd.has_slapd():
        print("no slapd: groups are not measured", file=sys.stderr)
        return {}
    pillars()
    async with AsyncExitStack() as closing:
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="groups-")))
        there = closing.enter_context(slapd.running(folder / "slapd"))
        office = await opened(closing, there, folder / "harbor")
        parts: Any = office.house.limen.parts["access"]
        keeping: Every = next(one for one in parts.periodic if one.work == office.keeper.keep)
        task = periodic.start(keeping)
        closing.push_async_callback(periodic.stop, task)
        people = [await office.person(f"P{number}") for number in range(min(rounds, 30))]
        looking = there.as_root()
        closing.callback(looking.unbind)
        began_in, cut_in, asked = [], [], []

        def is_in(account: str) -> bool:
            began = time.perf_counter()
            looking.compare(slapd.DOMAIN_ADMINS, "member", account)
            asked.append((time.perf_counter() - began) * 1_000)
            return bool(looking.result["description"] == "compareTrue")

        for number in range(rounds):
            person, account = people[number % len(people)]
            grant = await office.granted(person)
            began_in.append(await _until(lambda account=account: is_in(account)))
            await office.revoked(person, grant)
            cut_in.append(await _until(lambda account=account: not is_in(account)))
        skews = []
        for at in range(0, len(people), AT_ONCE_ENDING):
            several = people[at : at + AT_ONCE_ENDING]
            ends = {}
            for person, account in several:
                await office.granted(person, SHORT_MS)
                ends[account] = office.house.clock.now() + SHORT_MS
            while ends:
                for account, end in list(ends.items()):
                    now = office.house.clock.now()
                    if now >= end - 500 and not is_in(account):
                        skews.append(abs(float(office.house.clock.now() - end)))
                        del ends[account]
                await asyncio.sleep(0.005)
    return {
        "grant_to_access_ms_p50_groups": round(statistics.median(began_in), 1),
        "grant_to_access_ms_p95_groups": _quantile(began_in, 95),
        "revoke_to_cut_ms_p50_groups": round(statistics.median(cut_in), 1),
        "revoke_to_cut_ms_p95_groups": _quantile(cut_in, 95),
        "end_skew_ms_p50_groups": round(statistics.median(skews), 1),
        "end_skew_ms_p99_groups": _quantile(skews, 99),
        "slapd_ms_p95": _quantile(asked, 95),
    }


async def _until(is_so: Callable[[], bool]) -> float:
    """The milliseconds until it is so."""
    began = time.perf_counter()
    while not is_so():
        if time.perf_counter() - began > WAIT_SECONDS:
            raise SystemExit("it did not come to it")
        await asyncio.sleep(0.003)
    return (time.perf_counter() - began) * 1_000


def _quantile(taken: Sequence[float], part: int) -> float:
    return round(statistics.quantiles(taken, n=100, method="inclusive")[part - 1], 1)
