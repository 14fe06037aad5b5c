"""What must never be in any company, by the kinds of its zones."""

from __future__ import annotations

from tests.network.networks import harbor, zone

from limen.network.built_in import ADMINISTRATION, BUILT_IN, built_in_nevers
from limen.network.model import INTERNET, KINDS
from limen.network.services import BUILT_IN as SERVICES


def test_they_are_six_about_kinds_and_services_that_there_are() -> None:
    assert len({one.id for one in BUILT_IN}) == 6
    assert all(one.sources | one.destinations <= set(KINDS) for one in BUILT_IN)
    assert set(ADMINISTRATION) <= set(SERVICES)
    assert all(one.why for one in BUILT_IN)


def test_each_is_about_the_zones_of_its_kinds() -> None:
    found = {one.id: one for one in built_in_nevers(harbor().zones, {})}
    assert "iot-sensitive" not in found  # there is no such zone
    assert "management-from-elsewhere" not in found
    assert found["backup-from-people"].way.sources == ("office", "guests", INTERNET)
    assert found["backup-from-people"].way.destinations == ("backup",)
    assert found["guests-inside"].way.destinations == ("office", "servers", "finance", "backup")
    assert found["administration-from-people"].way.services == ADMINISTRATION
    assert all(one.is_built_in for one in found.values())


def test_the_internet_reaches_a_dmz_and_nothing_else() -> None:
    zones = (zone("shop", "dmz", 50), zone("office", "workstation", 10))
    (one,) = [one for one in built_in_nevers(zones, {}) if one.id == "internet-inside"]
    assert one.way.sources == (INTERNET,)
    assert one.way.destinations == ("office",)


def test_a_zone_of_management_reaches_itself() -> None:
    zones = (zone("management", "management", 99), zone("servers", "server", 20))
    (one,) = [one for one in built_in_nevers(zones, {}) if one.id == "management-from-elsewhere"]
    assert one.way.sources == ("servers", INTERNET)


def test_a_company_does_without_one_by_name() -> None:
    left = {one.id for one in built_in_nevers(harbor().zones, {"guests-inside": "the printer"})}
    assert left == {"internet-inside", "backup-from-people", "administration-from-people"}
