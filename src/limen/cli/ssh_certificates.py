"""What `limen ssh` keeps on somebody's computer: a key and its certificate for each host, for minutes.

The certificate comes by way of the browser, to a port of loopback where this program waits. It is no secret; the key is
made here, new for each certificate, and is given to nobody.
"""

from __future__ import annotations

import base64
import json
import os
import re
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import parse_qs, urlencode, urlsplit

from limen.errors import LimenError
from limen.following.wire import fingerprint, line_of, read_key

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import SSHCertificate

WAITS_SECONDS: Final = 300.0
LEFT_SECONDS: Final = 15
"""A certificate that is over sooner is not used any more: logging in takes a while."""
HOST: Final = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
_DONE: Final = (  # with an icon of its own: nobody is there any more who could be asked for one
    b'<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>limen ssh</title>'
    b'<link rel="icon" href="data:,"><p>You can close this page and go back to the terminal.'
)
_LONGEST: Final = 20_000
_CERTIFICATE: Final = "ssh-ed25519-cert-v01@openssh.com"


def where_limen_is(url: str = "") -> str:
    """The address of Limen: as given, which is kept, or as kept. Raises LimenError."""
    kept = _folder("XDG_CONFIG_HOME", ".config") / "ssh.json"
    if not url:
        with suppress(OSError, ValueError, KeyError):
            return str(json.loads(kept.read_text())["limen"])
        raise LimenError("where Limen is, is not known here yet", "name it once: --limen https://limen.harbor.example")
    place = urlsplit(url)
    if place.scheme != "https" and not (place.scheme == "http" and (place.hostname or "").endswith(".localhost")):
        raise LimenError("Limen is at an address with https", "write it as https://limen.harbor.example")
    _write(kept, json.dumps({"limen": f"{place.scheme}://{place.netloc}"}).encode())
    return f"{place.scheme}://{place.netloc}"


def ssh_options(folder: Path, host: str) -> list[str]:
    """What ssh is told: this key and certificate alone, and the host's own key, as Limen knows it now."""
    options = {
        "IdentityFile": folder / "id",
        "CertificateFile": folder / "id-cert.pub",
        "IdentitiesOnly": "yes",
        "IdentityAgent": "none",
        "UserKnownHostsFile": folder / "known_hosts",
        "GlobalKnownHostsFile": "none",
        "HostKeyAlias": host,
        "HostKeyAlgorithms": "ssh-ed25519",
        "StrictHostKeyChecking": "yes",
    }
    return [word for name, value in options.items() for word in ("-o", f"{name}={value}")]


@dataclass(frozen=True, slots=True)
class OnThisComputer:
    """What is kept for one host. `account` is "" where the usual one is meant and none is known yet."""

    folder: Path
    host: str
    account: str = ""
    is_elevated: bool = False

    @staticmethod
    def folder_of(host: str) -> Path:
        return _folder("XDG_STATE_HOME", ".local/state") / "ssh" / host

    @classmethod
    def of(cls, host: str, account: str, *, is_elevated: bool) -> OnThisComputer:
        """What is kept of this host. Raises LimenError for what is no host's name."""
        if not HOST.fullmatch(host):
            raise LimenError(f"{host[:100]!r} is not a host's name", "write it in lowercase, without an account")
        folder, kept = cls.folder_of(host), account
        with suppress(OSError, ValueError, KeyError):
            kept = account or str(json.loads((folder / "about.json").read_text())["account"])
        return cls(folder, host, kept, is_elevated)

    def is_good(self) -> bool:
        """Whether the certificate at hand lasts for the next moments, and is for what is wanted."""
        try:
            about = json.loads((self.folder / "about.json").read_text())
            left = _read((self.folder / "id-cert.pub").read_text()).valid_before - time.time()
        except (OSError, ValueError):
            return False
        return bool(
            left > LEFT_SECONDS and about["account"] == self.account and about["is_elevated"] >= self.is_elevated
        )

    def renewed(self, limen: str, show: Callable[[str, str], object]) -> OnThisComputer:
        """A new key and certificate. `show` is given the address to open, and the code that the page shows.

        Raises LimenError where nobody confirms in time, or something else than was asked for comes back.
        """
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        key, state = Ed25519PrivateKey.generate(), secrets.token_urlsafe(24)
        public = line_of(key.public_key()).split()[1]
        with _Waiting(state) as waiting:
            fields = {
                "host": self.host,
                "account": self.account,
                "sudo": "1" if self.is_elevated else "",
                "key": public,
                "port": str(waiting.server_port),
                "state": state,
            }
            show(f"{limen}/ssh/ask?{urlencode(fields)}", fingerprint(key.public_key())[7:15])
            told = waiting.told(WAITS_SECONDS)
        return self._keep(key, told)

    def _keep(self, key: Ed25519PrivateKey, told: dict[str, list[str]]) -> OnThisComputer:
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

        line = f"{_CERTIFICATE} {told['certificate'][0]}"
        if told["host"][0] == "none":
            raise LimenError(f"{self.host} has not enrolled with Limen", "ask your IT to set it up")
        try:
            certificate = _read(line)
            known = line_of(read_key(f"ssh-ed25519 {told['host'][0]}"))
        except (ValueError, LimenError):
            raise _WrongError from None
        account = certificate.valid_principals[0].decode().partition("@")[0]
        if certificate.public_key() != key.public_key() or account != told["account"][0]:
            raise _WrongError
        private = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
        _write(self.folder / "id", private)
        _write(self.folder / "id-cert.pub", line.encode() + b"\n")
        _write(self.folder / "known_hosts", f"{self.host} {known}\n".encode())
        about = {"account": account, "is_elevated": self.is_elevated}
        _write(self.folder / "about.json", json.dumps(about).encode())
        return replace(self, account=account)


class _WrongError(LimenError):
    def __init__(self) -> None:
        super().__init__("what came back is not what was asked for", "run limen ssh again")


class _Waiting(HTTPServer):
    """A port of loopback, until the browser comes with the certificate."""

    def __init__(self, state: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.state = state
        self.found: dict[str, list[str]] = {}

    def told(self, seconds: float) -> dict[str, list[str]]:
        """What it brought. Raises LimenError where it did not come in time."""
        until = time.monotonic() + seconds
        while not self.found:
            self.timeout = until - time.monotonic()
            if self.timeout <= 0:
                raise LimenError("nobody confirmed in the browser", "run limen ssh again")
            self.handle_request()
        return self.found


class _Handler(BaseHTTPRequestHandler):
    """Only what knows the state is believed: any page in any browser here could call this port."""

    timeout: ClassVar[float] = 5.0
    server: _Waiting

    def do_GET(self) -> None:
        given = parse_qs(urlsplit(self.path[:_LONGEST]).query, max_num_fields=20)
        state = given.get("state", [""])[0]
        is_ours = secrets.compare_digest(state.encode(), self.server.state.encode())
        if is_ours and all(given.get(name) for name in ("certificate", "host", "account")):
            self.server.found = given
        body = _DONE if is_ours else b"Not found\n"
        self.send_response(200 if is_ours else 404)
        self.send_header("content-type", "text/html; charset=utf-8" if is_ours else "text/plain")
        self.send_header("content-length", str(len(body)))
        self.send_header("referrer-policy", "no-referrer")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: Any) -> None:
        """Nothing is said of it."""


def _read(line: str) -> SSHCertificate:
    """A certificate of a person. Raises ValueError."""
    from cryptography.hazmat.primitives.serialization import SSHCertificate, load_ssh_public_identity

    base64.b64decode(line.split()[1], validate=True)
    read = load_ssh_public_identity(line.strip().encode())
    if not isinstance(read, SSHCertificate) or not read.valid_principals:
        raise ValueError
    return read


def _folder(variable: str, otherwise: str) -> Path:
    return Path(os.environ.get(variable) or Path.home() / otherwise) / "limen"


def _write(path: Path, content: bytes) -> None:
    """For nobody else's eyes, and whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    part.replace(path)
