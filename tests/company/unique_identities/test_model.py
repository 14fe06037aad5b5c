from __future__ import annotations

from limen.company.unique_identities.model import Account, Evidence, Finding, Kind, Strength


def test_a_finding_is_as_new_as_the_newest_of_its_evidence() -> None:
    one = Finding(
        Kind.SHARED_USE, Strength.STRONG, (Account("p_1", "Ada"),), (Evidence("a", "x", 5), Evidence("b", "y"))
    )
    assert (one.at, Finding(one.kind, one.strength, one.accounts, ()).at) == (5, 0)
    assert one.decided(None).id == one.id
    assert Strength.WEAK.word == "weak"
