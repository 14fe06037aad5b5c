"""A real HAProxy with the config of docs/how-to."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from tests.nodes.fleet import until
from tests.ports import free_port
from tests.real_parts import need

from limen.clock import DAY, SystemClock
from limen.private_authority import Proves, issued, new_authority, new_key

CONFIG = Path(__file__).parents[2] / "docs" / "how-to" / "haproxy.cfg"


@contextmanager
def haproxy(folder: Path, host: str, one: int, other: int) -> Iterator[int]:
    """The config as it stands in the documentation, with the addresses of here: `one` and `other` are the nodes' ports.

    Gives the port of https.
    """
    binary = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")
    need(binary, "haproxy is not installed")
    assert binary is not None
    port, text = free_port(), CONFIG.read_text()
    certificate = folder / "harbor.pem"
    now, (key, key_pem) = SystemClock().now(), new_key()
    authority = new_authority("Harbor", now).authority
    shown = [x509.DNSName(host), x509.IPAddress(ip_address("127.0.0.1"))]
    certificate.write_text(
        issued(authority, key.public_key(), host, now, DAY, Proves.SERVER, shown).certificate + key_pem
    )
    for there, here in (
        (":443", f"127.0.0.1:{port}"),
        ("/etc/haproxy/harbor.pem", str(certificate)),
        ("wiki.harbor.example", host),
        ("10.0.0.1:8080", f"127.0.0.1:{one}"),
        ("10.0.0.2:8080", f"127.0.0.1:{other}"),
    ):
        assert there in text
        text = text.replace(there, here)
    (folder / "haproxy.cfg").write_text(text)
    process = subprocess.Popen([binary, "-db", "-f", str(folder / "haproxy.cfg")])
    try:
        until(lambda: _answers(port))
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 1):
            return True
    except OSError:
        return False
