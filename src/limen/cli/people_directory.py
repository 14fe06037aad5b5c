"""Sources of people that are directories: the password stored, the connection tried, what a reading would change, and
a reading now.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from limen.cli.output import Told, counted, progress
from limen.cli.typed_secret import private_secret_in, typed_secret
from limen.company.publish import SERVER
from limen.connectors.ldap.accounts import WentOn
from limen.errors import LimenError
from limen.identity.sources.foreseeing import Expected, Foreseen
from limen.identity.sources.ldap.asking import Directories
from limen.identity.sources.ldap.reading import Read
from limen.identity.sources.model import Did, Source, SourceKind
from limen.identity.sources.people_sources import SourcesOfPeople
from limen.identity.sources.said import COUNTS, WAITS

MOST_SHOWN: Final = 50
"""People of whom a preview says one by one what would become; `--json` says all."""


def run(
    task: str,
    source: Source,
    directories: Directories,
    sources: SourcesOfPeople,
    file: Path | None,
    *,
    as_json: bool,
) -> None:
    """One of the tasks that concern a directory. Raises LimenError."""
    if source.kind is not SourceKind.LDAP:
        raise LimenError(f"{source.id} is of the kind {source.kind}: it is not asked", "see `limen people-source list`")
    if file is not None and task != "connect":
        raise LimenError("--file belongs to connect", f"limen people-source connect {source.id} --file …")
    if task == "connect":
        secret = typed_secret("Password") if file is None else private_secret_in(file)
        asyncio.run(directories.connect(source, secret, by=SERVER))
        print(f"Stored. `limen people-source check {source.id}` asks it now, and changes nothing.")
    elif task == "check":
        asyncio.run(_check(source, directories, as_json=as_json))
    elif task == "preview":
        asyncio.run(_preview(source, directories, sources, as_json=as_json))
    else:
        asyncio.run(_read(source, directories))


async def _check(source: Source, directories: Directories, *, as_json: bool) -> None:
    began = time.monotonic()
    with _watched(await _before(source, directories)) as watch:
        read = await directories.read(source, watch)
    seconds = round(time.monotonic() - began, 1)
    in_groups = {group: sum(group in one.groups for one in read.people) for group in source.groups}
    if as_json:
        print(json.dumps({**_counts(read), "groups": in_groups, "seconds": seconds}))
        return
    what = "Active Directory" if read.is_active_directory else "LDAP"
    print(f"{what} answered in {seconds} s: {counted(len(read.people), 'person', 'people')}.")
    counts = _counts(read)
    for name, text in _REMARKS.items():
        if counts[name]:
            print(f"  {counts[name]} {text}")
    for group, number in in_groups.items():
        print(f"  {group}: {counted(number, 'person', 'people')}")
    if read.lost_unit:
        print(f"  {read.lost_unit} can't be seen any more: its people keep access until you answer")


_REMARKS: Final = {
    "inactive": "disabled or expired there",
    "without_address": "without an email address of their own: they wait, see `limen people-source open`",
    "nameless": "without entryUUID or objectGUID: let Limen read it; they are left out",
    "referrals": "references to other servers, which are not asked",
}


def _counts(read: Read) -> dict[str, int]:
    return {
        "people": len(read.people),
        "inactive": sum(not one.is_active for one in read.people),
        "without_address": sum(not one.email for one in read.people),
        "nameless": read.nameless,
        "referrals": read.referrals,
    }


async def _preview(source: Source, directories: Directories, sources: SourcesOfPeople, *, as_json: bool) -> None:
    with _watched(await _before(source, directories)) as watch:
        read = await directories.read(source, watch)
    foreseen = await sources.foresee(source.id, list(read.people))
    changed = [one for one in foreseen.people if one.did not in {Did.UNCHANGED, Did.NOTHING}]
    if as_json:
        for one in changed:
            print(json.dumps(_plain(one)))
        return
    for one in changed[:MOST_SHOWN]:
        print(_line(one))
    if len(changed) > MOST_SHOWN:
        print(f"… and {len(changed) - MOST_SHOWN:,} more; --json shows all")
    print(_told(foreseen))
    if foreseen.is_too_much:
        print("It would stop, and ask you before anybody loses access.")


def _told(foreseen: Foreseen) -> str:
    said = ", ".join(f"{number:,} {COUNTS[did]}" for did, number in foreseen.counts.items())
    return f"Nothing was changed. A reading would mean: {said or 'nobody'}."


def _line(one: Expected) -> str:
    step = one.step
    said = [WAITS[one.waits]] if one.waits else []
    said += [f"name {step.name}"] if step.name else []
    said += [f"address {step.email}"] if step.email else []
    said += [f"joins {', '.join(sorted(step.joins))}"] if step.joins else []
    said += [f"leaves {', '.join(sorted(step.leaves))}"] if step.leaves else []
    return f"{COUNTS[one.did]}: {one.said.name} <{one.said.email}>{': ' if said else ''}{'; '.join(said)}"


def _plain(one: Expected) -> dict[str, object]:
    step = one.step
    about = {"id": one.said.external_id, "name": one.said.name, "email": one.said.email, "did": str(one.did)}
    to = {"new_name": step.name, "new_email": step.email, "joins": sorted(step.joins), "leaves": sorted(step.leaves)}
    return {**about, "waits": str(one.waits), **to}


async def _read(source: Source, directories: Directories) -> None:
    with _watched(await _before(source, directories)) as watch:
        is_done = await directories.ask(source, whole=True, watch=watch)
    if not is_done:
        raise LimenError("it is being read at this moment", "see `limen people-source list` in a minute")
    state = (await directories.states())[source.id]
    if state.asked.error:
        raise LimenError(state.asked.error, f"limen people-source check {source.id}")
    people = counted(state.whole.people, "person", "people")
    print(f"Read {people} in {state.whole.took_ms / 1_000:.1f} s. `limen people-source list` shows what changed.")


@contextmanager
def _watched(before: int) -> Iterator[WentOn]:
    """A bar on the terminal. How many there are is known at the end alone, so it shows how many there were before."""
    with progress("Reading people") as told:
        yield _told_to(told, before)


def _told_to(told: Told | None, before: int) -> WentOn:
    async def watch(read: int) -> None:
        if told is not None:
            told(read, max(before, read))

    return watch


async def _before(source: Source, directories: Directories) -> int:
    state = (await directories.states()).get(source.id)
    return state.whole.people if state is not None else 0
