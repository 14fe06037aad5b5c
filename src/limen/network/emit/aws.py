"""Security groups of AWS, and network ACLs where only a denial will do.

A group says what is let through, and nothing else. So a block is said by what it leaves of the flows, where that can be
said in few rules; and where it can't, and where `0.0.0.0/0` for the internet would let in zones that have addresses
too, the ACL of the subnet denies what is too much. An ACL has no memory: it denies nothing that could be an answer.
Whatever does not fit is left closed, and said. The whole is read back and compared with what was meant.

Each zone in the cloud has a group, which its tag `aws` names, and so has each host in it that a flow names; the
prefixes of a zone are its subnets.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Final

from limen.network.emit.aws_document import document
from limen.network.emit.aws_rules import ALL, EVERYBODY, AclEntry, GroupRule, Way, merged, prefixes
from limen.network.emit.comparing import differing, only_by, open_between
from limen.network.emit.guarded import Guarded, Unfit
from limen.network.emit.quotas import AWS_ENTRIES_PER_ACL, AWS_RULES_PER_GROUP
from limen.network.model import INTERNET
from limen.network.packets import ANY_PORT, ANY_PROTOCOL, Box, Interval, Rule, Ruleset
from limen.network.packets.box import ICMP, ICMPV6, WITH_PORTS
from limen.network.packets.comparing import Part
from limen.network.proof.matrix import Matrix
from limen.network.reading.aws import read_aws
from limen.network.reading.stages import Held, Known

_FIRST_ANSWERED: Final = 1024
"""Programs take the ports that they are answered at from here on (Amazon VPC User Guide, "Ephemeral ports")."""
_ANSWERS: Final = {ICMP: {0, 3, 11, 12, 14}, ICMPV6: {1, 2, 3, 4, 129, *range(133, 138)}}
"""Types of ICMP that answer, say what went wrong, or find neighbours."""


@dataclass(frozen=True)
class AwsRules:
    """`held`: by group, the interfaces that have it. `actual`: what it all lets through, as read back."""

    rules: tuple[GroupRule, ...]
    entries: tuple[AclEntry, ...]
    held: dict[str, list[Held]]
    unfit: tuple[Unfit, ...]
    actual: Ruleset


def aws_rules(wanted: Guarded) -> AwsRules:
    """What to say to AWS. What it lets through is what `wanted` does, without the flows that are `unfit`."""
    unfit: dict[str, str] = {}
    while True:
        draft = _Draft(wanted.without(frozenset(unfit)))
        wrong = draft.wrong()
        if not wrong:
            told = tuple(Unfit(id_, why) for id_, why in unfit.items())
            return AwsRules(tuple(draft.rules), tuple(draft.entries), draft.held, told, draft.actual())
        unfit |= {id_: why for id_, why in wrong.items() if id_ not in unfit}


@dataclass(slots=True)
class _Draft:
    wanted: Guarded
    held: dict[str, list[Held]] = field(default_factory=dict)
    rules: list[GroupRule] = field(default_factory=list)
    entries: list[AclEntry] = field(default_factory=list)
    _unsaid: dict[str, str] = field(default_factory=dict)
    _open: Matrix = field(init=False)
    """What is wanted, as boxes."""

    def __post_init__(self) -> None:
        self._open = open_between(self.wanted.ruleset)
        for zone in self.wanted.zones:
            self.held[self._group(zone)] = [(zone, *one) for one in self.wanted.whole(zone)]
        said = [rule for pair in product(self.wanted.ruleset.zones, repeat=2) for rule in self._pair(*pair)]
        self.rules = merged(said)

    def wrong(self) -> dict[str, str]:
        """Flows that can't be said so, with the reason; {} where all is as it is wanted."""
        if self._unsaid:
            return self._unsaid
        if full := self._beyond_quota():
            return full
        unsafe = self._deny_what_is_too_much()
        if unsafe:
            return unsafe
        numbers = Counter((one.zone, one.way) for one in self.entries)
        for (zone, way), number in numbers.items():
            if number + len(EVERYBODY) > AWS_ENTRIES_PER_ACL:
                last = next(one for one in reversed(self.entries) if (one.zone, one.way) == (zone, way))
                return dict.fromkeys(last.ids, f"the network ACL of {zone} would have more than its entries")
        left = differing(self.actual(), self.wanted.ruleset)
        return {id_: "neither groups nor ACLs can say it" for one in left for id_ in self._ids_of(one)}

    def actual(self) -> Ruleset:
        return read_aws(document(self.rules, self.entries, self.wanted), known=self.known).ruleset

    @property
    def known(self) -> Known:
        return Known(self.held, self.wanted.places)

    # Groups

    def _group(self, zone: str, host: str = "") -> str:
        tags = dict(self.wanted.network.zone_of[zone].tags)
        return f"limen-{zone}-{host}" if host else tags.get("aws", f"limen-{zone}")

    def _holder(self, zone: str, family: int, interval: Interval) -> str:
        """The group of exactly these interfaces: all of the zone, or a host's; "" where there is none."""
        if (family, interval) in self.wanted.places[zone]:
            return self._group(zone)
        for host in self.wanted.network.hosts:
            addresses = [(one.version, (int(one.network_address),) * 2) for one in host.addresses]
            if host.zone == zone and (family, interval) in addresses:
                group = self._group(zone, host.name)
                self.held[group] = [(zone, version, (low, high)) for version, (low, high) in addresses]
                return group
        return ""

    # Rules

    def _pair(self, from_zone: str, to_zone: str) -> Iterator[GroupRule]:
        for box, rule in self._boxes(from_zone, to_zone):
            if not self._can_say(from_zone, to_zone, box):
                self._unsaid[rule.id] = "a security group can't say it"
                continue
            if to_zone in self.wanted.zones:
                yield from self._said("ingress", to_zone, box.destination, from_zone, box.source, box, rule)
            if from_zone in self.wanted.zones:
                yield from self._said("egress", from_zone, box.source, to_zone, box.destination, box, rule)

    def _boxes(self, from_zone: str, to_zone: str) -> list[tuple[Box, Rule]]:
        """What blocks leave of the flows, where groups can say that; else the flows, for ACLs to deny the rest."""
        rules = list(self.wanted.ruleset.between(from_zone, to_zone))
        flows = [(one.box, one) for one in rules if one.allows]
        if any(one.box.meets(other.box) for one in rules if not one.allows for other in rules if other.allows):
            left = self._open.cell(from_zone, to_zone).regions
            if len(left) <= AWS_RULES_PER_GROUP and all(self._can_say(from_zone, to_zone, box) for box, _ in left):
                return [(box, rule) for box, rule in left]
        return flows

    def _can_say(self, from_zone: str, to_zone: str, box: Box) -> bool:
        is_said = (box.protocol == ANY_PROTOCOL and box.port == ANY_PORT) or box.protocol[0] == box.protocol[1]
        is_one_type = box.protocol[0] not in {ICMP, ICMPV6} or box.port == ANY_PORT or box.port[0] == box.port[1]
        sides = ((from_zone, box.source), (to_zone, box.destination))
        return (
            is_said
            and is_one_type
            and box.source_port == ANY_PORT
            and all(self._holder(zone, box.family, one) for zone, one in sides if zone in self.wanted.zones)
        )

    def _said(
        self, way: Way, zone: str, own: Interval, peer_zone: str, peer: Interval, box: Box, rule: Rule
    ) -> Iterator[GroupRule]:
        group = self._holder(zone, box.family, own)
        protocol = ALL if box.protocol == ANY_PROTOCOL else box.protocol[0]
        ports = box.port if protocol in {*WITH_PORTS, ICMP, ICMPV6} else ANY_PORT
        if peer_zone in self.wanted.zones and protocol not in {ICMP, ICMPV6}:  # a group would mean both families
            yield GroupRule(group, way, 0, self._holder(peer_zone, box.family, peer), protocol, ports, (rule.id,))
            return
        is_everybody = peer_zone == INTERNET and (box.family, peer) in self.wanted.places[INTERNET]
        for one in [EVERYBODY[box.family]] if is_everybody else prefixes(box.family, peer):
            yield GroupRule(group, way, box.family, one, protocol, ports, (rule.id,))

    def _beyond_quota(self) -> dict[str, str]:
        used: Counter[tuple[str, Way, int]] = Counter()
        for one in self.rules:
            for family in (4, 6) if one.family == 0 else (one.family,):
                used[one.group, one.way, family] += 1
                if used[one.group, one.way, family] > AWS_RULES_PER_GROUP:
                    return {one.ids[-1]: f"the security group {one.group} would have more than its rules"}
        return {}

    # Entries

    def _deny_what_is_too_much(self) -> dict[str, str]:
        """Flows beside which something would be open that no ACL may deny."""
        unsafe: dict[str, str] = {}
        found: dict[AclEntry, None] = {}
        for one in only_by(self.actual(), self.wanted.ruleset):
            ids = self._ids_of(one)
            entries = list(self._entries(one, ids))
            if entries and all(self._is_safe(one, entry) for entry in entries):
                found |= dict.fromkeys(entries)
            else:
                why = f"{one.from_zone} would reach {one.to_zone} by it, and no ACL can deny that"
                unsafe |= dict.fromkeys(ids, why)
        self.entries = list(found)
        return unsafe

    def _entries(self, one: Part, ids: tuple[str, ...]) -> Iterator[AclEntry]:
        is_inward = one.to_zone in self.wanted.zones
        zone, peer_zone = (one.to_zone, one.from_zone) if is_inward else (one.from_zone, one.to_zone)
        peer = one.box.source if is_inward else one.box.destination
        is_said = one.box.protocol == ANY_PROTOCOL or one.box.protocol[0] == one.box.protocol[1]
        is_one_type = one.box.protocol[0] not in {ICMP, ICMPV6} or one.box.port in {ANY_PORT, (one.box.port[0],) * 2}
        if zone == peer_zone or not is_said or not is_one_type or (one.box.protocol == ANY_PROTOCOL != one.box.port):
            return
        protocol = ALL if one.box.protocol == ANY_PROTOCOL else one.box.protocol[0]
        for prefix in prefixes(one.box.family, peer):
            way: Way = "ingress" if is_inward else "egress"
            yield AclEntry(zone, way, one.box.family, prefix, protocol, one.box.port, ids)

    def _is_safe(self, one: Part, entry: AclEntry) -> bool:
        """Whether what is denied, for all of the subnet, is neither wanted nor an answer."""
        is_inward = entry.way == "ingress"
        own = [interval for family, interval in self.wanted.places[entry.zone] if family == entry.family]
        for interval in own:
            denied = one.box._replace(destination=interval) if is_inward else one.box._replace(source=interval)
            if any(denied.meets(box) for box, _ in self._open.cell(one.from_zone, one.to_zone).regions):
                return False
            back = denied._replace(source=denied.destination, destination=denied.source)
            answered = self._open.cell(one.to_zone, one.from_zone).regions
            if any(_may_be_answer(denied, box) for box, _ in answered if _is_between(back, box)):
                return False
        return True

    def _ids_of(self, one: Part) -> tuple[str, ...]:
        """The flows that a rule of this draft is there for."""
        if one.rule in self.wanted.ruleset.rules:
            return (one.rule.id,)
        group, way, number = one.rule.id.rsplit(":", 2)
        of_it = [rule for rule in self.rules if (rule.group, rule.way) == (group, way)]
        return of_it[int(number) - 1].ids


def _is_between(one: Box, other: Box) -> bool:
    every = Box(other.family, other.source, other.destination)
    return one._replace(protocol=ANY_PROTOCOL, port=ANY_PORT, source_port=ANY_PORT).meets(every) is not None


def _may_be_answer(denied: Box, allowed: Box) -> bool:
    """Whether a packet that is denied could answer a connection that is let through the other way."""
    low, high = max(denied.protocol[0], allowed.protocol[0]), min(denied.protocol[1], allowed.protocol[1])
    if low > high:
        return False
    if low != high:
        return True
    if low in WITH_PORTS:
        return denied.port[1] >= _FIRST_ANSWERED
    if low in _ANSWERS:
        return any(denied.port[0] <= one <= denied.port[1] for one in _ANSWERS[low])
    return True
