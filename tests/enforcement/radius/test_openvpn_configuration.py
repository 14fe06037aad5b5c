"""The configuration of an OpenVPN server, as text; OpenVPN itself reads it in tests/interop/test_openvpn.py."""

from __future__ import annotations

import json
import stat
import subprocess
from ipaddress import IPv4Network
from pathlib import Path
from shutil import which

import pytest

from limen.enforcement.radius.limen_openvpn.told import Told
from limen.enforcement.radius.openvpn_configuration import ROUTES, OpenVpnServer, files, write
from limen.errors import LimenError

SAID = OpenVpnServer(
    folder=Path("/etc/openvpn/limen"),
    url="https://limen.harbor.example",
    client="10.0.0.5/32",
    secret="s" * 40,
    asks="device",
    name="openvpn.limen.harbor.example",
    certificate="C",
    key="K",
    devices="D\n",
    remote="vpn.harbor.example",
    network=IPv4Network("10.8.0.0/24"),
)


def other(**changed: object) -> OpenVpnServer:
    return OpenVpnServer(**({name: getattr(SAID, name) for name in OpenVpnServer.__slots__} | changed))


def test_devices_prove_themselves_and_the_program_decides() -> None:
    lines = files(SAID)["devices.conf"].splitlines()
    wanted = {"verify-client-cert require", "remote-cert-tls client", "management-client-auth"}
    assert wanted <= set(lines)
    assert "management-client-user limen-openvpn" in lines
    assert not [line for line in lines if line.startswith(("duplicate-cn", "management-signal", "script-security"))]
    said = files(SAID)
    assert "s" * 40 not in said["devices.conf"] + said["devices.ovpn"] + said["limen-openvpn@.service"]


def test_people_are_told_apart_by_their_names() -> None:
    said = files(other(asks="person"))
    assert {"people.conf", "people.json", "people.ovpn"} <= set(said)
    assert {"verify-client-cert none", "username-as-common-name"} <= set(said["people.conf"].splitlines())


@pytest.mark.parametrize("wrong", ["a b", "a\nb", "a;b", "a#b", 'a"', "a\\"])
def test_what_would_mean_something_else_there_is_refused(wrong: str) -> None:
    for changed in ({"url": wrong}, {"remote": wrong}, {"name": wrong}, {"user": wrong}, {"folder": Path(wrong)}):
        with pytest.raises(LimenError):
            files(other(**changed))


def test_what_is_secret_is_read_by_its_owner_and_the_companys_own_is_kept(tmp_path: Path) -> None:
    said = other(folder=tmp_path / "own")
    write(said)
    (tmp_path / "own" / ROUTES).write_text("mine")
    write(said)
    assert (tmp_path / "own" / ROUTES).read_text() == "mine"
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "own").iterdir()}
    assert {modes["devices.json"], modes["server.key"]} == {0o600}
    assert modes["limen-openvpn"] == 0o755
    assert Told(**json.loads((tmp_path / "own" / "devices.json").read_text())).secret == "s" * 40


@pytest.mark.skipif(which("systemd-analyze") is None, reason="systemd-analyze is missing (apt: systemd)")
def test_systemd_knows_every_word_of_the_unit(tmp_path: Path) -> None:
    said = other(folder=tmp_path, user="root")
    write(said)
    unit = tmp_path / "limen-openvpn@devices.service"
    unit.write_text((tmp_path / "limen-openvpn@.service").read_text())
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert "limen-openvpn" not in done.stderr, done.stderr


def test_the_page_shows_the_server_that_is_written() -> None:
    page = Path("docs/how-to/vpn-and-wifi.md").read_text()
    written = [line for line in files(SAID)["devices.conf"].splitlines() if not line.startswith("#")]
    assert "```\n" + "\n".join(written) + "\n```" in page
