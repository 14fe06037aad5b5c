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
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.interop.fronts import free_port, program

from limen.demo.harbor import copy_to

SECONDS = 25
DOMAIN = "harbor.example"
SIGN_IN = f"limen.{DOMAIN}"


def set_up(folder: Path, section: str, *, port: int, help_: str = "IT, extension 42") -> None:
    """Harbor with https: `section` goes under [https]."""
    copy_to(folder, prefer_usual_ports=False)
    for path in folder.rglob("*"):
        if path.is_file():
            path.write_text(path.read_text().replace("harbor.localhost", DOMAIN))
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
            if re.search(r"answers for Harbor", line):
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
    with socket.create_connection((address, port), timeout=5) as line:
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
    """A loopback address nobody else uses, where the ports an authority insists on are free."""
    number = os.getpid()
    address = f"127.{60 + number % 60}.{(number >> 8) % 250 + 1}.{number % 250 + 1}"
    for port in (80, 443):
        with socket.socket() as probe:
            try:
                probe.bind((address, port))
            except OSError as error:
                told = f"port {port} of {address} can't be had ({error.strerror}): ACME WAS NOT TESTED"
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
    with _names_at(address) as resolver:
        handler = {"handler": "acme_server", "ca": "local", "resolvers": [f"udp/127.0.0.1:{resolver}"]}
        server = {
            "listen": [f"127.0.0.1:{port}"],
            "routes": [{"match": [{"host": ["127.0.0.1"]}], "handle": [handler]}],
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
        with (folder / "log").open("wb") as log:
            command = [binary, "run", "--config", str(folder / "caddy.json")]
            process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, "HOME": str(folder)})
        root = folder / "store/pki/authorities/local/root.crt"
        try:
            until(lambda: root.exists() and (folder / "store/certificates").exists())
            yield Authority(f"https://127.0.0.1:{port}/acme/local/directory", root, process)
        finally:
            process.terminate()
            process.wait(SECONDS)


@contextlib.contextmanager
def _names_at(address: str) -> Iterator[int]:
    """A resolver on loopback that answers every question for an A record with `address`; its port."""
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    line.bind(("127.0.0.1", 0))

    def answer() -> None:
        with contextlib.suppress(OSError):
            while True:
                asked, peer = line.recvfrom(1_500)
                if not asked:
                    return
                end = asked.index(b"\0", 12) + 5
                is_a = asked[end - 4 : end - 2] == b"\0\1"
                record = b"\xc0\x0c\0\1\0\1\0\0\0\x05\0\4" + socket.inet_aton(address) if is_a else b""
                head = asked[:2] + b"\x81\x80\0\1" + (b"\0\1" if is_a else b"\0\0") + b"\0\0\0\0"
                line.sendto(head + asked[12:end] + record, peer)

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    try:
        yield line.getsockname()[1]
    finally:
        line.sendto(b"", line.getsockname())
        thread.join(5)
        line.close()
