"""People of exports: one for each address, as strong as their weakest account."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.assessing.harbor import NOW, Harbor
from tests.assessing.made import SMALL, nothing, told_of

from limen.assessing.kinds import Provider
from limen.assessing.people_evidence import apps_of, gaps, identity_evidence, members, people_who
from limen.assessing.told import Account, Consent
from limen.clock import DAY
from limen.facts import Factor
from limen.identity.model import ADMINISTRATORS, PersonStatus

ADA = "ada.lindqvist@harbor.example"


def test_somebody_has_what_their_weakest_account_has(tmp_path: Path) -> None:
    told = told_of(Harbor(people=2, with_passkey=frozenset({0})), tmp_path)
    ada, ben = members(told)
    assert (ada.factors, ben.factors) == ({Factor.PASSWORD, Factor.PASSKEY}, {Factor.PASSWORD, Factor.CODE})
    told.accounts[Provider.GOOGLE, ADA] = Account(Provider.GOOGLE, ADA, has_code=False)
    assert members(told)[0].factors == {Factor.PASSWORD}
    told.accounts[Provider.GOOGLE, ADA].has_code = True
    assert members(told)[0].factors == {Factor.PASSWORD, Factor.CODE}


def test_who_is_off_everywhere_is_inactive_and_who_administers_is_known_by_any_of_three(tmp_path: Path) -> None:
    told = told_of(Harbor(people=3, administrators=frozenset({1})), tmp_path)
    told.accounts[Provider.ENTRA, ADA].is_active = False
    found = members(told)
    assert next(one.status for one in found) is PersonStatus.INACTIVE
    assert [ADMINISTRATORS in one.person.groups for one in found] == [False, True, False]
    told.roles.clear()
    assert ADMINISTRATORS in members(told)[1].person.groups
    told.registered.clear()
    assert ADMINISTRATORS not in members(told)[1].person.groups


def test_who_is_on_the_list_alone_is_nobody_here(tmp_path: Path) -> None:
    told = told_of(Harbor(people=2), tmp_path)
    del told.accounts[Provider.ENTRA, ADA]
    held = identity_evidence(told, members(told), NOW).held
    assert held is not None
    assert [one.external_id for one in held.of_nobody] == [ADA]
    assert set(held.sources) == {"ben.lindqvist@harbor.example"}


@pytest.mark.parametrize(
    ("kept", "is_whole"),
    [
        (range(31), True),
        (range(7), False),
        ([day for day in range(31) if day not in range(10, 14)], False),
        (range(6, 31), False),
        ([], False),
    ],
)
def test_a_log_is_whole_where_it_reaches_back_and_has_no_gap(kept: range | list[int], is_whole: bool) -> None:
    told, harbor = nothing(), Harbor(people=1)
    from tests.assessing.made import one

    from limen.assessing.microsoft import take_sign_ins

    for day in kept:
        take_sign_ins(told, one(**harbor.sign_in(0, day)))
    assert (gaps(told, NOW) == "") is is_whole


def test_sign_ins_of_30_days_count_and_the_weak_ones_are_named(tmp_path: Path) -> None:
    told = told_of(Harbor(people=SMALL, weak=frozenset({0}), days=40), tmp_path)
    found = identity_evidence(told, members(told), NOW)
    (imported,) = found.imported
    assert found.sign_ins is not None
    assert (imported.total, imported.weak_total) == (SMALL * 30, 30)
    assert {one.user for one in imported.weak} == {ADA}
    assert min(one.at for one in found.sign_ins.rows) > NOW - 30 * DAY


def test_apps_with_consents_by_name() -> None:
    told = nothing()
    told.apps["c1"] = "Notes"
    for by in ("a", "b", "a"):
        told.consents.append(Consent(Provider.ENTRA, "c1", "", by, ()))
    told.consents.append(Consent(Provider.GOOGLE, "c1", "Other", "a", ()))
    assert [(name, people_who(several)) for _, name, several in apps_of(told)] == [
        ("Notes", "2 people"),
        ("Other", "1 person"),
    ]
