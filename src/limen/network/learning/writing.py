"""A proposal as text for network.yaml: to read, to paste, and to fill in who stands behind each flow."""

from __future__ import annotations

import json
from datetime import datetime, tzinfo

from limen.clock import Instant
from limen.network.learning.proposing import Proposal, Proposed
from limen.network.model import Host, Service
from limen.network.services import part_text

MOST_PEOPLE = 5


def as_yaml(proposal: Proposal, zone: tzinfo, people: dict[str, str]) -> str:
    """Sections with only what is new. `owner` and `purpose` are empty, so that `limen check` asks for them. `people`
    are names by id.
    """
    lines: list[str] = []
    if proposal.hosts:
        lines += ["hosts:", *(_host(one) for one in proposal.hosts)]
    if proposal.services:
        lines += ["services:", *(_service(one) for one in proposal.services)]
    if proposal.flows:
        lines += ["flows:", *(line for one in proposal.flows for line in _flow(one, zone, people))]
    return "\n".join(lines) + "\n" if lines else ""


def _host(host: Host) -> str:
    addresses = ", ".join(_word(str(one.network_address)) for one in host.addresses)
    return f"  {host.name}: {{zone: {host.zone}, addresses: [{addresses}]}}"


def _service(service: Service) -> str:
    return f"  {service.name}: [{', '.join(map(part_text, service.parts))}]"


def _flow(one: Proposed, zone: tzinfo, people: dict[str, str]) -> list[str]:
    way = one.flow.way
    first, last = _day(one.first_at, zone), _day(one.last_at, zone)
    when = first if first == last else f"{first} to {last}"
    named = [people.get(each, each) for each in one.person_ids]
    who = "".join(f", {name}" for name in named[:MOST_PEOPLE])
    others = f" and {len(named) - MOST_PEOPLE} more" if len(named) > MOST_PEOPLE else ""
    slack = f"; lets through {one.slack:.0%} more than was used" if one.slack else ""
    seen = f"  # seen {_counted(one.count, 'time')} from {_counted(one.sources, 'source')}, {when}{who}{others}{slack}"
    ways = f"from: {_names(way.sources)}, to: {_names(way.destinations)}, service: {way.services[0]}"
    return [seen, f'  - {{id: {one.flow.id}, {ways}, owner: "", purpose: "", review: {one.flow.review}}}']


def _counted(number: int, one: str) -> str:
    return f"{number} {one}{'' if number == 1 else 's'}"


def _names(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"[{', '.join(names)}]"


def _day(at: Instant, zone: tzinfo) -> str:
    return datetime.fromtimestamp(at / 1000, zone).date().isoformat()


def _word(text: str) -> str:
    return json.dumps(text) if ":" in text else text
