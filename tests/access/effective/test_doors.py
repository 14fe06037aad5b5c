from __future__ import annotations

from dataclasses import replace

import pytest
from tests.policy.scene import app

from limen.access.effective.doors import TITLES, Door, door_of
from limen.facts import LIMEN, SEALED_FILES, App
from limen.facts.brokered_account import BrokeredAccount
from limen.facts.directory_group import DirectoryGroup
from limen.facts.network_service import NetworkService
from limen.facts.oidc_client import OidcClient
from limen.facts.radius_service import RadiusService
from limen.facts.ssh_hosts import SshHosts

WIKI = app()


@pytest.mark.parametrize(
    ("one", "door"),
    [
        (WIKI, Door.WEB),
        (replace(WIKI, id=LIMEN), Door.CONSOLE),
        (replace(WIKI, id=SEALED_FILES), Door.SEALED_FILES),
        (replace(WIKI, oidc=OidcClient(redirect_uris=())), Door.SIGN_ON),
        (replace(WIKI, ssh=SshHosts(("web1",))), Door.SSH),
        (replace(WIKI, radius=RadiusService("vpn", ())), Door.VPN),
        (replace(WIKI, radius=RadiusService("wifi", ())), Door.WIFI),
        (replace(WIKI, radius=RadiusService("gear", ())), Door.GEAR),
        (replace(WIKI, network=NetworkService(("db",), ("ssh",))), Door.NETWORK),
        (replace(WIKI, group=DirectoryGroup("ad", "admins")), Door.DIRECTORY_GROUP),
        (replace(WIKI, account=BrokeredAccount("company", "one licence")), Door.SHARED_ACCOUNT),
    ],
)
def test_each_kind_of_app_has_its_door(one: App, door: Door) -> None:
    assert door_of(one) is door


def test_every_door_has_a_title() -> None:
    assert set(TITLES) == set(Door)
