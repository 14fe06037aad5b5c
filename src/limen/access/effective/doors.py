"""By which door people come to an app: what decides is the same for all, what stands in front of it differs."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from limen.facts import LIMEN, SEALED_FILES, App


class Door(StrEnum):
    """What asks Limen. The words are those of `--json`; `TITLES` says them to people."""

    CONSOLE = "console"
    WEB = "web"
    SHARED_ACCOUNT = "shared_account"
    SIGN_ON = "sign_on"
    SSH = "ssh"
    VPN = "vpn"
    WIFI = "wifi"
    GEAR = "gear"
    NETWORK = "network"
    DIRECTORY_GROUP = "directory_group"
    SEALED_FILES = "sealed_files"


TITLES: Final = {
    Door.CONSOLE: "Roles in Limen",
    Door.WEB: "Web apps",
    Door.SHARED_ACCOUNT: "Shared accounts at vendors",
    Door.SIGN_ON: "Apps that ask for the sign-in",
    Door.SSH: "Hosts by SSH",
    Door.VPN: "VPN",
    Door.WIFI: "Wi-Fi",
    Door.GEAR: "Network gear",
    Door.NETWORK: "Networks, through the firewall",
    Door.DIRECTORY_GROUP: "Groups of directories",
    Door.SEALED_FILES: "Sealed files",
}
_BY_RADIUS: Final = {"vpn": Door.VPN, "wifi": Door.WIFI, "gear": Door.GEAR}


def door_of(app: App) -> Door:
    """Which one it is."""
    if app.id == LIMEN:
        return Door.CONSOLE
    if app.id == SEALED_FILES:
        return Door.SEALED_FILES
    if app.oidc or app.saml or app.entra:
        return Door.SIGN_ON
    if app.ssh:
        return Door.SSH
    if app.radius:
        return _BY_RADIUS[app.radius.kind]
    if app.network:
        return Door.NETWORK
    if app.group:
        return Door.DIRECTORY_GROUP
    return Door.SHARED_ACCOUNT if app.account else Door.WEB
