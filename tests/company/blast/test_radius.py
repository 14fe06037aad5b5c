"""What is within reach of whoever takes a laptop, a cookie, a password or a token, and why."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.company.blast.small import ANA, OF_ANA, OF_BEN, POLICIES, ROBOT, TODAY, network, surroundings
from tests.network.networks import flow, way
from tests.policy.scene import NOW

from limen.company.blast.radius import Blast, Entry
from limen.company.blast.taken import Holder, Kind, Taken
from limen.company.blast.today import HeldGrant
from limen.network.model import INTERNET
from limen.network.proof.blast_radius import DOOR


def assets(found: Blast) -> set[str]:
    return {one.asset.name for one in found.network.reached} if found.network else set()


def apps(found: Blast) -> dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]]:
    return {one.app.id: (one.actions, one.policies, one.groups) for one in found.apps}


def test_a_laptop_opens_apps_doors_and_the_network_around_it() -> None:
    found = surroundings().blast(OF_ANA, Taken.LAPTOP)
    assert apps(found) == {
        "books": (("connect",), ("books",), ("finance",)),
        "payroll": (("view",), ("payroll",), ("finance",)),
        "wifi": (("connect",), ("wifi",), ("staff",)),
        "wiki": (("view",), ("wiki",), ("staff",)),
    }
    assert found.entries == (Entry("office", "seen"), Entry("guests", "wifi"), Entry(INTERNET, "internet"))
    assert assets(found) == {"files", "dc", "servers", "erp", "finance", "vault", "backup"}
    erp = next(one for one in found.network.reached if one.asset.name == "erp") if found.network else None
    assert erp is not None
    assert erp.steps[0].rule_id == f"{DOOR}books"
    assert found.weight == 3 + 2 + 1 + 1 + len(assets(found))
    assert (found.size, found.is_exact, found.is_whole) == (4 + 7, True, True)


def test_a_cookie_is_on_no_device_and_on_the_internet() -> None:
    found = surroundings().blast(OF_ANA, Taken.COOKIE)
    assert set(apps(found)) == {"payroll", "wiki"}
    assert assets(found) == set()


def test_a_password_is_one_factor_and_who_has_none_loses_none() -> None:
    assert set(apps(surroundings().blast(OF_ANA, Taken.PASSWORD))) == {"wiki"}
    assert surroundings().blast(OF_BEN, Taken.PASSWORD).size == 0


def test_a_device_is_the_laptop_of_everybody_on_it() -> None:
    both = replace(TODAY.devices["d1"], people=frozenset({"p_ana", "p_ben"}))
    found = surroundings(today=replace(TODAY, devices={"d1": both})).blast(
        Holder(Kind.DEVICE, "d1", "wren"), Taken.LAPTOP
    )
    assert {(one.person, one.app.id) for one in found.apps} == {
        *(("p_ana", one) for one in ("books", "payroll", "wifi", "wiki")),
        ("p_ben", "wifi"),
        ("p_ben", "wiki"),
    }


def test_who_has_no_managed_device_has_none_to_lose() -> None:
    found = surroundings().blast(OF_BEN, Taken.LAPTOP)
    assert set(apps(found)) == {"wiki"}
    assert found.entries == (Entry(INTERNET, "internet"),)


def test_a_service_reaches_what_its_tokens_are_for_from_where_it_was_seen() -> None:
    found = surroundings().blast(Holder(Kind.WORKLOAD, ROBOT.id, ROBOT.name), Taken.TOKEN)
    assert apps(found) == {"wiki": (("view",), ("services",), ("services",))}
    assert found.entries[0] == Entry("servers", "seen")
    assert assets(found) == {"files", "dc"}
    none = surroundings(today=replace(TODAY, tokens=())).blast(found.holder, Taken.TOKEN)
    assert not none.apps


@pytest.mark.parametrize(("kind", "name"), [(Kind.HOST, "erp"), (Kind.ZONE, "office")])
def test_nobodys_access_goes_with_a_place(kind: Kind, name: str) -> None:
    found = surroundings().blast(Holder(kind, name, name), Taken.PLACE)
    assert not found.apps
    assert assets(found)


def test_a_grant_that_is_active_counts_and_on_its_device_alone() -> None:
    granted = f'{POLICIES}\n@id("granted") permit (principal, action, resource) when {{ context.grant.active }};'
    grants = (HeldGrant("p_ben", "payroll", frozenset({"view"})),)
    found = surroundings(granted, replace(TODAY, grants=grants)).blast(OF_BEN, Taken.COOKIE)
    assert apps(found)["payroll"] == (("view",), ("granted",), ())
    on_a_device = (replace(grants[0], device="d9"),)
    found = surroundings(granted, replace(TODAY, grants=on_a_device)).blast(OF_BEN, Taken.COOKIE)
    assert "payroll" not in apps(found)


def test_without_a_network_there_are_apps_alone() -> None:
    bare = replace(network(), zones=(), hosts=(), flows=())
    found = surroundings(of=bare).blast(OF_ANA, Taken.LAPTOP)
    assert found.network is None
    assert len(found.app_ids) == 4
    assert not found.entries
    assert found.is_whole


def test_everything_that_can_be_taken_over_is_listed_and_found() -> None:
    around = surroundings()
    assert {one.id for one in around.holders if one.kind in {Kind.PERSON, Kind.WORKLOAD}} == {
        ANA.id,
        "p_ben",
        ROBOT.id,
    }
    assert around.found(Kind.PERSON, "ANA@harbor.example") == (OF_ANA,)
    assert around.found(Kind.PERSON, "ana") == (OF_ANA,)
    assert around.found(Kind.DEVICE, "WREN") == ()
    assert around.found(Kind.DEVICE, "wren")[0].id == "d1"
    assert around.found(Kind.ZONE, INTERNET)
    assert around.found(Kind.PERSON, "p_gone") == ()


def test_it_is_the_same_for_many_at_once_as_for_each() -> None:
    around = surroundings()
    together = around.permitted([OF_ANA, OF_BEN], Taken.LAPTOP)
    assert together == {one.id: around.blast(one, Taken.LAPTOP).apps for one in (OF_ANA, OF_BEN)}
    assert around.now == NOW


def test_what_anybody_reaches_is_counted_apart() -> None:
    open_shop = replace(network(), flows=(*network().flows, flow("shop", way("internet", "files"))))
    found = surroundings(of=open_shop).blast(OF_ANA, Taken.COOKIE)
    assert (found.public, assets(found)) == (3, {"files", "dc", "servers"})
    assert surroundings().blast(OF_ANA, Taken.LAPTOP).public == 0
