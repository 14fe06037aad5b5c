"""`limen serve --https` as somebody starts it, on a loopback address of its own, and an ACME authority beside it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.interop.fronts import program
from tests.ports import free_port

from limen.demo.harbor import copy_to

SECONDS = 25
DOMAIN = "harbor.example"
SIGN_IN = f"limen.{DOMAIN}"
NAMES = ("limen", "wiki", "crm", "git", "handbook", "payroll", "warehouse")


def set_up(folder: Path, section: str, *, port: int, help_: str = "IT, extension 42") -> None:
    """Harbor with https: `section` goes under [https]."""
    copy_to(folder, prefer_usual_ports=False)
    for path in folder.rglob("*"):
        if path.is_file():
            told = path.read_text().replace("harbor.localhost", DOMAIN)
            path.write_text(re.sub(rf"http://(expenses|accounting)\.{DOMAIN}", rf"https://\1.{DOMAIN}", told))
    settings = folder / "limen.toml"
    text = settings.read_text()
    shown = "" if port == 443 else f":{port}"
    text = re.sub(r"^url = .*$", f'url = "https://{SIGN_IN}{shown}"', text, flags=re.MULTILINE)
    settings.write_text(f'{text}\n[https]\n{section}\nport = {port}\n\n[help]\ncontact = "{help_}"\n')


@dataclass
class Running:
    """A `limen serve` that answers over https."""

    process: subprocess.Popen[str]
    said: str
    log: Path


@contextlib.contextmanager
def serving(folder: Path, *words: str) -> Iterator[Running]:
    """Start it, wait for its first link, and end it by its own id."""
    log = folder.parent / f"{folder.name}.log"
    with log.open("w") as errors:
        command = [sys.executable, "-m", "limen.cli.main", "serve", str(folder), *(words or ("--https",))]
        environment = {**os.environ, "SECRET_OF_LIMEN": "hush"}
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment)
    said = ""
    try:
        assert process.stdout is not None
        for line in process.stdout:
            said += line
            if re.search(r"is running for Harbor", line):
                break
        else:
            raise AssertionError(said + log.read_text())
        yield Running(process, said, log)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=SECONDS)


def until(holds, seconds: float = SECONDS):
    """What `holds()` returns once it is true."""
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end, "it did not come to be"
        time.sleep(0.05)
    return found


def trusting(root: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(root))


def ask(
    address: str, port: int, request: bytes, *, context: ssl.SSLContext | None = None, name: str = SIGN_IN
) -> bytes:
    """One request over a connection of its own; plain http without a context."""
    with socket.create_connection((address, port), timeout=60) as line:
        connection = context.wrap_socket(line, server_hostname=name) if context else line
        with connection:
            connection.sendall(request)
            answer = b""
            with contextlib.suppress(TimeoutError, ConnectionResetError, ssl.SSLEOFError):
                while chunk := connection.recv(65_536):
                    answer += chunk
            return answer


def get(path: str = "/", host: str = SIGN_IN, fields: str = "") -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{fields}Connection: close\r\n\r\n".encode()


def own_address() -> str:
    """A loopback address nobody else uses, where the ports that need no number in an address are free."""
    number = os.getpid()
    address = f"127.{60 + number % 60}.{(number >> 8) % 250 + 1}.{number % 250 + 1}"
    for port in (80, 443):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # after whoever had it before
            try:
                probe.bind((address, port))
            except OSError as error:
                told = f"port {port} of {address} can't be had ({error.strerror}): WHAT NEEDS IT WAS NOT TESTED"
                if os.environ.get("LIMEN_REQUIRE_ALL") == "1":
                    pytest.fail(told)
                pytest.skip(told)
    return address


@dataclass
class Authority:
    """A second Caddy, which gives certificates to whoever proves to hold a name."""

    url: str
    root: Path
    process: subprocess.Popen[bytes]


@contextlib.contextmanager
def authority(folder: Path, address: str) -> Iterator[Authority]:
    """An ACME authority that looks every name up to be at `address`."""
    binary, port, folder = program("caddy"), free_port(), folder.resolve()
    folder.mkdir()
    names = " ".join(f"{name}.{DOMAIN}" for name in NAMES)
    (folder / "hosts").write_text(f"127.0.0.1 localhost\n{address} {names}\n")
    server = {
        "listen": [f"127.0.0.1:{port}"],
        "routes": [{"match": [{"host": ["127.0.0.1"]}], "handle": [{"handler": "acme_server", "ca": "local"}]}],
        "tls_connection_policies": [{"default_sni": "127.0.0.1"}],
        "automatic_https": {"disable_redirects": True},
    }
    config = {
        "admin": {"disabled": True},
        "storage": {"module": "file_system", "root": str(folder / "store")},
        "apps": {
            "http": {"https_port": port, "http_port": free_port(), "servers": {"acme": server}},
            "tls": {"automation": {"policies": [{"issuers": [{"module": "internal"}]}]}},
            "pki": {"certificate_authorities": {"local": {"install_trust": False}}},
        },
    }
    (folder / "caddy.json").write_text(json.dumps(config))
    # It finds names in its own /etc/hosts, which no other process sees.
    own_hosts = 'mount --bind "$1" /etc/hosts && exec "$2" run --config "$3"'
    command = [
        "unshare",
        "--mount",
        "sh",
        "-c",
        own_hosts,
        "-",
        *map(str, (folder / "hosts", binary, folder / "caddy.json")),
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, "HOME": str(folder)})
    root = folder / "store/pki/authorities/local/root.crt"
    try:
        until(lambda: root.exists() and (folder / "store/certificates").exists())
        yield Authority(f"https://127.0.0.1:{port}/acme/local/directory", root, process)
    finally:
        process.terminate()
        process.wait(SECONDS)
