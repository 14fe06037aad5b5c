"""People out of a real slapd, and out of Samba's domain controller, into a Limen at work on Harbor's folder.

Of so many people, in ten groups that are in an eleventh: `ldap_read_s` reads all of them and applies nothing,
`ldap_first_s` is the first reading, which adds everybody, `ldap_again_s` one that finds all as it was, and
`ldap_changes_s` asks what changed: since groups were made within five minutes, that reads everybody, too. `…_cpu_s` is
what each takes of a processor, here. `ldap_loop_ms` is the longest that Limen's loop stood still during the first
reading, `ldap_mb` what the process grew by. Beside them `ldap3_s`: the library alone, which brings the same entries
and does nothing with them. `ad_…` is the same of the domain controller; to fill it takes minutes.

    python bench/people_ldap.py --json --people 5000 --samba
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from textwrap import indent
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

GROUPS = 10
SOURCE = """sources:
  - id: office
    kind: ldap
    groups:
{groups}
    ldap:
      url: {url}
      bind_as: "{who}"
      people: ["{base}"]
      trust: |
{trust}
"""


async def measured(prefix: str, there: Any, secret: str, **said: str) -> dict[str, float]:
    """What a directory that is filled takes."""
    from tests.web.conftest import move_in

    from limen.identity import pillar
    from limen.identity.services import IdentityServices

    pillar.DIRECTORIES_SECONDS = 1e6  # nobody else asks
    async with AsyncExitStack() as closing:
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="people-")))
        text = SOURCE.format(url=there.url, trust=indent(there.trust, "        "), **said)
        house = await move_in(closing, folder / "harbor", lambda at: (at / "people.yaml").write_text(text))
        identity = house.limen.core.offers.take(IdentityServices)
        directories = identity.directories
        source = directories.declared["office"]
        await directories.connect(source, secret, by="")
        before = _megabytes()
        read = await _timed(lambda: directories.read(source, _no_matter))
        async with _longest_stop() as stopped:
            first = await _timed(lambda: directories.ask(source, whole=True))
        grown = _megabytes() - before
        again = await _timed(lambda: directories.ask(source, whole=True))
        changes = await _timed(lambda: directories.ask(source))
        state = (await directories.states())["office"]
        assert not state.asked.error, state.asked.error
    taken = {"read": read, "first": first, "again": again, "changes": changes}
    return {
        f"{prefix}_people": state.whole.people,
        **{f"{prefix}_{name}_s": round(wall, 2) for name, (wall, _) in taken.items()},
        **{f"{prefix}_{name}_cpu_s": round(cpu, 2) for name, (_, cpu) in taken.items()},
        f"{prefix}_loop_ms": round(max(stopped), 1),
        f"{prefix}_mb": round(grown, 1),
    }


def of_slapd(folder: Path, number: int) -> dict[str, float]:
    from tests import slapd

    with slapd.running(folder / "slapd") as there:
        there.add_people(number)
        names = [f"uid=p{one},{slapd.PEOPLE}" for one in range(number)]
        groups = [there.add_group(f"g{one}", *names[one::GROUPS]) for one in range(GROUPS)]
        groups.append(there.add_group("everybody", *groups))
        listed = "\n".join(f'      "{group}": staff' for group in groups)
        found = asyncio.run(measured("ldap", there, slapd.SECRET, groups=listed, who=slapd.READER, base=slapd.PEOPLE))
        return {**found, "ldap3_s": _library(there)}


def of_samba(folder: Path, number: int) -> dict[str, float]:
    from tests import samba_dc

    with samba_dc.running(folder / "dc") as there:
        with there.as_root() as root:
            for one in range(number):
                said = {"sAMAccountName": f"p{one}", "mail": f"p{one}@harbor.example", "displayName": f"Person {one}"}
                said["userAccountControl"] = samba_dc.NORMAL
                assert root.add(f"CN=p{one},{samba_dc.PEOPLE}", ["user"], said), root.result
        names = [f"CN=p{one},{samba_dc.PEOPLE}" for one in range(number)]
        groups = [there.add_group(f"g{one}", *names[one::GROUPS]) for one in range(GROUPS)]
        groups.append(there.add_group("everybody", *groups))
        listed = "\n".join(f'      "{group}": staff' for group in groups)
        return asyncio.run(
            measured("ad", there, samba_dc.SECRET, groups=listed, who=samba_dc.LIMEN, base=samba_dc.PEOPLE)
        )


def _library(there: Any) -> float:
    from tests import slapd

    with there.as_root() as root:
        began = time.perf_counter()
        found = root.extend.standard.paged_search(
            slapd.PEOPLE, "(objectClass=person)", attributes=["mail", "cn", "entryUUID"], paged_size=500
        )
        assert sum(1 for _ in found)
        return round(time.perf_counter() - began, 2)


async def _no_matter(_read: int) -> None: ...


async def _timed(work: Callable[[], Any]) -> tuple[float, float]:
    """The seconds it takes, and those of a processor."""
    began, cpu = time.perf_counter(), time.process_time()
    await work()
    return time.perf_counter() - began, time.process_time() - cpu


@asynccontextmanager
async def _longest_stop() -> AsyncIterator[list[float]]:
    """By how many milliseconds the loop came late, each time that it was asked to come back after one."""
    late = [0.0]

    async def watch() -> None:
        while True:
            due = time.perf_counter() + 0.001
            await asyncio.sleep(0.001)
            late.append((time.perf_counter() - due) * 1_000)

    task = asyncio.create_task(watch())
    try:
        yield late
    finally:
        task.cancel()


def _megabytes() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4_096 / 1e6


def main() -> int:
    parsing = argparse.ArgumentParser(description=__doc__)
    parsing.add_argument("--json", action="store_true")
    parsing.add_argument("--people", type=int, default=5_000)
    parsing.add_argument("--samba", action="store_true")
    asked = parsing.parse_args()
    with tempfile.TemporaryDirectory(prefix="ldap-") as name:
        for measure in (of_slapd, of_samba) if asked.samba else (of_slapd,):
            for key, value in measure(Path(name), asked.people).items():
                print(json.dumps({"name": key, "value": value}) if asked.json else f"{key:24} {value:>12,}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
