"""What `limen ssh` keeps on somebody's computer: a key and its certificate for each host, for minutes.

The certificate comes by way of the browser, to a port of loopback where this program waits. It is no secret; the key is
made here, new for each certificate, and is given to nobody.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from limen.cli.from_browser import FromBrowser
from limen.cli.kept_here import state_folder, write
from limen.errors import LimenError
from limen.following.wire import fingerprint, line_of, read_key

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import SSHCertificate

WAITS_SECONDS: Final = 300.0
LEFT_SECONDS: Final = 15
"""A certificate that is over sooner is not used any more: logging in takes a while."""
HOST: Final = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
_CERTIFICATE: Final = "ssh-ed25519-cert-v01@openssh.com"


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
        return state_folder() / "ssh" / host

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
        with FromBrowser("ssh", state, ("certificate", "host", "account")) as waiting:
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
        write(self.folder / "id", private)
        write(self.folder / "id-cert.pub", line.encode() + b"\n")
        write(self.folder / "known_hosts", f"{self.host} {known}\n".encode())
        about = {"account": account, "is_elevated": self.is_elevated}
        write(self.folder / "about.json", json.dumps(about).encode())
        return replace(self, account=account)


class _WrongError(LimenError):
    def __init__(self) -> None:
        super().__init__("what came back is not what was asked for", "run limen ssh again")


def _read(line: str) -> SSHCertificate:
    """A certificate of a person. Raises ValueError."""
    from cryptography.hazmat.primitives.serialization import SSHCertificate, load_ssh_public_identity

    base64.b64decode(line.split()[1], validate=True)
    read = load_ssh_public_identity(line.strip().encode())
    if not isinstance(read, SSHCertificate) or not read.valid_principals:
        raise ValueError
    return read
