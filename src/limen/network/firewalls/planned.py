"""What a change of a firewall that follows Limen would do: in words, and in the text of nftables."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256

from limen.clock import Instant
from limen.network.emit.nft_enforced import WITHIN
from limen.network.emit.nft_router import router_of
from limen.network.firewalls.intended import Intended, firewall_called, intended
from limen.network.model import ANY_SERVICE, Network
from limen.network.nft.as_json import table_in
from limen.network.nft.as_text import as_text
from limen.network.packets import Ruleset
from limen.network.proof.naming import Reachable
from limen.network.reading.nft import read
from limen.network.remote.saying import change


@dataclass(frozen=True)
class PlannedChange:
    """`before` and `after` are the texts, `before` "" where Limen has no rules there yet; `new` and `gone` what becomes
    reachable through it and what no longer.

    `is_said`: the words are all there is to say of it. They are not for a server that holds itself alone, and not
    where rules are too tangled.
    """

    wanted: Intended
    digest: str
    before: str
    after: str
    new: tuple[Reachable, ...]
    gone: tuple[Reachable, ...]
    is_said: bool


def planned(network: Network, name: str, confirmed: str, today: str, now: Instant) -> PlannedChange:
    """From the ruleset that was confirmed there last (nft's JSON, "": none) to what is meant. Raises LimenError."""
    wanted = intended(network, name, today, now)
    digest = sha256(wanted.ruleset.encode()).hexdigest()
    before = as_text(table_in(confirmed)) if confirmed else ""
    if firewall_called(network, name).host:
        return PlannedChange(wanted, digest, before, wanted.text, (), (), is_said=False)
    was, will = (_let_through(network, name, one, now) for one in (confirmed, wanted.ruleset))
    change_ = change(was, will)
    is_whole = change_.difference.is_whole
    new, gone = (tuple(map(_of_people, some)) for some in (change_.new(network), change_.gone(network)))
    return PlannedChange(wanted, digest, before, wanted.text, new, gone, is_said=is_whole)


def _of_people(one: Reachable) -> Reachable:
    """That a zone's own hosts reach each other is of no flow, and but for ICMP of the other family it is everything."""
    is_within = one.rule_ids and all(id_.startswith(WITHIN) for id_ in one.rule_ids)
    return replace(one, services=(ANY_SERVICE,), rule_ids=()) if is_within else one


def _let_through(network: Network, name: str, ruleset: str, now: Instant) -> Ruleset:
    """Between the zones as they are now."""
    legs = router_of(network, firewall_called(network, name).uplinks).legs
    return read([table_in(ruleset)], legs, now).ruleset if ruleset else Ruleset(tuple(legs), ())
