"""`network.yaml` with a flow or a host more, without a flow, with one that leads less far, without a trial, or with a
zone whose hosts are kept apart: all else stays as it is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from limen.configuration.list_text import changed_item, with_entry, with_item, with_value, without_item
from limen.errors import LimenError
from limen.network.model import EVERYTHING, FILE, INSIDE, Flow, Host, Network

_SECTION: Final = "flows"


def with_flow(text: str, flow: Flow) -> str:
    """Raises LimenError where the text has no place for it. What is wrong with the flow is found when it is read."""
    item: dict[str, object] = {
        "id": flow.id,
        "from": _names(flow.way.sources),
        "to": _names(flow.way.destinations),
        "service": _names(flow.way.services),
        "owner": flow.owner,
        "purpose": flow.purpose,
        "review": flow.review,
        **({"expires": flow.expires} if flow.expires else {}),
    }
    return with_item(text, FILE, _SECTION, item)


def with_host(text: str, host: Host) -> str:
    """As `with_flow`."""
    addresses = [str(one.network_address) for one in host.addresses]
    return with_entry(text, FILE, "hosts", host.name, {"zone": host.zone, "addresses": addresses})


def without_flow(text: str, flow_id: str) -> str:
    return without_item(text, FILE, _SECTION, "id", flow_id)


def without_trial(text: str, trial_id: str) -> str:
    return without_item(text, FILE, "trial", "id", trial_id)


def kept_until(text: str, flow: Flow, day: str) -> str:
    """The flow was looked at, and will be again on this day (ISO 8601); it ends on no day before."""
    ends = {"expires": day} if flow.expires and flow.expires < day else {}
    return changed_item(text, FILE, _SECTION, "id", flow.id, {"review": day, **ends})


def kept_out_of(text: str, network: Network, flow_id: str, zone: str) -> str:
    """The flow without its part into this zone; the text without it, where nothing else is left of it.

    Raises LimenError.
    """
    flow = next((one for one in network.flows if one.id == flow_id), None)
    if flow is None:
        raise LimenError(f"{FILE} has no flow {flow_id} any more", "look at the page again")
    left = tuple(dict.fromkeys(name for one in flow.way.destinations for name in _elsewhere(network, one, zone)))
    if not left:
        return without_flow(text, flow_id)
    return changed_item(text, FILE, _SECTION, "id", flow_id, {"to": _names(left)})


def isolated(text: str, zone: str) -> str:
    """The hosts of this zone are kept apart. Raises LimenError."""
    return with_value(text, FILE, "zones", zone, "isolated", value=True)


def _elsewhere(network: Network, name: str, zone: str) -> Iterator[str]:
    """The names that stand for all of this one that is not in a zone."""
    if name in {INSIDE, EVERYTHING}:
        every = network.zone_names if name == EVERYTHING else network.zone_names[:-1]
        yield from (one for one in every if one != zone)
    elif zone not in {name, network.host_of[name].zone if name in network.host_of else name}:
        yield name


def _names(names: Sequence[str]) -> str | list[str]:
    return names[0] if len(names) == 1 else list(names)
