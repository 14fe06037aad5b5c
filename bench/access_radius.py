"""RADIUS: from a grant to being let in, from a change until the NAS is told to end it, and how far from its instant a
session's end is.

    python bench/access_radius.py [--json]

FreeRADIUS is the real one, and so is what a client of a VPN says to it (`radclient`). What is told to end a session is
a socket that notes when. The skew is the worst: how far `Session-Timeout`, counted from when the NAS has it, is from
the end of the grant: it has whole seconds (RFC 2865 section 5.27).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import tempfile
import time
from pathlib import Path
from statistics import quantiles

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.devices.served import OWNER
from tests.enforcement.radius.networks import door_of, grant, network, signed_in
from tests.ports import free_port

from limen.clock import HOUR
from limen.rate_limit import RateLimit

ROUNDS = 30
WHO = ('User-Name="ida@harbor.example"', 'Calling-Station-Id="198.51.100.9"')


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--json", action="store_true")
    as_json = options.parse_args().json
    figures = asyncio.run(measured(ROUNDS))
    print(json.dumps(figures) if as_json else "\n".join(f"{name:36} {value}" for name, value in figures.items()))
    return 0


def radius(rounds: int) -> dict[str, float]:
    """Every figure of RADIUS, by its name."""
    return asyncio.run(measured(min(rounds, ROUNDS)))


async def measured(rounds: int) -> dict[str, float]:
    opened, cut, skew = [], [], []
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        port = free_port()
        async with network(Path(folder), port) as net:
            told = await nas(port)
            house, door = net.house, door_of(net.house)
            house.limen.known.people.put(_without_groups(house.limen.known.people[OWNER]))
            wide = RateLimit(per_second=1e6, at_once=10**6)
            door.questions._often = door.questions._familiar = door._of_station = wide  # noqa: SLF001 -- one for many
            session = signed_in(house, OWNER)
            for _ in range(rounds):
                began, until = time.perf_counter(), house.clock.now() + HOUR
                grant(house, OWNER, "vpn", "connect", lasts=HOUR)
                said = await _signs_in(net, door, session)
                opened.append((time.perf_counter() - began) * 1_000)
                seconds = int(re.search(r"Session-Timeout = (\d+)", said)[1])
                skew.append(abs(house.clock.now() + seconds * 1_000 - until))
                told.clear()
                began = time.perf_counter()
                house.limen.known.grants.drop(OWNER)
                await asyncio.wait_for(told.wait(), 10)
                cut.append((time.perf_counter() - began) * 1_000)
    return {
        "grant_to_access_ms_p95_radius": round(p95(opened), 1),
        "end_skew_ms_p99_radius": round(max(skew), 1),
        "revoke_to_cut_ms_p95_radius": round(p95(cut), 1),
    }


async def _signs_in(net, door, session) -> str:
    """Challenge, number and answer; the person takes no time."""
    await net.sends("auth", *WHO, 'User-Password="-"')
    question = door.questions.of(OWNER)
    answer = door.confirm(net.house.limen.known.people[OWNER], session, question.number, "198.51.100.9", is_tied=False)
    assert answer.permitted, answer
    return await net.sends("auth", *WHO, 'User-Password="-"', f"State=0x{question.state.encode().hex()}")


async def nas(port: int) -> asyncio.Event:
    """Set when something says that a session ends."""
    told = asyncio.Event()

    class Nas(asyncio.DatagramProtocol):
        def datagram_received(self, _data: bytes, _address: object) -> None:
            told.set()

    await asyncio.get_running_loop().create_datagram_endpoint(Nas, local_addr=("127.0.0.1", port))
    return told


def _without_groups(person):
    from dataclasses import replace

    return replace(person, groups=frozenset())


def p95(values: list[float]) -> float:
    return quantiles(values, n=20, method="inclusive")[-1]


if __name__ == "__main__":
    sys.exit(main())
