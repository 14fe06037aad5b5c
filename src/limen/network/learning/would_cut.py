"""What a network would have cut of what was used: report-only, for each pair of zones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from limen.clock import Instant
from limen.network.compiling import compiled
from limen.network.learning.counting import Contact, Tally
from limen.network.learning.scanners import without_scans
from limen.network.learning.used import Names, Use
from limen.network.model import Network
from limen.network.packets.ruleset import Rule, Ruleset


@dataclass(frozen=True, slots=True)
class Cut:
    """Connections alike that would not have come through. `block`: what denies them; "" where no flow fits."""

    source: str
    destination: str
    service: str
    count: int
    first_at: Instant
    last_at: Instant
    block: str = ""
    person_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PairCuts:
    """Of `used` connections from one zone to another these would have been cut; the most frequent first. `until`: the
    day before which nothing is cut there, since the pair is on trial; "" where it is not.
    """

    from_zone: str
    to_zone: str
    used: int
    cuts: tuple[Cut, ...] = ()
    until: str = ""

    @property
    def cut(self) -> int:
        return sum(one.count for one in self.cuts)


def would_cut(network: Network, tallies: Mapping[Contact, Tally], today: str) -> tuple[PairCuts, ...]:
    """Each pair of zones that was used, those with the most cuts first. Scans, and what a firewall refused already,
    are nobody's work, and don't count. What is on trial is looked at as if it were not. `today` is ISO 8601.
    """
    left, _ = without_scans(tallies)
    used = {one: tally for one, tally in left.items() if tally.count > tally.refused}
    of_pair: dict[tuple[str, str], list[Use]] = defaultdict(list)
    for use in Names(network, left).uses(used):
        of_pair[use.pair].append(use)
    ruleset = compiled(network.without_trials, today)
    until = {pair: one.until for one in network.trials if today < one.until for pair in one.pairs}
    pairs = [replace(_of_pair(pair, uses, ruleset), until=until.get(pair, "")) for pair, uses in of_pair.items()]
    return tuple(sorted(pairs, key=lambda one: (-one.cut, one.from_zone, one.to_zone)))


def _of_pair(pair: tuple[str, str], uses: Iterable[Use], ruleset: Ruleset) -> PairCuts:
    rules = tuple(ruleset.between(*pair))
    alike: dict[tuple[str, str, str, str], list[Use]] = defaultdict(list)
    used = 0
    for use in uses:
        used += _count(use)
        rule = _deciding(rules, use)
        if rule is None or not rule.allows:
            alike[use.source.name, use.destination.name, use.service, rule.id if rule else ""].append(use)
    cuts = [_cut(*what, uses=its) for what, its in alike.items()]
    return PairCuts(*pair, used, tuple(sorted(cuts, key=lambda one: (-one.count, one.source, one.destination))))


def _deciding(rules: Iterable[Rule], use: Use) -> Rule | None:
    return next((one for one in rules if one.box.holds(use.packet)), None)


def _cut(source: str, destination: str, service: str, block: str, *, uses: list[Use]) -> Cut:
    return Cut(
        source,
        destination,
        service,
        sum(_count(one) for one in uses),
        min(one.tally.first_at for one in uses),
        max(one.tally.last_at for one in uses),
        block,
        tuple(sorted({one.contact.person_id for one in uses if one.contact.person_id})),
    )


def _count(use: Use) -> int:
    return use.tally.count - use.tally.refused
