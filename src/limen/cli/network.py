"""`limen network`: the zones and flows of a folder's network.yaml, shown, explained and proved; others' rules read."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from limen.cli import network_blast, network_cloud, network_import, network_probes
from limen.cli.network_proof import Printed, blast, matrix, never, unused
from limen.cli.options import MisusedError, refuse_other_task
from limen.cli.output import counted
from limen.clock import SystemClock
from limen.company.blast.radius import network_of
from limen.company.company import Company
from limen.company.load import load_company
from limen.errors import LimenError
from limen.facts import Label
from limen.messages import lists
from limen.network.explaining import Answer, Explained, explained, question
from limen.network.file_changes import way_said
from limen.network.graph import graph
from limen.network.model import EVERYTHING, FILE, INSIDE, INTERNET, Network, Zone
from limen.network.reading.files import KINDS
from limen.network.services import packet_text, part_text
from limen.web.network.drawn_graph import picture

TASKS: Final[Mapping[str, tuple[str, ...]]] = {
    "show": (),
    "matrix": (),
    "why": ("FROM", "TO", "SERVICE"),
    "never": (),
    "blast": ("NAME",),
    "largest": (),
    "unused": (),
    "probes": (),
}
"""Each with what it is given before the folder."""
IMPORT: Final = "import"
"""It is given files, and no folder."""
CLOUD: Final = "cloud"
"""It is given a name, files, and the folder where it is another."""


def run(
    task: Annotated[
        str,
        typer.Argument(
            metavar="TASK", help="show, matrix, why, never, blast, largest, unused, probes, import or cloud"
        ),
    ],
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[WORDS] [DIR]",
            help="With why: from, to and service; with blast: a zone or host, or person:, device: or workload: with an "
            "email address, name or ID behind it. Then the company folder. With import: files with the rules of a "
            "firewall, as its own tools print them. With cloud: a name for it, and files with its groups, as the "
            "cloud's own tool prints them: what is open is kept for the roadmap",
        ),
    ] = None,
    *,
    taken: Annotated[
        str, typer.Option(help="With blast person: what is stolen: laptop, cookie or password (default: laptop)")
    ] = "",
    svg: Annotated[
        bool, typer.Option("--svg", help="With show: print the zones and who reaches whom as a picture")
    ] = False,
    kind: Annotated[
        str,
        typer.Option(help=f"With import and cloud: what the files are of: {', '.join(KINDS)} (default: as they look)"),
    ] = "",
    zone: Annotated[
        list[str] | None,
        typer.Option(help="With import: addresses of an interface or group: lan0=10.0.0.0/24; can be repeated"),
    ] = None,
    internet: Annotated[
        list[str] | None, typer.Option(help="With import: an interface that leads to the internet; can be repeated")
    ] = None,
    owner: Annotated[
        str,
        typer.Option(help="With import: who owns the proposed flows: a group or an address (default: it)"),
    ] = "",
    write: Annotated[
        Path | None, typer.Option(help="With import: write the proposed network.yaml to a new file")
    ] = None,
    forget: Annotated[bool, typer.Option("--forget", help="With cloud: forget what was read of it")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per line")] = False,
) -> None:
    refuse_other_task("network", task, (*TASKS, IMPORT, CLOUD))
    _refuse_beside_cloud(task, forget=forget, others=bool(svg or taken or zone or internet or owner or write))
    if task == CLOUD:
        network_cloud.run(words or [], kind=kind, forget=forget, as_json=as_json)
        return
    if task == IMPORT:
        files, who = _files(words, is_misused=svg), owner or "it"
        network_import.run(
            files, kind=kind, zone=zone or (), internet=internet or (), owner=who, write=write, as_json=as_json
        )
        return
    if kind or zone or internet or owner or write:
        raise MisusedError("--kind, --zone, --internet, --owner and --write are for `limen network import`")
    given, folder = _given(task, words or [])
    if task == "probes":
        network_probes.run(folder, as_json=as_json)
        return
    company = load_company(folder)
    is_of_people = task == "largest" or (task == "blast" and network_blast.is_typed(given[0]))
    network, today = network_of(company) if is_of_people else _network(company), _today(company)
    if svg:
        _draw(network, today, company.settings.name, is_misused=task != "show" or as_json)
        return
    if taken and not (is_of_people and given):
        raise MisusedError("--taken is for `limen network blast person:…`")
    if task == "largest":
        lines = network_blast.ranking(folder, company, today, is_whole=as_json)
    elif is_of_people:
        lines = network_blast.blast(folder, company, given[0], taken, today)
    else:
        lines = _told(task, network, given, today)
    for text, plain in lines:
        if as_json and plain is not None:
            print(json.dumps(plain, ensure_ascii=False))
        elif text and not as_json:
            print(text)


def _files(words: Sequence[str] | None, *, is_misused: bool) -> list[Path]:
    if is_misused or not words:
        raise MisusedError("`limen network import` takes files with the rules of a firewall")
    return list(map(Path, words))


def _refuse_beside_cloud(task: str, *, forget: bool, others: bool) -> None:
    """Raises MisusedError for options of another task."""
    if forget and task != CLOUD:
        raise MisusedError("--forget is for `limen network cloud`")
    if others and task == CLOUD:
        raise MisusedError("`limen network cloud` takes --kind, --forget and --json")


def _draw(network: Network, today: str, name: str, *, is_misused: bool) -> None:
    if is_misused:
        raise MisusedError("--svg is for `limen network show`, without --json")
    print(picture(graph(network, today), f"The network of {name}"), end="")


def _told(task: str, network: Network, given: Sequence[str], today: str) -> Iterator[Printed]:
    match task:
        case "matrix":
            return matrix(network, today)
        case "why":
            return _why(network, given, today)
        case "never":
            return never(network, today)
        case "blast":
            return blast(network, given[0], today)
        case "unused":
            return unused(network, today)
    return _show(network)


def _given(task: str, words: Sequence[str]) -> tuple[Sequence[str], Path]:
    wanted = TASKS[task]
    if not len(wanted) <= len(words) <= len(wanted) + 1:
        raise MisusedError(f"write `limen network {' '.join((task, *wanted))}`, and the folder behind it")
    given = words[: len(wanted)]
    if task == "blast" and "@" in given[0] and not network_blast.is_typed(given[0]):
        given = [f"person:{given[0]}"]  # no zone or host is called by an email address
    return given, Path(*words[len(wanted) :])


def _network(company: Company) -> Network:
    network = network_of(company)
    if not network.zones:
        raise LimenError(f"{FILE} states no zones", "see the comments of a new folder, or docs/how-to/network.md")
    return network


def _today(company: Company) -> str:
    return datetime.fromtimestamp(SystemClock().now() / 1000, company.settings.zone).date().isoformat()


# show


def _show(network: Network) -> Iterator[Printed]:
    wide = max(len(one.name) for one in network.zones)
    yield f"{counted(len(network.zones), 'zone')}, and the {INTERNET}:", None
    for zone in network.zones:
        hosts = [one.name for one in network.hosts if one.zone == zone.name]
        yield f"  {zone.name:<{wide}}  {_zone_text(zone, hosts)}", _zone_plain(zone, hosts)
    if network.flows:
        yield f"{counted(len(network.flows), 'flow')}; all else is denied between zones:", None
    for flow in network.flows:
        until = f", until {flow.expires}" if flow.expires else ""
        said = f"{way_said(flow.way)}{until} ({flow.owner}: {flow.purpose})"
        rest = {"owner": flow.owner, "purpose": flow.purpose, "review": flow.review, "expires": flow.expires}
        yield f"  {flow.id}: {said}", {"part": "flow", "id": flow.id, **_way_plain(flow), **rest}
    if network.blocks:
        yield "Denied in any case:", None
    for block in network.blocks:
        plain = {"part": "block", "id": block.id, **_way_plain(block), "why": block.why}
        yield f"  {block.id}: {way_said(block.way)} ({block.why})", plain
    if network.trials:
        yield "On trial; what would be denied is let through, and told:", None
    for trial in network.trials:
        plain = {"part": "trial", "id": trial.id, **_way_plain(trial), "until": trial.until, "why": trial.why}
        yield f"  {trial.id}: {way_said(trial.way)}, until {trial.until} ({trial.why})", plain
    if not network.flows:
        yield "No flows; all is denied between zones. Add one to network.yaml below `flows:`.", None
    yield "Must never be:", None
    for one in network.nevers:
        plain = {"part": "never", "id": one.id, **_way_plain(one), "hops": one.hops, "why": one.why}
        built_in = ", built in" if one.is_built_in else ""
        hops = ", nor by way of others" if one.hops else ""
        yield f"  {one.id}{built_in}: {way_said(one.way)}{hops}", {**plain, "built_in": one.is_built_in}
    yield from _services(network)
    for firewall in network.firewalls:
        place = firewall.host or firewall.device or firewall.reference
        plain = {"part": "firewall", "name": firewall.name, "kind": firewall.kind, "at": place}
        yield (
            f"Enforced by {firewall.name}: {firewall.kind}{f' at {place}' if place else ''}",
            {
                **plain,
                "zones": list(firewall.zones),
                "uplink": list(firewall.uplinks),
            },
        )


def _services(network: Network) -> Iterator[Printed]:
    """Those that flows name, with what they are."""
    own = [one for one in network.services if any(one.name in flow.way.services for flow in network.flows)]
    if own:
        yield "Services that flows name:", None
    for service in own:
        parts = [part_text(part) for part in service.parts]
        yield f"  {service.name}: {', '.join(parts)}", {"part": "service", "name": service.name, "parts": parts}


def _zone_text(zone: Zone, hosts: Sequence[str]) -> str:
    parts = [zone.kind, Label(zone.sensitivity).word, ", ".join(map(str, zone.prefixes))]
    parts += [f"VLAN {zone.vlan}"] if zone.vlan else []
    parts += ["hosts kept apart"] if zone.is_isolated else []
    parts += [lists.joined(hosts, most=8)] if hosts else []
    return " · ".join(parts)


def _zone_plain(zone: Zone, hosts: Sequence[str]) -> dict[str, Any]:
    return {
        "part": "zone",
        "name": zone.name,
        "kind": zone.kind,
        "label": Label(zone.sensitivity).word,
        "prefixes": [str(one) for one in zone.prefixes],
        "interface": zone.interface,
        "vlan": zone.vlan,
        "tags": dict(zone.tags),
        "isolated": zone.is_isolated,
        "hosts": list(hosts),
    }


def _way_plain(one: Any) -> dict[str, Any]:
    return {
        "from": list(one.way.sources),
        "to": list(one.way.destinations),
        "service": list(one.way.services),
    }


# why


def _why(network: Network, given: Sequence[str], today: str) -> Iterator[Printed]:
    source, destination, service = given
    found = explained(question(network, source, destination, service), today)
    if not found.answers:
        raise LimenError(
            f"no packet goes from {source} to {destination} by {service}", "they share no address family, or are one"
        )
    verdict = {True: "allowed", False: "denied", None: "allowed in part"}[found.is_allowed]
    plain = {
        "from": source,
        "to": destination,
        "service": service,
        "allowed": found.is_allowed,
        "is_exact": found.is_exact,
        "answers": [_answer_plain(one) for one in found.answers],
        "nevers": [one.id for one in found.nevers],
    }
    yield f"{source} to {destination} by {service}: {verdict}", plain
    names = {*network.zone_names, *network.host_of, INSIDE, EVERYTHING}
    for answer in found.answers:
        yield f"  {_answer_text(answer, network)}", None
        yield f"    such as {packet_text(answer.packet)}", None
    yield from ((line, None) for line in _what_it_takes(found, given, names))


def _answer_text(answer: Answer, network: Network) -> str:
    if not answer.is_guarded:
        return f"allowed: no firewall is between the hosts of {answer.packet.from_zone}"
    flow = next((one for one in network.flows if one.id == answer.rule_id), None)
    if flow is not None:
        return f"allowed by the flow {flow.id}: {flow.purpose} ({flow.owner}, to be reviewed on {flow.review})"
    trial = next((one for one in network.trials if one.id == answer.rule_id), None)
    if trial is not None:
        return f"allowed on trial, until {trial.until}, by {trial.id}: no flow lets it through, or a block denies it"
    block = next((one for one in network.blocks if one.id == answer.rule_id), None)
    return f"denied by the block {block.id}: {block.why}" if block is not None else "denied: no flow lets it through"


def _answer_plain(answer: Answer) -> dict[str, Any]:
    packet = answer.packet
    source, destination = packet.addresses
    return {
        "by": answer.rule_id,
        "allows": answer.allows,
        "is_guarded": answer.is_guarded,
        "from_zone": packet.from_zone,
        "to_zone": packet.to_zone,
        "source": source,
        "destination": destination,
        "protocol": packet.protocol,
        "port": packet.port,
    }


def _what_it_takes(found: Explained, given: Sequence[str], names: Collection[str]) -> Iterator[str]:
    """What must not be of it; else the flow that would let it through, between what has one of the `names`."""
    for one in found.nevers:
        yield f"  {'some of it ' if found.is_allowed is None else ''}must never be ({one.id}): {one.why}"
    denied = next((one.packet for one in found.answers if not one.allows and not one.rule_id), None)
    if denied is not None and not found.nevers:
        source = given[0] if given[0] in names else denied.from_zone
        destination = given[1] if given[1] in names else denied.to_zone
        way = f"from: {source}, to: {destination}, service: {given[2]}"
        yield "  a flow that would let it through:"
        yield f"    - {{id: …, {way}, owner: …, purpose: …, review: …}}"
