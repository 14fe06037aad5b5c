"""Zones on trial: the table lets everything through between them, tells what it would have cut, and reads back so."""

from __future__ import annotations

from dataclasses import replace

from tests.network.equal import differs
from tests.network.firewalls.limen_firewall.drifted import drift, kinds
from tests.network.networks import flow, harbor, way
from tests.network.policies import UPLINK

from limen.network.compiling import compiled
from limen.network.emit.nft_enforced import enforced
from limen.network.emit.nft_router import router_of
from limen.network.emit.nftables import firewall
from limen.network.firewalls.limen_firewall.rulesets import Ruleset
from limen.network.firewalls.limen_firewall.traffic import ON_TRIAL
from limen.network.model import Block, Network, Trial
from limen.network.nft.as_json import as_json
from limen.network.nft.tree import Chain, Line, Table
from limen.network.packets import Packet
from limen.network.reading.nft import read

TODAY, NOW = "2026-11-27", 1_000_000
MEANT = harbor(
    [flow("files", way("office", "files")), flow("shell", way("office", "dc", "ssh"))],
    [Block("no-dc", way("office", "dc", "any"), "quiet")],
)
NETWORK = replace(MEANT, trials=(Trial("new-servers", way("office", "servers", "any"), "we look first", "2027-01-15"),))
FILES, DC = 0x0A14000A, 0x0A140005


def table(network: Network, host: str = "") -> Table:
    router = router_of(network, [UPLINK], host)
    return firewall(compiled(network, TODAY), network, router, NOW).table


def packet(destination: int, port: int, to_zone: str = "servers") -> Packet:
    return Packet("office", to_zone, 4, 0x0A0A0007, destination, 6, port)


def logging(chain: Chain) -> list[Line]:
    return [one for one in chain.lines if any("log" in statement for statement in one.statements)]


def test_between_them_everything_is_let_through_and_nowhere_else() -> None:
    ruleset = compiled(NETWORK, TODAY)
    said = [(rule.id, rule.allows, rule.is_trial) for one in (packet(FILES, 443), packet(DC, 22), packet(FILES, 445))
            if (rule := ruleset.decides(one))]  # fmt: skip
    assert said == [("files", True, False), ("new-servers", True, True), ("new-servers", True, True)]
    assert not ruleset.allows(packet(0x0A150004, 443, "finance"))
    assert not ruleset.allows(packet(DC, 22)._replace(source=0x0A150004))


def test_from_its_day_on_it_is_over() -> None:
    assert compiled(NETWORK, "2027-01-15") == compiled(MEANT, "2027-01-15")
    assert compiled(NETWORK, "2027-01-14") != compiled(MEANT, "2027-01-14")


def test_the_table_reads_back_as_what_was_meant_and_is_no_drift() -> None:
    router, made = router_of(NETWORK, [UPLINK]), table(NETWORK)
    back = read([made], router.legs, NOW)
    assert back.notes == ()
    assert differs(enforced(compiled(NETWORK, TODAY), NETWORK, router), back.ruleset) is None
    assert drift(made, made) == []
    missing = {place.split()[0] for place, kind in kinds(table(MEANT), made) if kind == "missing"}
    assert missing >= {"chain", "set"}


def test_what_would_be_cut_is_told_and_what_a_flow_lets_through_is_not() -> None:
    chain = table(NETWORK).chain_of["office.servers"]
    sets = {one.statements[0]["match"]["right"] for one in logging(chain)}
    assert sets == {f"@office.servers.{row}.addresses{family}" for row in (1, 3) for family in (4, 6)}
    (log,) = {one.statements[-1]["log"]["prefix"] for one in logging(chain)}
    assert log.startswith(ON_TRIAL)
    assert not any(logging(one) for name, one in table(MEANT).chain_of.items() if "." in name)


def test_the_machine_itself_is_never_on_trial() -> None:
    made = table(NETWORK, "dc")
    jumps = [one.verdict for one in made.set_of["machine4"].elements]
    assert jumps == [{"jump": {"target": "office.servers.machine"}}]
    chain = made.chain_of["office.servers.machine"]
    assert not logging(chain)
    assert "goto" in chain.lines[0].statements[-1]  # the block, as ever
    assert "office.servers.machine" not in table(NETWORK).chain_of


def test_the_program_on_the_firewall_takes_it() -> None:
    assert Ruleset(as_json(table(NETWORK))).transaction([])
