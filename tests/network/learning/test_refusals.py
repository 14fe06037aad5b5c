"""What was refused to somebody's devices, in words with which they can ask for it, and in no others."""

from __future__ import annotations

from dataclasses import replace

from tests.network.networks import harbor

from limen.clock import DAY, MINUTE
from limen.network.learning.counting import ELSEWHERE, Contact, Tally
from limen.network.learning.flows import ends_of
from limen.network.learning.refusals import refusals
from limen.network.model import Ports, Service

NOW = 20_000 * DAY


def contact(destination: str = "10.20.0.10", port: int = 443, source: str = "10.10.0.7", day: int = 0) -> Contact:
    ends = ends_of(source, destination)
    assert ends is not None
    return Contact(20_000 - day, *ends, 6, port, "p_ida", "d_ida")


def refused(count: int = 2, last_at: int = NOW) -> Tally:
    return Tally(count + 1, refused=count, first_at=last_at, last_at=last_at)


def test_it_is_said_by_the_names_of_the_network_and_the_newest_first() -> None:
    erp = Service("erp", (Ports((6, 6), (8443, 8443)),))  # what a company calls its own may become another one day
    network = replace(harbor(), services=(*harbor().services, erp))
    seen = [
        (contact(), refused(last_at=NOW - MINUTE)),
        (contact(day=1), refused(3, NOW - DAY)),
        (contact(port=8443), refused()),
        (contact(port=8444), refused(last_at=NOW - 2 * MINUTE)),
    ]
    found = refusals(network, seen, NOW - DAY)
    assert [(one.source, one.destination, one.service, one.count) for one in found] == [
        ("office", "files", "tcp/8443", 2),
        ("office", "files", "https", 5),
        ("office", "files", "tcp/8444", 2),
    ]
    assert all(one.is_known and one.device_id == "d_ida" for one in found)


def test_what_came_through_and_what_is_old_is_not_there() -> None:
    seen = [(contact(), Tally(5, last_at=NOW)), (contact(port=22), refused(last_at=NOW - DAY - 1))]
    assert refusals(harbor(), seen, NOW - DAY) == []


def test_of_somebody_elses_device_nothing_but_the_address_is_said() -> None:
    network = harbor()
    laptop = replace(network.host_of["files"], name="laptop-of-ines", zone="office")
    (address,) = laptop.addresses[:1]
    network = replace(network, hosts=(replace(laptop, addresses=(type(address)("10.10.0.8/32"),)),))
    (found,) = refusals(network, [(contact("10.10.0.8"), refused())], NOW - DAY)
    assert (found.destination, found.is_known) == ("10.10.0.8", False)
    (nameless,) = refusals(network, [(contact("10.20.0.99"), refused())], NOW - DAY)
    assert (nameless.destination, nameless.is_known) == ("10.20.0.99", False)


def test_the_internet_is_one_and_from_there_nobody_asks() -> None:
    out = contact()._replace(destination=ELSEWHERE)
    (found,) = refusals(harbor(), [(out, refused())], NOW - DAY)
    assert (found.destination, found.is_known) == ("internet", True)
    (inwards,) = refusals(harbor(), [(contact(source="203.0.113.7"), refused())], NOW - DAY)
    assert not inwards.is_known
