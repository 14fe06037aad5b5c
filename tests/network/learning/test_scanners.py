"""Who looks around is known by what comes to nothing; what people use stays."""

from __future__ import annotations

from limen.network.learning.counting import Contact, Tally
from limen.network.learning.scanners import MOST_ODD, without_scans

SCANNER, COLLEAGUE, FILES = 7, 8, 1_000


def contact(source: int, destination: int, port: int = 443) -> Contact:
    return Contact(1, 4, source, destination, 6, port)


def failed(source: int, many: int) -> dict[Contact, Tally]:
    return {contact(source, 5_000 + number): Tally(1, failed=1) for number in range(many)}


def test_who_fails_often_was_looking_around_and_its_rare_contacts_go() -> None:
    used = {contact(SCANNER, FILES, 22): Tally(9), contact(COLLEAGUE, FILES): Tally(1)}
    found_open = {contact(SCANNER, FILES, 8_080): Tally(1, answered=1), contact(SCANNER, FILES): Tally(1)}
    left, (scanner,) = without_scans({**failed(SCANNER, MOST_ODD), **used, **found_open})
    assert left == {**used, contact(SCANNER, FILES): Tally(1)}
    assert (scanner.source, scanner.contacts, scanner.destinations) == (SCANNER, MOST_ODD + 1, MOST_ODD + 1)


def test_two_who_look_for_the_same_don_t_vouch_for_one_another() -> None:
    left, scanners = without_scans({**failed(SCANNER, 30), **failed(COLLEAGUE, 30)})
    assert not left
    assert {one.source for one in scanners} == {SCANNER, COLLEAGUE}


def test_a_few_failures_are_work() -> None:
    some = failed(SCANNER, MOST_ODD - 1)
    assert without_scans(some) == (some, ())


def test_ports_that_are_tried_one_by_one_are_a_scan_where_nobody_says_what_was_answered() -> None:
    alive = {contact(FILES, 1, 53): Tally(9)}
    left, scanners = without_scans({**alive, **{contact(SCANNER, FILES, port): Tally(1) for port in range(1, 40)}})
    assert (left, len(scanners)) == (alive, 1)


def test_ports_that_a_service_draws_are_none() -> None:
    alive = {contact(FILES, 1, 53): Tally(9)}
    drawn = {contact(SCANNER, FILES, port): Tally(1) for port in range(50_000, 50_040)}
    assert without_scans({**alive, **drawn}) == ({**alive, **drawn}, ())


def test_who_pulls_from_many_hosts_that_are_there_works() -> None:
    hosts = range(2_000, 2_060)
    speak = {contact(one, 1, 53): Tally(9) for one in hosts}
    pulls = {contact(SCANNER, one, 22): Tally(1) for one in hosts}
    assert without_scans({**speak, **pulls}) == ({**speak, **pulls}, ())
