"""`limen firewall` for what has an interface of its own: clouds, and gear that others make."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from limen.cli.network_cloud import keep
from limen.cli.open_company import Opened
from limen.cli.options import MisusedError
from limen.cli.output import Told, counted, progress
from limen.cli.stop_signals import ending_in_order
from limen.cli.typed_secret import private_secret_in
from limen.clock import Instant
from limen.company.authors import SERVER
from limen.company.places import data_folder
from limen.connectors.vendor_client import VendorClient, VendorError
from limen.enforcement.resolving import Resolver
from limen.errors import LimenError
from limen.events import Event
from limen.network.clouds.comparing import compared
from limen.network.clouds.groups import read_groups
from limen.network.emit.aws_calls import Call
from limen.network.emit.guarded import Unfit
from limen.network.model import Firewall, Network
from limen.network.packets import Ruleset
from limen.network.proof.naming import Reachable
from limen.network.reading.reading import MOST_BYTES
from limen.network.remote.clients import KEYS, Clients, key_of
from limen.network.remote.clouds import CLOUDS, CloudRules, cloud_rules
from limen.network.remote.gear import Gear, NotAsMeantError, as_change
from limen.network.remote.kept import CONFIRMED
from limen.network.remote.lockout import refuse_cut
from limen.network.remote.saying import Change, change
from limen.network.remote.trial import TRIAL_SECONDS, NotPutBackError, decide, tried, undone

CLIENTS: Final = Clients(lambda origin: VendorClient(origin, Resolver))
MOST_LINES: Final = 200
"""Of what becomes reachable, and again of what no longer is."""


@dataclass(frozen=True, slots=True)
class At:
    """A firewall of a company, on a day."""

    here: Opened
    network: Network
    firewall: Firewall
    today: str
    now: Instant
    clients: Clients

    @property
    def folder(self) -> Path:
        """Where what it had before is kept."""
        return data_folder(self.here.root, self.here.settings) / "firewalls"

    def with_gear(self, key: Path | None, do: Callable[[Gear], Coroutine[Any, Any, None]]) -> None:
        kind = self.firewall.kind
        if kind not in KEYS:
            raise LimenError(
                f"Limen has no client for {kind}", "`limen firewall plan --terraform FILE` writes its rules"
            )
        if key is None:
            raise MisusedError(
                "--key FILE is missing",
                f"it names a file with a line for each of {', '.join(KEYS[kind])}: name = value",
            )

        async def done() -> None:
            known = key_of(kind, private_secret_in(key))
            async with self.clients.opened(self.network, self.firewall, self.today, known, self.now) as gear:
                await do(gear)

        with ending_in_order():
            asyncio.run(done())

    def say(self, kind: str, why: str = "") -> None:
        details: dict[str, str | int | bool] = {"firewall": self.firewall.name, **({"why": why} if why else {})}
        self.here.database.write(lambda write: write.say(Event(at=self.now, kind=kind, actor=SERVER, details=details)))


# plan


def plan(at: At, key: Path | None, now: Sequence[Path], terraform: Path | None, *, as_json: bool) -> None:
    """`now`: files with what a cloud has, as its own tool prints it."""
    is_cloud = at.firewall.kind in CLOUDS
    if (now or terraform) and not is_cloud:
        raise MisusedError("--now and --terraform are for clouds")
    if now and key:
        raise MisusedError("--now and --key both say what there is: give one of them")
    rules = cloud_rules(at.network, at.firewall, at.today) if is_cloud else None
    if terraform is not None and rules is not None:
        _write(terraform, json.dumps(rules.terraform, indent=2, ensure_ascii=False) + "\n")
    if key is None and rules is not None:
        _print_plan(at, _offline(rules, now), as_json=as_json)
        return

    async def ask(gear: Gear) -> None:
        there = await gear.read()
        says, lacks = gear.next_calls(there), gear.unguarded(there)
        planned = Planned(as_change(gear, there), gear.unfit, says, True, lacks)
        if is_cloud:
            whole = (
                [there] if at.firewall.kind == "aws" else []
            )  # of the others only the groups of these zones are read
            read = read_groups(at.firewall.name, at.firewall.kind, whole) if whole else None
            keep(at.here, read, compared(at.firewall, gear.meaning(there), gear.meant, lacks), at.now)
        _print_plan(at, planned, as_json=as_json)

    at.with_gear(key, ask)


@dataclass(frozen=True, slots=True)
class Planned:
    """`says`: calls, or rules of a document. `knows_before`: what there is was looked at. `unguarded`: what is
    there and not behind the rules.
    """

    change: Change
    unfit: Sequence[Unfit]
    says: Sequence[Call | Mapping[str, Any]]
    knows_before: bool
    unguarded: Sequence[str] = ()


def _offline(rules: CloudRules, now: Sequence[Path]) -> Planned:
    before = rules.read([file_text(one) for one in now]).ruleset if now else Ruleset(rules.meant.zones, ())
    document = rules.document
    says = document if isinstance(document, list) else [{name: one} for name, some in document.items() for one in some]
    return Planned(change(before, rules.meant), rules.unfit, says, bool(now))


def _print_plan(at: At, planned: Planned, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(_plain(at, planned), ensure_ascii=False))
        return
    print_change(at, planned.change, planned.unfit, knows_before=planned.knows_before)
    for lack in planned.unguarded:
        print(f"  not guarded: {lack}")
    for said in planned.says:
        print(_call_text(said))


def print_change(
    at: At, changed: Change, unfit: Sequence[Unfit], *, knows_before: bool, seen_by: str = "--key and --now"
) -> None:
    print(f"{at.firewall.name} ({' '.join(one for one in (at.firewall.kind, at.firewall.reference) if one)}):")
    if not knows_before:
        print(f"  What it has now was not looked at (see {seen_by}). What it is to let through:")
    elif changed.is_nothing:
        print("  It lets through what it should.")
    for line in (*_lines("+", changed.new(at.network)), *_lines("-", changed.gone(at.network))):
        print(line)
    if not changed.difference.is_whole:
        print("  These rules are too tangled to be compared whole: more may change than is said.")
    for one in unfit:
        print(f"  stays closed: {one.id}: {one.why}")


def _lines(mark: str, lines: Sequence[Reachable]) -> Iterator[str]:
    yield from (f"  {mark} {line}" for line in lines[:MOST_LINES])
    if len(lines) > MOST_LINES:
        yield f"  {mark} and {counted(len(lines) - MOST_LINES, 'line')} more"


def _call_text(one: Call | Mapping[str, Any]) -> str:
    if isinstance(one, Call):
        return f"{one.operation} {json.dumps(one.parameters, ensure_ascii=False)}"
    return json.dumps(one, ensure_ascii=False)


def _plain(at: At, planned: Planned) -> dict[str, Any]:
    return {
        **said_plain(at, planned.change, planned.unfit, knows_before=planned.knows_before),
        "unguarded": list(planned.unguarded),
        "calls": [
            {"operation": one.operation, "parameters": dict(one.parameters)} if isinstance(one, Call) else dict(one)
            for one in planned.says
        ],
    }


def said_plain(at: At, changed: Change, unfit: Sequence[Unfit], *, knows_before: bool) -> dict[str, Any]:
    def said(lines: Iterable[Reachable]) -> list[dict[str, Any]]:
        return [
            {"from": one.source, "to": one.destination, "services": list(one.services), "rules": list(one.rule_ids)}
            for one in lines
        ]

    return {
        "firewall": at.firewall.name,
        "kind": at.firewall.kind,
        "at": at.firewall.host or at.firewall.reference,
        "knows_before": knows_before,
        "new": said(changed.new(at.network)),
        "gone": said(changed.gone(at.network)),
        "is_whole": changed.difference.is_whole,
        "unfit": [{"id": one.id, "why": one.why} for one in unfit],
    }


# apply, confirm, undo


def apply(at: At, key: Path | None, *, is_sure: bool, seconds: float = TRIAL_SECONDS) -> None:
    name, bar = at.firewall.name, Bar(f"Telling {at.firewall.name}")

    def on_trial() -> None:
        bar.close()
        at.say("network.change_made")
        if not is_sure:
            print(
                f"In force on trial. In another terminal, within a minute: limen firewall confirm {name}. "
                "Otherwise, or when this command ends, it goes back.",
                flush=True,
            )
            bar.begin("On trial")

    async def do(gear: Gear) -> None:
        if at.firewall.kind not in CLOUDS:
            refuse_cut(gear.meant, at.network, at.firewall.reference)
        for one in gear.unfit:
            print(f"stays closed: {one.id}: {one.why}")
        with bar, told_of_failures(at):
            is_kept = await tried(
                gear, at.firewall, at.folder, is_sure=is_sure, on_trial=on_trial, seconds=seconds, progress=bar.moved
            )
        if not is_kept:
            at.say("network.change_undone", "nobody confirmed it")
            raise LimenError(f"nobody confirmed it: {name} is as before", "`limen firewall apply` tries it again")
        for lack in gear.unguarded(await gear.read()):
            print(f"not guarded: {lack}")
        if is_sure:
            at.say("network.change_confirmed")
        print("In force, and confirmed.")

    at.with_gear(key, do)


@contextmanager
def told_of_failures(at: At) -> Iterator[None]:
    """What became of a change that did not end by itself is in the journal as well."""
    try:
        yield
    except (VendorError, NotAsMeantError, NotPutBackError) as error:
        at.say("network.change_refused", error.what)
        raise
    except asyncio.CancelledError:
        at.say("network.change_undone", "it was broken off")
        raise


def confirm(at: At) -> None:
    decide(at.folder, at.firewall, CONFIRMED)
    at.say("network.change_confirmed")
    print("Confirmed.")


def undo(at: At, key: Path | None) -> None:
    async def do(gear: Gear) -> None:
        with Bar(f"Putting {at.firewall.name} back") as bar:
            await undone(gear, at.firewall, at.folder, bar.moved)
        at.say("network.change_undone")
        print(f"{at.firewall.name} is as it was before its last change.")

    at.with_gear(key, do)


class Bar:
    """A progress bar at a time. Whatever is printed is printed between two."""

    def __init__(self, what: str) -> None:
        self._shown, self._what = ExitStack(), what
        self._told: Told | None = None

    def __enter__(self) -> Self:
        self.begin(self._what)
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def begin(self, what: str) -> None:
        self._told = self._shown.enter_context(progress(what))

    def close(self) -> None:
        self._told = None
        self._shown.close()

    def moved(self, done: float, of: float) -> None:
        if self._told is not None:
            self._told(done, of)


# Files


def file_text(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise LimenError(f"{path} is larger than {MOST_BYTES >> 20} MiB", "give it in parts")
        return path.read_text("utf-8", errors="replace")
    except OSError as error:
        raise LimenError(f"{path} can't be read: {error.strerror}") from None


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise LimenError(f"{path} can't be written: {error.strerror}") from None
