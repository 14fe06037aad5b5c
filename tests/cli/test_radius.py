"""`limen radius`: secrets, and the configuration that FreeRADIUS itself reads."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from shutil import which

import pytest
from cryptography import x509
from tests.cli.test_main import leave
from tests.company.small_folder import small_folder

from limen.cli import radius
from limen.clock import SystemClock
from limen.private_authority import new_authority

APPS = """
- id: office-wifi
  label: internal
  protocol: radius
  radius:
    kind: wifi
    clients: [10.0.0.1, 10.0.1.0/24]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = small_folder(tmp_path / "harbor")
    apps = folder / "apps.yaml"
    apps.write_text(apps.read_text() + APPS)
    assert leave("apply", str(folder), "-m", "Wi-Fi") == 0
    return folder


def test_a_secret_is_shown_once_and_goes_into_the_configuration(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written = tmp_path / "freeradius"
    assert leave("radius", "config", str(folder), "--to", str(written)) != 0  # there are no secrets yet
    shown = []
    for client in ("10.0.0.1", "10.0.1.0/24"):
        capsys.readouterr()
        assert leave("radius", "secret", client, str(folder)) == 0
        shown.append(capsys.readouterr().out.split()[-1])
    assert leave("radius", "config", str(folder), "--to", str(written), "--port", "18120") == 0
    said = capsys.readouterr().out
    clients = (written / "clients.conf").read_text()
    assert [secret in clients for secret in shown] == [True, True]
    assert not any(secret in said for secret in shown)
    if which("freeradius"):
        checked = subprocess.run(["freeradius", "-C", "-l", "stdout", "-d", written], capture_output=True, check=False)
        assert checked.returncode == 0, checked.stdout.decode()[-2_000:]


@pytest.mark.parametrize("client", ["10.0.0.2", "x", "10.0.1.7", "0.0.0.0/0"])
def test_a_client_that_no_app_has_gets_no_secret(folder: Path, client: str) -> None:
    assert leave("radius", "secret", client, str(folder)) != 0


def test_two_apps_that_nothing_tells_apart_are_refused(folder: Path, tmp_path: Path) -> None:
    apps = folder / "apps.yaml"
    apps.write_text(apps.read_text() + APPS.replace("office-wifi", "guest-wifi"))
    assert leave("apply", str(folder), "-m", "More Wi-Fi") == 0
    for client in ("10.0.0.1", "10.0.1.0/24"):
        assert leave("radius", "secret", client, str(folder)) == 0
    assert leave("radius", "config", str(folder), "--to", str(tmp_path / "freeradius")) != 0
    assert not (tmp_path / "freeradius").exists()


def test_the_servers_certificate_proves_a_server_by_its_name() -> None:
    now = SystemClock().now()
    certificate, key = radius.certified(new_authority("Harbor", now).authority, "radius.limen.harbor.example", now)
    read = x509.load_pem_x509_certificate(certificate.encode())
    names = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["radius.limen.harbor.example"]
    usage = read.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [x509.oid.ExtendedKeyUsageOID.SERVER_AUTH]
    assert "PRIVATE KEY" in key


OPENVPN = """
- id: laptop-vpn
  label: internal
  protocol: radius
  radius:
    kind: wifi
    openvpn: true
    clients: [10.0.0.5]
"""


def test_an_openvpn_server_is_written_with_one_secret_that_freeradius_does_not_get(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    apps, written = folder / "apps.yaml", tmp_path / "openvpn"
    apps.write_text(apps.read_text() + OPENVPN)
    assert leave("apply", str(folder), "-m", "OpenVPN") == 0
    for wrong in (("10.0.0.1",), ("10.0.0.5", "--people"), ("10.0.0.5", "--network", "here"), ()):
        assert leave("radius", "openvpn", *wrong, str(folder), "--to", str(written)) != 0
    assert not written.exists()
    capsys.readouterr()
    secrets = []
    for _ in range(2):  # a second time it is the same
        assert leave("radius", "openvpn", "10.0.0.5", str(folder), "--to", str(written), "--port", "443") == 0
        secrets.append(json.loads((written / "devices.json").read_text())["secret"])
    assert secrets[0] == secrets[1]
    assert secrets[0] not in capsys.readouterr().out
    assert "port 443\n" in (written / "devices.conf").read_text()
    for client in ("10.0.0.1", "10.0.1.0/24"):
        assert leave("radius", "secret", client, str(folder)) == 0
    assert leave("radius", "config", str(folder), "--to", str(tmp_path / "freeradius")) == 0
    assert secrets[0] not in (tmp_path / "freeradius" / "clients.conf").read_text()
