"""What is kept of a cloud: what each of its groups opens to the internet, how its zones differ from network.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from limen.clock import Instant


@dataclass(frozen=True, slots=True)
class CloudGroup:
    """A security group, a set of them, an NSG or a network tag. `opened`: administrative and database ports that the
    internet reaches there, each with the rule that does it: `22 by sg-1:ingress:2`.
    """

    name: str
    opened: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CloudReading:
    """One cloud, by its name in network.yaml or by one of its own.

    `groups` are as of `read_at` (0: never read), `doubts` what may hide that something is open. `zones` says of each
    zone of network.yaml that it guards how it differs ("": it does not), as of `compared_at` (0: never compared) and by
    rules whose digest is `meant`.
    """

    name: str
    kind: str
    read_at: Instant = 0
    groups: tuple[CloudGroup, ...] = ()
    doubts: tuple[str, ...] = ()
    compared_at: Instant = 0
    meant: str = ""
    zones: Mapping[str, str] = field(default_factory=dict)
