"""I1: every account is on somebody else's list, or somebody answers for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from tests.roadmap.people import member

from limen.clock import DAY
from limen.company.unique_identities.reading import Held
from limen.identity.model import PersonStatus, Workload
from limen.identity.sources.model import SourcePerson
from limen.identity.sources.store import Record
from limen.identity.store.issuer_accounts import IssuerAccount
from limen.roadmap.evidence import Evidence
from limen.roadmap.identity.evidence import IdentityEvidence, ListOfPeople
from limen.roadmap.identity.known_accounts import CONTROL

NOW = 100 * DAY
ADA, LEO = member("Ada"), member("Leo", status=PersonStatus.INACTIVE)
ON_THE_LIST = {"p_ada": [Record("hr", "1", SourcePerson("1", "ada@harbor.example", "Ada"), "p_ada")]}
JOB = Workload("w_1", "Backup", frozenset(), frozenset(), True, "p_ada", "copies", NOW + DAY)


def known(sources: Mapping[str, list[Record]] = ON_THE_LIST, **more: Any) -> Evidence:
    held = Held((ADA, LEO), sources=sources, **more)
    lists = (ListOfPeople("hr", read_at=NOW - 1, silent_after=DAY),)
    return Evidence(at=NOW, members=held.members, identity=IdentityEvidence(held=held, sources=lists))


def test_it_is_met_where_all_are_on_the_list_and_programs_have_an_owner() -> None:
    found = CONTROL.measured(known(workloads=(JOB,)))
    assert (found.is_met, found.grade.word, found.parts[0].denominator) == (True, "imported", 2)


@pytest.mark.parametrize(
    ("evidence", "missed"),
    [
        (known(sources={}), ["p_ada"]),
        (known(sources={"p_ada": [replace(ON_THE_LIST["p_ada"][0], is_there=False)]}), ["p_ada"]),
        (known(of_nobody=(Record("hr", "2", SourcePerson("2", "x@harbor.example", "X")),)), ["hr 2"]),
        (known(workloads=(replace(JOB, owner="p_leo"),)), ["w_1"]),
        (known(workloads=(replace(JOB, purpose=""),)), ["w_1"]),
        (known(workloads=(replace(JOB, expires_at=NOW),)), ["w_1"]),
        (known(at_issuers=(IssuerAccount("entra", "s1", "p_leo", 1),)), ["entra s1"]),
        (known(hosts={"p_gone": "gone"}), ["host gone"]),
    ],
)
def test_one_account_misses_it(evidence: Evidence, missed: list[str]) -> None:
    found = CONTROL.measured(evidence)
    assert (found.is_met, [one.id for one in found.parts[0].misses]) == (False, missed)


def test_it_is_unknown_without_a_list_or_where_the_list_is_silent() -> None:
    whole = known()
    for lists in ((), (ListOfPeople("hr"),), (ListOfPeople("hr", NOW - 2 * DAY, DAY),)):
        evidence = replace(whole, identity=replace(whole.identity, sources=lists))
        assert CONTROL.measured(evidence).grade.word == "unknown"
    assert CONTROL.measured(replace(whole, identity=IdentityEvidence())).grade.word == "unknown"


def test_a_list_that_speaks_only_when_something_changes_is_never_silent_once_it_spoke() -> None:
    assert not ListOfPeople("entra", read_at=1).is_silent(NOW)
