"""The client certificate of this device: asked for over the signed channel, kept in one file, renewed in time.

Its key is one of its own, in software: a browser has to use it, and none can ask this agent or its TPM. It lives for a
day, and Limen forgets it at once when the device is taken away.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from limen_agent.errors import AgentError
from limen_agent.keys.device_key import public_jwk
from limen_agent.state.folder import StateFolder
from limen_agent.wire.client import Client

NAME: Final = "certificate.json"
NICKNAME: Final = "Limen device"
"""What browsers call it where they list certificates."""
LONGEST_PEM: Final = 16_384
MOST_STORES: Final = 20
TOOL_S: Final = 30
_PATH: Final = "/usr/bin:/bin:/usr/local/bin"


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate with its key, in PEM; seconds since 1970. `stores` are the browsers' folders it is put into."""

    certificate: str
    authority: str
    until: int
    renew_after: int
    domain: str = ""
    stores: tuple[str, ...] = ()
    key: str = field(default="", repr=False)

    def keep(self, folder: StateFolder) -> None:
        """Raises AgentError."""
        names = ("certificate", "authority", "until", "renew_after", "domain", "stores", "key")
        folder.write_json(NAME, {name: getattr(self, name) for name in names})

    def as_pkcs12(self, passphrase: bytes) -> bytes:
        """With its key and under this passphrase, as browsers import it (RFC 7292)."""
        key = load_pem_private_key(self.key.encode(), None)
        assert isinstance(key, EllipticCurvePrivateKey)  # noqa: S101 -- nothing else is ever kept
        own = x509.load_pem_x509_certificate(self.certificate.encode())
        return serialize_key_and_certificates(NICKNAME.encode(), key, own, None, BestAvailableEncryption(passphrase))


def read_certificate(folder: StateFolder) -> Certificate | None:
    """What is kept; None where there is none. Raises AgentError where it is damaged."""
    if not folder.has(NAME):
        return None
    kept = folder.read_json(NAME)
    stores = kept.get("stores")
    texts = {name: kept.get(name) for name in ("certificate", "authority", "domain", "key")}
    numbers = {name: kept.get(name) for name in ("until", "renew_after")}
    if (
        not all(isinstance(text, str) for text in texts.values())
        or not all(type(number) is int for number in numbers.values())
        or not (isinstance(stores, list) and all(isinstance(one, str) for one in stores))
    ):
        raise folder.damaged(NAME)
    words: dict[str, Any] = {**texts, **numbers}
    return Certificate(stores=tuple(stores), **words)


def renewed(folder: StateFolder, client: Client, now: float) -> Certificate | None:
    """Ask for a new one where it is time, and keep it; None where it is not. Raises AgentError."""
    kept = read_certificate(folder)
    if kept is not None and now < kept.renew_after:
        return None
    key = generate_private_key(SECP256R1())
    answer = client.certificate(public_jwk(key.public_key()))
    made = _read_answer(answer.body, key, now)
    made = replace(made, stores=kept.stores if kept is not None else ())
    made.keep(folder)
    return made


def put_into(made: Certificate, store: Path) -> None:
    """Put it into a browser's store (NSS) in the place of the one before, as the user whose store it is.

    Raises AgentError.
    """
    tools = [shutil.which(name, path=_PATH) for name in ("certutil", "pk12util")]
    if None in tools:
        raise AgentError("the tools of NSS are missing", "install libnss3-tools (Debian) or nss-tools (Fedora)")
    certutil, pk12util = (str(tool) for tool in tools)
    try:
        owner = store.stat()
    except OSError as error:
        raise AgentError(f"{store} can't be used: {error.strerror}", "open the browser once, which makes it") from None
    if not (store / "cert9.db").is_file():
        raise AgentError(f"{store} is no store of certificates", "name the folder with cert9.db, as ~/.pki/nssdb")
    passphrase = secrets.token_urlsafe(24).encode()
    with _in_memory(made.as_pkcs12(passphrase)) as file, _in_memory(passphrase) as phrase:
        for _ in range(8):  # each that is left over from before
            if _run([certutil, "-F", "-d", f"sql:{store}", "-n", NICKNAME, "-f", os.devnull], owner):
                break
        command = [pk12util, "-i", f"/proc/self/fd/{file}", "-d", f"sql:{store}", "-w", f"/proc/self/fd/{phrase}"]
        failed = _run([*command, "-K", ""], owner, file, phrase)
    if failed:
        raise AgentError(f"the certificate could not be put into {store}: {failed}", "close the browser and try again")


@contextmanager
def _in_memory(content: bytes) -> Iterator[int]:
    """A file that no folder has and no other process reaches, for a tool that runs as another user."""
    descriptor = os.memfd_create("limen-agent", os.MFD_CLOEXEC)
    try:
        os.write(descriptor, content)
        os.fchmod(descriptor, 0o444)
        yield descriptor
    finally:
        os.close(descriptor)


def _run(command: list[str], owner: os.stat_result, *files: int) -> str:
    """What went wrong; "" where nothing did."""
    as_owner: dict[str, Any] = (
        {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    )
    try:
        done = subprocess.run(  # noqa: S603 -- tools of the system, by their whole path
            command,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TOOL_S,
            check=False,
            env={"PATH": _PATH, "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            pass_fds=files,
            **as_owner,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return type(error).__name__
    return "" if done.returncode == 0 else (done.stderr.strip() or "it failed")[-200:]


def _read_answer(body: Mapping[str, Any], key: EllipticCurvePrivateKey, now: float) -> Certificate:
    """Raises AgentError where what Limen answered is no certificate of this key that counts now."""
    certificate, authority = (str(body.get(name, ""))[: LONGEST_PEM + 1] for name in ("certificate", "authority"))
    until, renew_after = body.get("until"), body.get("renew_after")
    is_ours = False
    with suppress(Exception):  # whatever came that is no certificate
        own = x509.load_pem_x509_certificate(certificate.encode())
        own.verify_directly_issued_by(x509.load_pem_x509_certificate(authority.encode()))
        is_ours = max(len(certificate), len(authority)) <= LONGEST_PEM and own.public_key() == key.public_key()
    if not is_ours or type(until) is not int or type(renew_after) is not int or not now < until:
        raise AgentError("Limen answered no certificate for this device's key", "look at the clock of this device")
    written = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    domain = body.get("domain")
    return Certificate(
        certificate, authority, until, renew_after, domain[:253] if isinstance(domain, str) else "", key=written
    )
