"""`protocol: radius` in apps.yaml: what is refused, where, and what the plan says of it."""

from __future__ import annotations

import pytest
from tests.company.test_entra_section import SETTINGS

from limen.company.apps_file import read_apps
from limen.company.radius_section import RadiusSection, complaints, radius_openings, service_of
from limen.company.yaml_text import read_yaml
from limen.configuration.tree import Tree
from limen.facts import App, Upstream
from limen.facts.radius_service import RadiusService
from limen.policy.access import actions_of

WRITTEN = """
- id: office
  label: internal
  protocol: radius
  radius: {kind: KIND, clients: [10.0.0.0/24]}
"""
OFFICE = RadiusService("wifi", ("10.0.0.0/24",), vlan="10")
APP = App("office", "Office", "", Upstream(""), radius=OFFICE)


@pytest.mark.parametrize(("kind", "action"), [("vpn", "connect"), ("wifi", "connect"), ("gear", "administer")])
def test_each_kind_is_an_app_with_one_action(kind: str, action: str) -> None:
    (app,), problems = read_apps(Tree(read_yaml(WRITTEN.replace("KIND", kind))), SETTINGS, None)
    assert problems == []
    assert (app.radius, actions_of(app)) == (RadiusService(kind, ("10.0.0.0/24",)), (action,))


def test_what_means_nothing_is_refused() -> None:
    wifi = RadiusSection(kind="wifi", clients=["10.0.0.1", "office", "10.0.0.1/24"], vlan="4095", privilege=15)
    assert [path for path, _, _ in complaints(wifi)] == [("clients", 1), ("clients", 2), ("vlan",), ("privilege",)]
    zone = RadiusSection(kind="wifi", clients=["fe80::1%x\n}\n$INCLUDE /tmp/evil"])  # any text, in FreeRADIUS's files
    assert [path for path, _, _ in complaints(zone)] == [("clients", 0)]
    gear = RadiusSection(kind="gear", clients=["10.0.0.1"], vlan="10", privilege=15, same_address=False)
    assert [path for path, _, _ in complaints(gear)] == [("vlan",), ("same_address",)]
    assert service_of(gear).privilege == 15


def test_an_openvpn_server_lets_in_devices_or_people_and_has_no_vlan() -> None:
    gear = RadiusSection(kind="gear", clients=["10.0.0.1"], openvpn=True)
    wifi = RadiusSection(kind="wifi", clients=["10.0.0.1"], vlan="10", openvpn=True)
    assert [[path for path, _, _ in complaints(one)] for one in (gear, wifi)] == [[("openvpn",)], [("vlan",)]]
    assert service_of(RadiusSection(kind="vpn", clients=["10.0.0.1"], openvpn=True)).openvpn


def test_the_plan_says_each_thing_that_opens() -> None:
    assert len(list(radius_openings(APP, None, OFFICE))) == 1
    assert len(list(radius_openings(APP, OFFICE, RadiusService("wifi", ("10.0.0.0/24", "10.0.1.1"), vlan="")))) == 2
    assert len(list(radius_openings(APP, RadiusService("gear", ("10.0.0.1",)), RadiusService("gear", (), "", 15)))) == 1
    assert list(radius_openings(APP, OFFICE, OFFICE)) == []


def test_that_addresses_are_not_compared_any_more_opens_something() -> None:
    old, new = (RadiusService("vpn", ("10.0.0.1",), same_address=one) for one in (True, False))
    assert (len(list(radius_openings(APP, old, new))), list(radius_openings(APP, new, old))) == (1, [])
