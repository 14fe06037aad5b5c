"""Addresses and ports in the words of network.yaml."""

from __future__ import annotations

from dataclasses import replace

from tests.network.learning.seen import contact, tally
from tests.network.networks import harbor

from limen.network.learning.counting import Contact
from limen.network.learning.used import DYNAMIC, Names
from limen.network.model import Network


def named(*contacts: Contact, network: Network | None = None) -> tuple[Names, list[tuple[str, str, str]]]:
    tallies = {one: tally() for one in contacts}
    names = Names(network or harbor(), tallies)
    return names, [(one.source.name, one.destination.name, one.service) for one in names.uses(tallies)]


def test_stated_hosts_and_services_have_their_names() -> None:
    names, uses = named(contact("fd00:20::10", "10.21.0.4".replace("10.21.0.4", "fd00:60::9"), 22))
    assert uses == [("files", "backup-9", "ssh")]
    assert set(names.hosts) == {"backup-9"}
    assert not names.services


def test_what_has_no_name_gets_one_that_nobody_has() -> None:
    taken = replace(
        harbor(), hosts=(*harbor().hosts, replace(harbor().hosts[0], name="office-10-10-0-7", addresses=()))
    )
    names, uses = named(
        contact("10.10.0.7", "10.20.0.10", 8_443), contact("10.10.0.7", "8.8.8.8", 0, 47), network=taken
    )
    assert uses == [("office-10-10-0-7-2", "files", "tcp-8443"), ("office-10-10-0-7-2", "internet", "gre")]
    assert [one.ports for one in names.services["tcp-8443"].parts] == [(8_443, 8_443)]


def test_a_zone_guards_nothing_within_itself_unless_it_is_isolated() -> None:
    within = contact("10.10.0.7", "10.10.0.8")
    assert named(within)[1] == []
    isolated = replace(harbor(), zones=tuple(replace(one, is_isolated=True) for one in harbor().zones))
    assert len(named(within, network=isolated)[1]) == 1


def test_ports_that_a_host_draws_are_one_service() -> None:
    names, uses = named(*(contact("10.10.0.7", "10.20.0.5", 50_000 + number) for number in range(9)))
    assert {service for _, _, service in uses} == {"tcp-dynamic"}
    assert names.services["tcp-dynamic"].parts[0].ports == DYNAMIC
    _, few = named(*(contact("10.10.0.7", "10.20.0.5", 50_000 + number) for number in range(3)))
    assert len({service for _, _, service in few}) == 3


def test_pings_of_a_family_are_stated_where_no_service_has_them() -> None:
    assert named(contact("10.10.0.7", "10.20.0.5", 8, 1))[1][0][2] == "ping"
    bare = replace(harbor(), services=())
    names, uses = named(contact("10.10.0.7", "10.20.0.5", 8, 1), network=bare)
    assert uses[0][2] == "ping-4"
    assert names.services["ping-4"].parts[0].families == (4,)
