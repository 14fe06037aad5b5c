from __future__ import annotations

import os
import subprocess
from dataclasses import replace

import pytest
from tests.interop.fronts import program

from limen.enforcement.headers import STRIPPED, STRIPPED_PREFIXES, known_stripped
from limen.facts import App, Upstream
from limen.front.config.guarded import FrontConfigError, Guarded
from limen.front.config.render import TEMPLATES, front_config

WIKI = App("wiki", "Wiki", "wiki.harbor.example", Upstream("http://127.0.0.1:9000"), streams=("/events/**", "/a/*/$x"))
APPS = (
    WIKI,
    replace(WIKI, id="git", host="git.a.harbor.example", upstream=Upstream("http://[::1]:3000"), streams=()),
    replace(WIKI, id="tls", host="tls.harbor.example", upstream=Upstream("https://10.0.0.5")),
)


def of(**changed) -> Guarded:
    plain = Guarded(
        "harbor.example", "limen.harbor.example", "127.0.0.1:8000", "127.0.0.1:8080", "127.0.0.1:8081", APPS
    )
    return replace(plain, **changed)


def test_every_name_that_the_gateway_strips_is_in_every_config() -> None:
    nginx = front_config("nginx", of()).lower()
    assert [name for name in known_stripped() if f"proxy_set_header {name.decode()} " not in nginx] == []
    caddy, envoy = front_config("caddy", of()).lower(), front_config("envoy", of())
    for name in STRIPPED:
        assert f"request_header -{name.decode()}\n" in caddy
        assert f"- remove: {name.decode()}\n" in envoy
    for prefix in STRIPPED_PREFIXES:
        assert f"request_header -{prefix.decode()}*\n" in caddy
        assert f"prefix: {prefix.decode()}, ignore_case: true" in envoy


@pytest.mark.parametrize("kind", TEMPLATES)
def test_an_app_that_only_limen_can_reach_is_left_to_it(kind) -> None:
    made = front_config(kind, of())
    assert "10.0.0.5" not in made
    assert "127.0.0.1:9000" in made or "9000" in made


@pytest.mark.parametrize("kind", TEMPLATES)
@pytest.mark.parametrize(
    "changed",
    [{}, {"check": "unix:/run/limen/check.sock"}, {"apps": ()}, {"certificate": "c.pem", "key": "c.key"}],
    ids=["plain", "unix socket", "no apps", "tls"],
)
def test_the_front_itself_finds_nothing_wrong_with_it(kind, changed, tmp_path) -> None:
    binary = program(kind)
    made = of(**changed)
    if made.certificate:
        _certificate(tmp_path)
        made = replace(made, certificate=str(tmp_path / "c.pem"), key=str(tmp_path / "c.key"))
    file = tmp_path / TEMPLATES[kind]
    file.write_text(front_config(kind, made))
    command = {
        "nginx": [binary, "-t", "-p", str(tmp_path), "-c", str(file)],
        "caddy": [binary, "validate", "--adapter", "caddyfile", "--config", str(file)],
        "envoy": [binary, "--mode", "validate", "-c", str(file), "-l", "error"],
    }[kind]
    home = {**os.environ, "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=home)
    assert done.returncode == 0, done.stderr[-2_000:]
    assert "warn" not in done.stderr.lower() or kind == "caddy", done.stderr[-2_000:]


def _certificate(folder) -> None:
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "harbor.example")])
    begins = datetime(2026, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    lasting = made.not_valid_before(begins).not_valid_after(begins + timedelta(days=3650))
    signed = lasting.sign(key, hashes.SHA256())
    (folder / "c.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    (folder / "c.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )


def test_every_way_to_limen_says_which_certificate_there_was_or_that_there_was_none() -> None:
    """Limen believes this front: a location that forgets the field would pass on what a client wrote into it."""
    asking = of(
        certificate="c.pem", key="c.key", certificate_domain="a.harbor.example", authority="devices.pem", apps=APPS
    )
    server = ""
    for location in front_config("nginx", asking).split("location ")[1:]:
        if "proxy_pass http://limen" in location:
            said = [line for line in location.splitlines() if "X-Limen-Certificate" in line]
            assert len(said) == 1, location
            server += "y" if "$limen_certificate" in said[0] else "n"
    assert server == "nnn" + "yyy" + "n"  # the apps' hosts, those that ask, the sign-in host
    caddy = front_config("caddy", asking)
    assert caddy.count("import asks_for_none") == 2
    assert caddy.count("import asks_for_a_certificate") == 2  # Git's host, and the domain itself
    assert "X-Limen-Certificate" not in front_config("nginx", of()).replace('X-Limen-Certificate "";', "")


@pytest.mark.parametrize("path", ["/etc/x y.pem", "/etc/x;.pem", "$x"])
def test_no_path_of_an_authority_breaks_out_of_its_place(path: str) -> None:
    with pytest.raises(FrontConfigError):
        of(authority=path)
