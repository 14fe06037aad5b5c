"""SSH: certificates a second, from a grant to its certificate and to a shell of root, and from a change to the end of
what is open.

    python bench/access_ssh.py [--json]

The host is this machine in namespaces of its own, with the real sshd and `limen-ssh-host` (needs root). Beside the
certificates stand as many of `ssh-keygen -s`, which signs one for each process and asks nobody.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import quantiles

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.devices.served import OWNER, served
from tests.enforcement.ssh.hosts import HOST, door_of, grant, hosts_of, write
from tests.enforcement.ssh.real_host import Client, can_be_made, real_host
from tests.enforcement.ssh.world import World

from limen.clock import SECOND
from limen.enforcement.ssh.door import Asked
from limen.following.wire import line_of
from limen.rate_limit import RateLimit

CERTIFICATES = 1_500
AT_ONCE = 32
ROUNDS = 12


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--json", action="store_true")
    as_json = options.parse_args().json
    figures = asyncio.run(measured())
    print(json.dumps(figures) if as_json else "\n".join(f"{name:32} {value}" for name, value in figures.items()))
    return 0


def ssh(_rounds: int) -> dict[str, float]:
    """Every figure of SSH, as `bench/access.py` names them."""
    over_all = {
        "grant_to_access_ms_p95": "grant_to_access_ms_p95_ssh",
        "revoke_to_cut_ms_p95": "revoke_to_cut_ms_p95_ssh",
        "end_skew_ms_max": "end_skew_ms_p99_ssh",
    }
    return {over_all.get(name, name): value for name, value in asyncio.run(measured()).items()}


async def measured() -> dict[str, float]:
    """Every figure of SSH, by its name."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        place = Path(folder)
        async with served(place / "harbor", write) as limen:
            figures = {**await certificates(limen), "ssh_keygen_s_per_s": by_ssh_keygen(place)}
            if why := can_be_made():
                print(f"no host: {why}", file=sys.stderr)
                return figures
            with real_host(place / "host") as host:
                token = await hosts_of(limen.house).token(HOST, by="")
                await asyncio.to_thread(host.enrol, limen.address, token)
                world = World(limen, host, Client(place / "client", host))
                return {**figures, **await at_the_host(world)}


async def certificates(limen) -> dict[str, float]:
    """Asked for, decided, kept durably and signed, many at a time. For a second of the clock, and of CPU."""
    house, door = limen.house, door_of(limen.house)
    door._often = RateLimit(per_second=1e6, at_once=10**6)  # noqa: SLF001 -- one person stands for hundreds
    key = line_of(Ed25519PrivateKey.generate().public_key())
    session = World(limen, None, None).session()
    person = house.limen.known.people[OWNER]

    async def some(number: int) -> None:
        for _ in range(number):
            await door.ask(Asked(host=HOST, key=key, account="deploy"), session, person, "127.0.0.1")

    await some(20)
    began, used = time.perf_counter(), time.process_time()
    await asyncio.gather(*(some(CERTIFICATES // AT_ONCE) for _ in range(AT_ONCE)))
    number = CERTIFICATES // AT_ONCE * AT_ONCE
    return {
        "ssh_certs_per_s": round(number / (time.perf_counter() - began)),
        "ssh_certs_per_cpu_s": round(number / (time.process_time() - used)),
    }


def by_ssh_keygen(folder: Path) -> float:
    for name in ("ca", "user"):
        subprocess.run(["ssh-keygen", "-qN", "", "-t", "ed25519", "-f", folder / name], check=True)
    began = time.perf_counter()
    for _ in range(30):
        command = ["ssh-keygen", "-qs", folder / "ca", "-I", "k", "-n", "ida@databases", "-V", "+10m"]
        subprocess.run([*command, folder / "user.pub"], check=True)
    return round(30 / (time.perf_counter() - began))


async def at_the_host(world) -> dict[str, float]:
    """From a grant to a command's first output as root, from a change to the end of an open session, and how far from
    its instant a grant's session ends.
    """
    house = world.limen.house
    issued_ms, usable, cut, skew = [], [], [], []
    await world.log_in(await world.ask(), "true")  # the account is created once
    for _ in range(ROUNDS):
        began = time.perf_counter()
        world.grant("elevate")
        issued = await world.ask(is_elevated=True)
        issued_ms.append((time.perf_counter() - began) * 1_000)
        session = world.client.stay(issued.certificate, "ida", "sudo -n echo in; sleep 60")
        assert await asyncio.to_thread(session.stdout.readline) == "in\n"
        usable.append((time.perf_counter() - began) * 1_000)
        began = time.perf_counter()
        world.take_grants()
        await asyncio.to_thread(session.wait)
        cut.append((time.perf_counter() - began) * 1_000)
    for _ in range(max(3, ROUNDS // 3)):
        grant(house, OWNER, "elevate", lasts=7 * SECOND)
        issued = await world.ask(is_elevated=True)
        session = world.client.stay(issued.certificate, "ida", "sleep 60")
        await asyncio.to_thread(session.wait)
        skew.append(abs(time.time() * 1_000 - issued.until))
    return {
        "grant_to_access_ms_p95": round(p95(issued_ms), 1),
        "grant_to_root_shell_ms_p95": round(p95(usable), 1),
        "revoke_to_cut_ms_p95": round(p95(cut), 1),
        "end_skew_ms_max": round(max(skew), 1),
    }


def p95(values: list[float]) -> float:
    return quantiles(values, n=20, method="inclusive")[-1]


if __name__ == "__main__":
    sys.exit(main())
