"""`network:` of an app in apps.yaml: hosts or zones of network.yaml that people reach by a door in the firewall."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from limen.company.oidc_section import Wrong
from limen.configuration.problem import Problem, shown, unknown
from limen.configuration.tree import Tree
from limen.facts import App
from limen.facts.network_service import MINUTES, NetworkService
from limen.messages import lists
from limen.network.model import FILE, Network
from limen.network.names import RESERVED

FIX: Final = "name hosts, zones and services of network.yaml"


class NetworkSection(BaseModel):
    """Hosts or zones that people reach through a door in the firewall."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)

    to: Annotated[list[str], Field(min_length=1, max_length=50)]
    """Hosts or zones, by their names in `network.yaml`."""
    services: Annotated[list[str], Field(min_length=1, max_length=50)]
    """Services, by their names there or built in: `rdp`, `smb`."""
    minutes: Annotated[int, Field(ge=1, le=720)] = MINUTES
    """For how long a door stays open at the longest. It closes before that when the decision turns."""


def service_of(section: NetworkSection) -> NetworkService:
    """What the section describes."""
    return NetworkService(tuple(section.to), tuple(section.services), section.minutes)


def complaints(section: NetworkSection) -> Iterator[Wrong]:
    """Everything about the section that its shape does not tell."""
    for key in ("to", "services"):
        said: list[str] = getattr(section, key)
        for place, one in enumerate(said):
            if one in RESERVED:
                yield (key, place), f"a door leads to what is named, and {shown(one)} is everything of its kind", FIX
            elif one in said[:place]:
                yield (key, place), f"{shown(one)} stands here twice", "remove one of them"


def network_of(file: Any) -> Network:
    """What network.yaml means; of nothing where there is none."""
    network: Network = file.network if file is not None else Network(())
    return network


def name_problems(apps: Iterable[App], network: Network, tree: Tree, file: str) -> Iterator[Problem]:
    """Each name that the network does not have, with its place in apps.yaml. Apps stand there by their ids."""
    places = {*network.zone_of, *network.host_of}
    numbers = {entry.get("id"): number for number, entry in enumerate(tree.plain()) if isinstance(entry, dict)}
    for app in apps:
        if app.network is None:
            continue
        at = (numbers.get(app.id, 0), "network")
        for kind, key, names, known in (
            ("host or zone", "to", app.network.to, places),
            ("service", "services", app.network.services, set(network.service_of)),
        ):
            for place, one in enumerate(names):
                if one not in known:
                    yield Problem(file, *tree.at(*at, key, place), *unknown(kind, one, known, f"state it in {FILE}"))


def network_openings(app: App, old: NetworkService | None, new: NetworkService) -> Iterator[str]:
    """One sentence for each thing that `new` opens beside `old`."""
    was = old or NetworkService((), ())
    fresh_places = [one for one in new.to if one not in was.to]
    fresh_services = [one for one in new.services if one not in was.services]
    if fresh_places:
        there, by = lists.joined(fresh_places), lists.joined(list(new.services))
        yield f"Whoever may connect to {app.name} reaches {there} by {by} now"
    if fresh_services and old is not None:
        kept = lists.joined([one for one in new.to if one in was.to])
        if kept:
            yield f"Whoever may connect to {app.name} reaches {kept} by {lists.joined(fresh_services)} now"
    if old is not None and new.minutes > old.minutes:
        yield f"A door to {app.name} stays open for {new.minutes} minutes now, instead of {old.minutes}"
