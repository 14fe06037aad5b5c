"""The whole configuration of an OpenVPN server (2.6) that follows Limen, its program, and what a laptop needs.

OpenVPN asks who may come in over its management interface, and lets nobody in without an answer. There is no
`management-signal`: where the program ends, who is in stays until the end that OpenVPN itself was told.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from pathlib import Path
from typing import Final

from limen.errors import LimenError
from limen.following.one_file import one_file

PROGRAM: Final = "limen.enforcement.radius.limen_openvpn.main"
"""Where the program begins that runs beside OpenVPN."""
ROUTES: Final = "routes.conf"
"""What is the company's own: written once, and left alone from then on."""
_FORBIDDEN: Final = frozenset("\"'\\\n\r#; ")

_SERVER: Final = """# Written by `limen radius openvpn`. Changes made here are lost; your own settings are in {routes}.
port {port}
proto {protocol}
dev tun
topology subnet
server {address} {mask}
keepalive 10 60
ca {folder}/devices.pem
cert {folder}/server.pem
key {folder}/server.key
dh none
tls-version-min 1.2
{proves}
management {management} unix
management-client-user {user}
management-client-auth
config {folder}/{routes}
verb 3
"""
_DEVICES: Final = """# Each device proves itself by its certificate; a name and a password count for nothing.
verify-client-cert require
remote-cert-tls client
auth-user-pass-optional"""
_PEOPLE: Final = """# People confirm in the portal: two digits of their choice as the password, or nothing that counts.
verify-client-cert none
username-as-common-name"""
_OWN: Final = """# Your own settings of this server: what of your network people reach, and how. For example:
# push "route 10.0.20.0 255.255.255.0"
# push "dhcp-option DNS 10.0.20.53"
"""
_LAPTOP: Final = """# Written by `limen radius openvpn`.
client
dev tun
proto {protocol}
remote {remote} {port}
nobind
remote-cert-tls server
verify-x509-name {name} name
tls-version-min 1.2
{proves}
verb 3
<ca>
{authority}</ca>
"""
_OF_DEVICE: Final = """# The file is another each day, so nothing of it is kept (no persist-key).
pkcs12 /etc/limen/device.p12
auth-retry nointeract"""
_OF_PERSON: Final = """auth-user-pass
auth-retry interact
auth-nocache"""
_UNIT: Final = """[Unit]
Description=Let OpenVPN (%i) follow Limen
StartLimitIntervalSec=0
After=network.target

[Service]
ExecStart={folder}/limen-openvpn %d/told
LoadCredential=told:{folder}/%i.json
User={user}
Restart=always
RestartSec=1
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes

[Install]
WantedBy=multi-user.target
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenVpnServer:
    """What an OpenVPN server is told. `folder` is where it reads this, `client` how Limen knows it (its network).

    `asks` is `device` or `person`; `name` the certificate's, `remote` where laptops find the server. `trusts` is the
    file with the authority of Limen's own certificate ("": that of the system). Certificates and the key are PEM.
    """

    folder: Path
    url: str
    client: str
    secret: str = field(repr=False)
    asks: str
    name: str
    certificate: str
    key: str = field(repr=False)
    devices: str
    remote: str
    network: IPv4Network
    port: int = 1194
    protocol: str = "udp"
    user: str = "limen-openvpn"
    run: Path = Path("/run/limen-openvpn")
    trusts: str = ""

    @property
    def server(self) -> str:
        """What its files are called."""
        return "devices" if self.asks == "device" else "people"


def files(said: OpenVpnServer) -> dict[str, str]:
    """Each file's text by its name. Raises LimenError for a value that would mean something else in it."""
    folder, run = str(said.folder), str(said.run)
    for value in (folder, run, said.url, said.remote, said.name, said.protocol, said.user):
        if _FORBIDDEN & set(value) or not value.isprintable():
            raise LimenError(f"{value[:40]!r} can't be written for OpenVPN", "use letters, digits, '-', '_' and '/'")
    is_device, management = said.asks == "device", f"{run}/{said.server}"
    told = {
        "url": said.url,
        "client": said.client,
        "secret": said.secret,
        "server": said.server,
        "asks": said.asks,
        "management": management,
        "authority": said.trusts,
    }
    server = _SERVER.format(
        routes=ROUTES,
        port=said.port,
        protocol=said.protocol,
        address=said.network.network_address,
        mask=said.network.netmask,
        folder=folder,
        proves=_DEVICES if is_device else _PEOPLE,
        management=management,
        user=said.user,
    )
    laptop = _LAPTOP.format(
        protocol=said.protocol,
        remote=said.remote,
        port=said.port,
        name=said.name,
        proves=_OF_DEVICE if is_device else _OF_PERSON,
        authority=said.devices,
    )
    return {
        f"{said.server}.conf": server,
        f"{said.server}.json": json.dumps(told, indent=2) + "\n",
        f"{said.server}.ovpn": laptop,
        "server.pem": said.certificate,
        "server.key": said.key,
        "devices.pem": said.devices,
        "limen-openvpn": one_file(PROGRAM),
        "limen-openvpn@.service": _UNIT.format(folder=folder, user=said.user),
    }


def write(said: OpenVpnServer) -> None:
    """Write them so that nobody but their owner reads what is secret, and everybody can run the program."""
    texts = files(said)
    said.folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    for name, text in texts.items():
        path = said.folder / name
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        path.write_text(text)
    (said.folder / "limen-openvpn").chmod(0o755)
    own = said.folder / ROUTES
    if not own.exists():
        own.write_text(_OWN)
