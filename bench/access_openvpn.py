"""OpenVPN: how soon a laptop that may is in, from a change until it is out, and how far from its instant its end is.

    python bench/access_openvpn.py [--json]

Server, laptop and limen-openvpn are the real ones, in network namespaces with TUN (root). `openvpn_connected_ms_p95`
counts from the start of the laptop's OpenVPN, and a second of it is what OpenVPN waits by itself; so it is beside the
figure of grants, not part of it. The skew is the worst of two ends: with Limen away, and with the program killed too.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from statistics import quantiles

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.enforcement.radius.networks import LAPTOP, door_of, healthy
from tests.interop.openvpn_world import missing, world

from limen.clock import SECOND
from limen.devices.certificates.authority import LIVES

ROUNDS = 10


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--json", action="store_true")
    as_json = options.parse_args().json
    figures = openvpn(ROUNDS)
    print(json.dumps(figures) if as_json else "\n".join(f"{name:36} {value}" for name, value in figures.items()))
    return 0


def openvpn(rounds: int) -> dict[str, float]:
    """Every figure of OpenVPN, by its name; none where it can't run."""
    if missing():
        print(f"OpenVPN is left out: {missing()}", file=sys.stderr)
        return {}
    return asyncio.run(measured(min(rounds, ROUNDS)))


async def measured(rounds: int) -> dict[str, float]:
    connected, cut = [], []
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        async with world(Path(folder)) as net:
            net.count(net.certificate())
            for _ in range(rounds):
                healthy(net.house)
                began = time.perf_counter()
                laptop = net.connect()
                await net.is_in(laptop)
                connected.append((time.perf_counter() - began) * 1_000)
                net.house.limen.known.devices.drop(LAPTOP)
                cut.append(await net.is_out(within_seconds=10) * 1_000)
                laptop.kill()
    skews = [await _skew(is_program_killed=killed) for killed in (False, True)]
    return {
        "openvpn_connected_ms_p95": round(p95(connected), 1),
        "end_skew_ms_p99_openvpn": round(max(map(abs, skews)), 1),
        "openvpn_end_without_limen_ms": round(skews[0], 1),
        "openvpn_end_without_anything_ms": round(skews[1], 1),
        "revoke_to_cut_ms_p95_openvpn": round(p95(cut), 1),
    }


async def _skew(*, is_program_killed: bool) -> float:
    """How late an end was that nobody of Limen's brought about, in ms; below 0: early."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        async with world(Path(folder)) as net:
            held = net.count(net.certificate(age=LIVES - 14 * SECOND))
            healthy(net.house)
            await net.is_in(net.connect())
            if is_program_killed:
                net.program.kill()
            await door_of(net.house).sessions.close()
            await net.is_out(within_seconds=20)
            return net.house.clock.now() - held.until


def p95(values: list[float]) -> float:
    return quantiles(values, n=20, method="inclusive")[-1]


if __name__ == "__main__":
    sys.exit(main())
