"""What a cloud is told, as a document of its own and for Terraform: for this nothing is asked of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from limen.network.emit import aws_document, azure, gcp
from limen.network.emit.aws import aws_rules
from limen.network.emit.guarded import Guarded, Unfit, guarded
from limen.network.emit.ordered import Ordered
from limen.network.model import Firewall, Network
from limen.network.packets import Ruleset
from limen.network.reading.aws import read_aws
from limen.network.reading.azure import read_azure
from limen.network.reading.gcp import read_gcp
from limen.network.reading.json_documents import document_of
from limen.network.reading.reading import Reading
from limen.network.reading.stages import Known


@dataclass(frozen=True)
class CloudRules:
    """`meant`: what they let through; `read`: what a document of the same cloud does, of its own tool."""

    unfit: tuple[Unfit, ...]
    meant: Ruleset
    document: Any
    terraform: Mapping[str, Any]
    read: Callable[[Sequence[str]], Reading]


def cloud_rules(network: Network, firewall: Firewall, today: str) -> CloudRules:
    """Raises LimenError."""
    return CLOUDS[firewall.kind](guarded(network, firewall, today), firewall.reference)


def _aws(wanted: Guarded, vpc: str) -> CloudRules:
    said = aws_rules(wanted)
    described = aws_document.document(said.rules, said.entries, wanted)
    terraform = aws_document.terraform(said.rules, said.entries, wanted, vpc)
    return CloudRules(said.unfit, said.actual, described, terraform, _reader(read_aws, Known(said.held, wanted.places)))


def _azure(wanted: Guarded, _network: str) -> CloudRules:
    said = azure.azure_rules(wanted)
    described = azure.document(wanted, said.inward, said.outward)
    variables = {"resource_group": {"type": "string"}, "location": {"type": "string"}}
    text = azure.terraform(said, wanted, "${var.resource_group}", "${var.location}")
    return _ordered(said, described, {"variable": variables, **text}, read_azure)


def _gcp(wanted: Guarded, network: str) -> CloudRules:
    said = gcp.gcp_rules(wanted)
    described = gcp.document(wanted, said.inward, said.outward, network)
    return _ordered(said, described, gcp.terraform(said, wanted, network), read_gcp)


def _ordered(said: Ordered, described: Any, terraform: Mapping[str, Any], read: Callable[..., Reading]) -> CloudRules:
    return CloudRules(said.unfit, said.actual, described, terraform, _reader(read, said.known))


def _reader(read: Callable[..., Reading], known: Known) -> Callable[[Sequence[str]], Reading]:
    return lambda texts: read(*map(document_of, texts), known=known)


CLOUDS: Final[Mapping[str, Callable[[Guarded, str], CloudRules]]] = {"aws": _aws, "azure": _azure, "gcp": _gcp}
