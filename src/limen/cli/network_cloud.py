"""`limen network cloud`: what a cloud's groups open to the internet, read from files and kept for the roadmap."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from limen.cli.open_company import Opened, opened
from limen.cli.options import MisusedError
from limen.cli.output import counted
from limen.clock import SECOND, Instant, SystemClock
from limen.company.authors import SERVER
from limen.errors import LimenError
from limen.events import Event
from limen.network.clouds import store
from limen.network.clouds.comparing import compared
from limen.network.clouds.groups import READERS, read_groups
from limen.network.clouds.model import CloudReading
from limen.network.model import FILE, Firewall, Network
from limen.network.reading.files import File, kind_of
from limen.network.reading.json_documents import document_of
from limen.network.reading.reading import MOST_BYTES
from limen.network.remote.clouds import cloud_rules
from limen.network.shapes import NAME
from limen.storage import Transaction


def run(words: Sequence[str], *, kind: str, forget: bool, as_json: bool) -> None:
    """`words`: the name of the cloud, then files, then the company folder where it is not this one. Nothing is asked of
    the cloud, and nothing is changed there.
    """
    name, paths = (words[0] if words else ""), [Path(one) for one in words[1:]]
    folder = paths.pop() if paths and paths[-1].is_dir() else Path()
    if not NAME.fullmatch(name) or forget is bool(paths):
        raise MisusedError("write `limen network cloud NAME FILE…`, and the folder behind it; or NAME and --forget")
    files = [_file(one) for one in paths]
    with opened(folder) as here:
        now = SystemClock().now()
        if forget:
            _forget(here, name, now)
            return
        network = _network(here)
        firewall = next((one for one in network.firewalls if one.name == name), None)
        read = _read(name, kind or (firewall.kind if firewall is not None else ""), files)
        against = _compared(here, network, firewall, files, now)
        keep(here, read, against, now)
    _print(read, against, as_json=as_json)


def keep(here: Opened, read: CloudReading | None, against: CloudReading | None, now: Instant) -> None:
    """Keep what was read, and how it differs from network.yaml, in place of what was kept before."""

    def work(to: Transaction) -> None:
        if read is not None:
            store.keep_groups(to.connection, read, now)
        if against is not None:
            store.keep_compared(to.connection, against, now)
        for name in {one.name for one in (read, against) if one is not None}:
            to.say(Event(at=now, kind="network.cloud_read", actor=SERVER, details={"firewall": name}))

    here.database.write(work)


def _read(name: str, kind: str, files: Sequence[File]) -> CloudReading:
    chosen = kind or kind_of(files)
    if chosen not in READERS:
        raise MisusedError(f"{chosen[:40]} is no cloud", f"say with --kind which it is: {', '.join(READERS)}")
    return read_groups(name, chosen, [document_of(one.text) for one in files])


def _compared(
    here: Opened, network: Network, firewall: Firewall | None, files: Sequence[File], now: Instant
) -> CloudReading | None:
    """None where network.yaml says nothing of this cloud."""
    if firewall is None or firewall.kind not in READERS:
        return None
    today = datetime.fromtimestamp(now / SECOND, here.settings.zone).date().isoformat()
    rules = cloud_rules(network, firewall, today)
    return compared(firewall, rules.read([one.text for one in files]).ruleset, rules.meant)


def _forget(here: Opened, name: str, now: Instant) -> None:
    def work(to: Transaction) -> bool:
        to.say(Event(at=now, kind="network.cloud_forgotten", actor=SERVER, details={"firewall": name}))
        return store.forget(to.connection, name)

    if not any(one.name == name for one in here.database.read(lambda snapshot: store.readings(snapshot.connection))):
        raise LimenError(f"nothing is kept of a cloud {name}", "`limen roadmap --control N8` names them")
    here.database.write(work)
    print(f"Forgotten: {name}.")


def _print(read: CloudReading, against: CloudReading | None, *, as_json: bool) -> None:
    if as_json:
        groups = [{"name": one.name, "opened": list(one.opened)} for one in read.groups]
        zones = None if against is None else dict(against.zones)
        print(
            json.dumps({"name": read.name, "kind": read.kind, "groups": groups, "doubts": read.doubts, "zones": zones})
        )
        return
    bad = [one for one in read.groups if one.opened]
    print(f"{read.name} ({read.kind}): {counted(len(read.groups), 'group')}, {len(bad)} open to the internet.")
    for one in bad:
        print(f"  {one.name}: port {'; port '.join(one.opened)}")
    for doubt in read.doubts:
        print(f"  not read whole: {doubt}")
    for zone, why in {} if against is None else sorted(against.zones.items()):
        print(f"  {zone}: {why or 'as network.yaml says'}")


def _network(here: Opened) -> Network:
    company = here.in_force_or_none()
    file = company.parts.get(FILE) if company is not None else None
    return file.network if file is not None else Network(())


def _file(path: Path) -> File:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise LimenError(f"{path} is larger than {MOST_BYTES >> 20} MiB", "give it in parts")
        return File(path.name, path.read_text("utf-8", errors="replace"))
    except OSError as error:
        raise LimenError(f"{path} can't be read: {error.strerror}") from None
