"""The one change that shrinks a blast radius most: what it is, that it does, and its draft."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.company.blast.small import OF_ANA, OF_BEN, POLICIES, TODAY, network, surroundings

from limen.clock import from_iso
from limen.company.blast.radius import Surroundings
from limen.company.blast.shrinking import By, Shrinking, best_change, drafted, flow_of
from limen.company.blast.taken import Holder, Kind, Taken
from limen.company.blast.today import Today
from limen.company.candidate import candidate
from limen.company.company import Company
from limen.company.load import load_company
from limen.errors import LimenError
from limen.facts import Factor, Person
from limen.network.model import FILE, Network

HARBOR = Path(__file__).parents[3] / "examples" / "harbor"
NOW = from_iso("2026-11-24T09:00:00Z")
MAREN = Person("maren", "Maren", "maren@harbor.example", frozenset({"staff", "finance"}), active=True)
OF_MAREN = Holder(Kind.PERSON, MAREN.id, MAREN.email)


@pytest.fixture(scope="module")
def harbor() -> Company:
    return load_company(HARBOR)


def around_harbor(company: Company) -> Surroundings:
    today = Today({MAREN.id: MAREN}, {MAREN.id: frozenset({Factor.PASSWORD, Factor.CODE})})
    return Surroundings.of(company, today, "2026-11-27", NOW)


def test_leaving_a_group_takes_away_what_it_gave_and_what_hung_on_it() -> None:
    around = surroundings()
    change = best_change(around, around.blast(OF_ANA, Taken.LAPTOP), None)
    assert change is not None
    assert (change.by, change.name, change.person) == (By.GROUP, "finance", "p_ana")
    assert change.apps == ("books", "payroll")
    assert {one.name for one in change.assets} == {"erp", "finance", "vault", "backup"}
    left = replace(TODAY.people["p_ana"], groups=frozenset({"staff"}))
    after = surroundings(today=replace(TODAY, people={**TODAY.people, "p_ana": left})).blast(OF_ANA, Taken.LAPTOP)
    before = around.blast(OF_ANA, Taken.LAPTOP)
    assert before.weight - after.weight == change.weight


def test_where_more_hangs_on_the_network_a_flow_or_a_zone_is_the_change() -> None:
    around = surroundings(POLICIES.replace('"finance"', '"nobody"'))
    change = best_change(around, around.blast(OF_ANA, Taken.LAPTOP), None)
    assert change is not None
    assert (change.by, change.name) == (By.FLOW, "web")
    assert flow_of(network(), change)
    open_zone = Holder(Kind.HOST, "files", "files")
    change = best_change(around, around.blast(open_zone, Taken.PLACE), None)
    assert change is not None
    assert (change.by, change.name) == (By.ISOLATION, "servers")


def test_where_no_single_change_helps_there_is_none() -> None:
    twice = f'{POLICIES}\n@id("too") permit (principal, action, resource == App::"wiki");'
    around = surroundings(twice)
    assert best_change(around, around.blast(OF_BEN, Taken.COOKIE), None) is None


@pytest.mark.parametrize(("taken", "by"), [(Taken.COOKIE, By.BINDING), (Taken.LAPTOP, By.GRANT)])
def test_what_an_app_requires_is_proved_by_the_draft_itself(harbor: Company, taken: Taken, by: By) -> None:
    around = around_harbor(harbor)
    before = around.blast(OF_MAREN, taken)
    change = Shrinking(by, "payroll", ("payroll",), (), 3)
    assert "payroll" in before.app_ids
    after = Surroundings.of(candidate(harbor, drafted(around, harbor, change)), around.today, "2026-11-27", NOW).blast(
        OF_MAREN, taken
    )
    assert before.app_ids - after.app_ids == {"payroll"}
    assert after.app_ids <= before.app_ids


@pytest.mark.parametrize("taken", [Taken.COOKIE, Taken.LAPTOP])
def test_the_best_of_harbor_spares_what_it_says(harbor: Company, taken: Taken) -> None:
    around = replace(around_harbor(harbor), network=Network(()))
    before = around.blast(OF_MAREN, taken)
    change = best_change(around, before, harbor)
    assert change is not None
    assert change.apps
    assert change.by in {By.GROUP, By.BINDING, By.GRANT}
    assert change.weight == sum(harbor.all_apps[one].sensitivity for one in change.apps) > 0


def test_a_zone_is_kept_apart_by_one_line(harbor: Company) -> None:
    around = around_harbor(harbor)
    files = drafted(around, harbor, Shrinking(By.ISOLATION, "servers", (), (), 0))
    assert candidate(harbor, files).parts[FILE].network.zone_of["servers"].is_isolated


@pytest.mark.parametrize("by", [By.GROUP, By.GRANT, By.BINDING])
def test_what_can_not_be_drafted_says_why(harbor: Company, by: By) -> None:
    with pytest.raises(LimenError):
        drafted(around_harbor(harbor), harbor, Shrinking(by, "gone", (), (), 0))
