"""`protocol: network` in apps.yaml: what is refused, where, and what the plan says of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.company.test_entra_section import SETTINGS

from limen.company.apps_file import read_apps
from limen.company.load import FolderError, load_company
from limen.company.network_section import NetworkSection, complaints, network_openings, service_of
from limen.company.revision import _app
from limen.company.yaml_text import read_yaml
from limen.configuration.tree import Tree
from limen.demo.harbor import copy_to
from limen.facts import App, Upstream
from limen.facts.network_service import NetworkService
from limen.policy.access import actions_of

WRITTEN = """
- id: erp-desktop
  label: confidential
  protocol: network
  network: {to: [erp], services: [rdp], minutes: 30}
"""
DOOR = NetworkService(("erp",), ("rdp",), 30)
APP = App("erp-desktop", "ERP", "", Upstream(""), network=DOOR)
NETWORK = """
zones:
  office: {kind: workstation, prefixes: [10.10.0.0/24]}
  finance: {kind: finance, prefixes: [10.21.0.0/24]}
hosts:
  erp: {zone: finance, addresses: [10.21.0.4]}
"""


def test_a_good_one_becomes_an_app_without_a_page() -> None:
    (app,), problems = read_apps(Tree(read_yaml(WRITTEN)), SETTINGS, None)
    assert problems == []
    assert (app.network, app.place, actions_of(app)) == (DOOR, "", ("connect",))
    assert _app(app)["network"]["to"] == ("erp",)


def test_a_door_leads_to_what_is_named_and_once() -> None:
    section = NetworkSection(to=["erp", "inside", "erp"], services=["any", "rdp"])
    assert [path for path, _, _ in complaints(section)] == [("to", 1), ("to", 2), ("services", 0)]
    assert service_of(NetworkSection(to=["erp"], services=["rdp"])) == NetworkService(("erp",), ("rdp",), 60)


def test_the_plan_says_each_thing_that_opens() -> None:
    assert len(list(network_openings(APP, None, DOOR))) == 1
    wider = NetworkService(("erp", "files"), ("rdp", "smb"), 60)
    assert len(list(network_openings(APP, DOOR, wider))) == 3
    assert list(network_openings(APP, wider, DOOR)) == []
    assert list(network_openings(APP, DOOR, replace(DOOR, minutes=10))) == []


def test_names_are_those_of_network_yaml(tmp_path: Path) -> None:
    copy_to(tmp_path, prefer_usual_ports=False)
    apps = tmp_path / "apps.yaml"
    (tmp_path / "network.yaml").write_text(NETWORK, "utf-8")
    apps.write_text(
        apps.read_text("utf-8") + WRITTEN.replace("[erp]", "[erq, office]").replace("[rdp]", "[rpd]"), "utf-8"
    )
    with pytest.raises(FolderError) as wrong:
        load_company(tmp_path)
    lines = len(apps.read_text("utf-8").splitlines())
    assert [(one.file, one.line) for one in wrong.value.problems] == [("apps.yaml", lines), ("apps.yaml", lines)]
    apps.write_text(apps.read_text("utf-8").replace("erq", "erp").replace("rpd", "rdp"), "utf-8")
    assert load_company(tmp_path).all_apps["erp-desktop"].network == NetworkService(("erp", "office"), ("rdp",), 30)
    (tmp_path / "network.yaml").unlink()
    with pytest.raises(FolderError):
        load_company(tmp_path)
