"""What is open comes first, the strongest of it first; nobody hides one finding among many."""

from __future__ import annotations

from dataclasses import replace

from tests.company.unique_identities.test_pairs import ADA, BEN, NOW, member

from limen.clock import DAY
from limen.company.unique_identities.listing import MOST_OF_A_KIND, listed
from limen.company.unique_identities.model import Kind, id_of
from limen.company.unique_identities.reading import Held
from limen.identity.model import AccountDecision, Choice

USED = {ADA.person.id: NOW, BEN.person.id: NOW}
BOTH = frozenset({ADA.person.id, BEN.person.id})


def test_the_strongest_is_first_and_what_was_decided_last() -> None:
    scanner = member("Scanner", "scanner@harbor.example")
    held = Held((ADA, BEN, scanner), {**USED, scanner.person.id: NOW}, same_seed=(BOTH,))
    assert [one.kind for one in listed(held, NOW).open] == [Kind.TWO_ACCOUNTS, Kind.NO_PERSONS_NAME]
    finding = id_of(Kind.TWO_ACCOUNTS, sorted(BOTH))
    decision = AccountDecision(
        finding, Kind.TWO_ACCOUNTS, *sorted(BOTH), Choice.SEPARATE, NOW + DAY, "why", "p_root", NOW
    )
    found = listed(replace(held, decisions={finding: decision}), NOW)
    assert [one.kind for one in found.open] == [Kind.NO_PERSONS_NAME]
    assert [one.id for one in found.decided] == [finding]
    assert found.by_id(finding) is found.decided[0]
    assert found.by_id("other") is None


def test_many_of_one_kind_hide_none_of_another() -> None:
    """Somebody with the right to invite makes a thousand accounts that are called like machines."""
    noise = tuple(member(f"Scanner {n}", f"scanner{n}@harbor.example") for n in range(MOST_OF_A_KIND + 50))
    used = {one.person.id: NOW for one in (ADA, BEN, *noise)}
    found = listed(Held((ADA, BEN, *noise), used, same_seed=(BOTH,)), NOW)
    assert found.open[0].kind is Kind.TWO_ACCOUNTS
    assert len(found.findings) == MOST_OF_A_KIND + 1
    assert found.left_out == {Kind.NO_PERSONS_NAME: 50}


def test_the_same_finding_has_the_same_id_whoever_is_named_first() -> None:
    assert id_of(Kind.TWO_ACCOUNTS, ["a", "b"]) == id_of(Kind.TWO_ACCOUNTS, ["b", "a"])
    assert id_of(Kind.TWO_ACCOUNTS, ["a"]) != id_of(Kind.NEVER_USED, ["a"])
