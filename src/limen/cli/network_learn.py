"""`limen learn`: what goes over the network, read from logs; the flows it needs, what a network.yaml would cut,
and what speaks in its zones that it does not state.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from limen.cli.open_company import Opened, opened
from limen.cli.options import MisusedError, refuse_other_task
from limen.cli.output import counted
from limen.clock import SECOND, Milliseconds, SystemClock
from limen.company.gate import people_of
from limen.company.load import load_company
from limen.configuration.lengths import length_of
from limen.errors import LimenError
from limen.messages import times
from limen.network.learning import store
from limen.network.learning.collecting import Collector
from limen.network.learning.counting import Counts
from limen.network.learning.flows import ObservedFlow
from limen.network.learning.log_files import STANDARD_INPUT, lines_of
from limen.network.learning.proposing import Proposal, Proposed, proposed
from limen.network.learning.reading import Lines
from limen.network.learning.unplanned import UnplannedDevice, unplanned_devices
from limen.network.learning.would_cut import Cut, PairCuts, would_cut
from limen.network.learning.writing import as_yaml
from limen.network.model import FILE, Network
from limen.network.packets import address_of
from limen.network.zones_by_address import ZonesByAddress

TASKS: Final = ("read", "flows", "would-cut", "unplanned")
KEPT_EVERY: Final[Milliseconds] = 30 * SECOND
"""How often what was counted is written down while more comes in."""
MOST_CUTS: Final = 20


def run(
    task: Annotated[str, typer.Argument(metavar="TASK", help="read, flows, would-cut or unplanned")],
    words: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE …] [DIR]", help="With read: logs, packed by gzip or not; - for what is piped in"),
    ] = None,
    *,
    netflow: Annotated[
        str, typer.Option(help="With read: take NetFlow and IPFIX at this address, such as 10.0.0.5:2055")
    ] = "",
    exporter: Annotated[
        list[str] | None, typer.Option(help="With --netflow: an address that it comes from; can be repeated")
    ] = None,
    during: Annotated[str, typer.Option("--for", help="With --netflow: for how long, such as 1h")] = "1h",
    since: Annotated[str, typer.Option(help="With all but read: how far back, such as 7d")] = "30d",
    slack: Annotated[
        int, typer.Option(min=0, max=100, help="With flows: how much more than was used each may let through, percent")
    ] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per line")] = False,
) -> None:
    refuse_other_task("learn", task, TASKS)
    files, folder = _files_and_folder(words or [])
    if bool(files or netflow) is not (task == "read"):
        raise MisusedError(f"`limen learn {task}` takes {'a log or --netflow' if task == 'read' else 'no log'}")
    company = load_company(folder)
    network = _network(company.parts.get(FILE))
    with opened(folder, may_make=task == "read") as here:
        if task == "read":
            said = _listen(here, network, netflow, exporter or [], during) if netflow else _read(here, network, files)
            _print([(said["text"], {key: one for key, one in said.items() if key != "text"})], as_json=as_json)
            return
        now = SystemClock().now()
        seen = here.database.read(lambda s: store.since(s.connection, now - _length("--since", since)))
        today = datetime.fromtimestamp(now / SECOND, here.settings.zone).date().isoformat()
        people = {one.person.id: one.person.name for one in here.database.read(people_of)}
        if task == "flows":
            _print(_proposal(proposed(network, seen, today, slack / 100), here, people), as_json=as_json)
        elif task == "unplanned":
            _print(_unplanned(unplanned_devices(network, seen), here, people), as_json=as_json)
        else:
            _print(_told(would_cut(network, seen, today), here, people), as_json=as_json)


Line = tuple[str, dict[str, Any] | None]
"""What is printed for people ("": nothing), and for programs (None: nothing)."""


def _print(lines: Iterable[Line], *, as_json: bool) -> None:
    for text, plain in lines:
        if as_json and plain is not None:
            print(json.dumps(plain, ensure_ascii=False))
        elif text and not as_json:
            print(text)


def _files_and_folder(words: Sequence[Path]) -> tuple[list[Path], Path]:
    """The company folder is the last word, where that is a folder."""
    if words and words[-1].is_dir():
        return list(words[:-1]), words[-1]
    return list(words), Path()


def _network(file: Any) -> Network:
    network: Network = file.network if file is not None else Network(())
    if not network.zones:
        raise LimenError(f"{FILE} states no zones", "state which addresses each has; all else is learned")
    return network


def _length(option: str, text: str) -> Milliseconds:
    try:
        return length_of(text)
    except ValueError:
        raise MisusedError(f"{option} is a length of time, such as 1h, 24h or 30d") from None


# read


def _read(here: Opened, network: Network, files: Sequence[Path]) -> dict[str, Any]:
    keeping, read, missed = _Keeping(here, network), 0, 0
    for file in files:
        is_piped = file == STANDARD_INPUT
        lines = Lines(SystemClock().now() if is_piped or not file.exists() else int(file.stat().st_mtime * SECOND))
        keeping.take(lines.flows(lines_of(file)))
        read, missed = read + lines.read, missed + lines.not_understood
        if lines.not_understood:
            first = ", ".join(map(str, lines.examples))
            typer.echo(f"{file}: {counted(lines.not_understood, 'line')} not understood, such as {first}", err=True)
    text = f"{counted(read, 'line')} read, {missed} of them not understood. {keeping.text}"
    return {"text": text, "lines": read, "not_understood": missed, **keeping.plain}


def _listen(here: Opened, network: Network, at: str, exporters: Sequence[str], during: str) -> dict[str, Any]:
    host, _, port = at.rpartition(":")
    if not exporters:
        raise MisusedError("name each address that NetFlow comes from with --exporter")
    if not host or not port.isdecimal():
        raise MisusedError("--netflow is an address and a port, such as 10.0.0.5:2055")
    keeping, collector, length = _Keeping(here, network), Collector(), _length("--for", during)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as bound:
        try:
            bound.bind((host.strip("[]"), int(port)))
        except (OSError, OverflowError) as error:
            raise LimenError(f"{at} can't be listened on: {error}", "choose an address of this machine") from None
        keeping.take(collector.flows(bound, set(exporters), SystemClock(), length))
    counts = {"datagrams": collector.taken, "unread": collector.unread, "foreign": collector.foreign}
    said = ", ".join(f"{number} {word}" for word, number in counts.items())
    return {"text": f"{said}. {keeping.text}", **counts, **keeping.plain}


class _Keeping:
    """Counts what comes, and writes it down now and then: an end by Ctrl-C loses nothing that came before."""

    def __init__(self, here: Opened, network: Network) -> None:
        self._database, self._places = here.database, ZonesByAddress(network)
        self._clock = SystemClock()
        self.connections = self.forged = self.beyond = 0

    def take(self, flows: Iterable[ObservedFlow | None]) -> None:
        kept = self._clock.now()
        counts = Counts(self._places, kept)
        try:
            for flow in flows:
                counts.take([flow] if flow is not None else [])
                if self._clock.now() - kept >= KEPT_EVERY:
                    self._keep(counts)
                    kept = self._clock.now()
                    counts = Counts(self._places, kept)
        except KeyboardInterrupt:
            pass
        self._keep(counts)

    def _keep(self, counts: Counts) -> None:
        beyond = self._database.write(lambda t: store.keep(t.connection, counts.tallies)) if counts.tallies else 0
        self.beyond += beyond + sum(counts.beyond.values())
        self.forged += counts.forged
        self.connections += sum(one.count for one in counts.tallies.values())

    @property
    def plain(self) -> dict[str, int]:
        return {"connections": self.connections, "no_room": self.beyond, "forged": self.forged}

    @property
    def text(self) -> str:
        room = f" No room for {self.beyond}: some source connects to very much." if self.beyond else ""
        return f"{counted(self.connections, 'connection')} counted.{room}"


# flows


def _proposal(found: Proposal, here: Opened, people: dict[str, str]) -> Iterator[Line]:
    slack = f"; they let through {found.slack:.1%} more than was used" if found.flows else ""
    stated = sum(found.stated.values())
    yield f"# {counted(found.used, 'connection')} used, {stated} of them by flows that are stated{slack}", None
    yield as_yaml(found, here.settings.zone, people).rstrip("\n"), None
    for one in found.flows:
        yield "", _flow(one)
    for host in found.hosts:
        addresses = [str(each.network_address) for each in host.addresses]
        yield "", {"part": "host", "name": host.name, "zone": host.zone, "addresses": addresses}
    for each in found.forbidden:
        who = _who(each.person_ids, people)
        said = f"{each.source} → {each.destination}: {each.service}, {counted(each.count, 'time')}{who}"
        how = ", by way of others" if each.is_by_others else ""
        yield f"# Must not be{how}, and was seen ({each.never}): {said}", {"part": "forbidden", **asdict(each)}
    for scanner in found.scanners:
        address = str(address_of(scanner.family, scanner.source))
        said = f"{scanner.contacts} services at {counted(scanner.destinations, 'address', 'addresses')}"
        who = _who(scanner.person_ids, people)
        yield (
            f"# Looked around, so that is left out: {address} tried {said}{who}",
            {"part": "scanner", **asdict(scanner), "source": address},
        )
    if found.unplaced:
        yield f"# {counted(found.unplaced, 'connection')} between addresses that no zone has", None
    if found.unsaid:
        yield f"# {counted(found.unsaid, 'connection')} of protocols that network.yaml has no word for", None
    whole = {"used": found.used, "refused": found.refused, "unplaced": found.unplaced, "unsaid": found.unsaid}
    yield "", {"part": "whole", **whole, "stated": dict(found.stated), "slack": round(found.slack, 4)}


def _flow(one: Proposed) -> dict[str, Any]:
    way = one.flow.way
    ways = {"from": list(way.sources), "to": list(way.destinations), "service": list(way.services)}
    rest = {key: value for key, value in asdict(one).items() if key != "flow"}
    return {"part": "flow", "id": one.flow.id, **ways, **rest, "slack": round(one.slack, 4)}


# would-cut


def _told(pairs: Sequence[PairCuts], here: Opened, people: Mapping[str, str]) -> Iterator[Line]:
    if not pairs:
        yield "Nothing between zones was seen yet. `limen learn read` takes logs.", None
    for one in pairs:
        pair = f"{one.from_zone} → {one.to_zone}"
        if one.until:
            pair += f" (on trial until {one.until})"
        plain = {"part": "pair", "from": one.from_zone, "to": one.to_zone, "used": one.used, "cut": one.cut}
        plain["on_trial_until"] = one.until
        if not one.cuts:
            yield f"{pair}: would have cut none of {counted(one.used, 'connection')}", plain
            continue
        yield f"{pair}: would have cut {one.cut} of {counted(one.used, 'connection')}: these", plain
        for place, cut in enumerate(one.cuts):
            text = f"  {_cut(cut, here, people)}" if place < MOST_CUTS else ""
            yield text, {"part": "cut", "from": one.from_zone, "to": one.to_zone, **asdict(cut)}
        if len(one.cuts) > MOST_CUTS:
            yield f"  and {len(one.cuts) - MOST_CUTS} more", None


def _cut(cut: Cut, here: Opened, people: Mapping[str, str]) -> str:
    why = f"denied by {cut.block}" if cut.block else "no flow lets it through"
    last = times.exact(cut.last_at, here.settings.zone)
    who = _who(cut.person_ids, people)
    return f"{cut.source} → {cut.destination}: {cut.service}, {counted(cut.count, 'time')}, last {last}{who} ({why})"


def _who(person_ids: Sequence[str], people: Mapping[str, str]) -> str:
    return f" ({', '.join(people.get(one, one) for one in person_ids)})" if person_ids else ""


# unplanned


def _unplanned(devices: Sequence[UnplannedDevice], here: Opened, people: Mapping[str, str]) -> Iterator[Line]:
    if not devices:
        yield "Nothing spoke in zones of servers that network.yaml does not state, as far as was seen.", None
    for one in devices:
        hardware = f" ({one.hardware})" if one.hardware else ""
        more = f" and {one.more} more" if one.more else ""
        last, who = times.exact(one.last_at, here.settings.zone), _who(one.person_ids, people)
        what = f"{counted(one.connections, 'connection')}, last {last}{who}: {', '.join(one.spoke_to)}{more}"
        yield f"{one.zone}: {one.address}{hardware}, {what}", {"part": "unplanned", **asdict(one)}
    if devices:
        yield "State each as a host in network.yaml, or find out who plugged it in.", None
