"""A real nats-server with JetStream on loopback, started by tests; with TLS and users by their keys if they want it."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nkeys
from tests.ports import free_port
from tests.real_parts import need

from limen.connectors.nats.stream import StreamServer


class NatsServer:
    """It runs in a process of its own, so that it can be killed; its folder outlives it."""

    def __init__(self, folder: Path, more: str = "", *, is_secure: bool = False, has_jetstream: bool = True) -> None:
        self.folder, self.port, self._is_secure = folder, free_port(), is_secure
        self._process: subprocess.Popen[bytes] | None = None
        self._says_nothing_first = "handshake_first" in more
        queue = f'jetstream {{ store_dir: "{folder / "js"}" }}\n' if has_jetstream else ""
        (folder / "nats.conf").write_text(f'listen: "127.0.0.1:{self.port}"\n{queue}{more}\n')

    def server(self, **more: Any) -> StreamServer:
        url = f"tls://localhost:{self.port}" if self._is_secure else f"nats://127.0.0.1:{self.port}"
        return StreamServer(**{"url": url, "most_bytes": 64 << 20, **more})

    def start(self) -> None:
        self._process = subprocess.Popen(
            ["nats-server", "-c", str(self.folder / "nats.conf")], stderr=(self.folder / "log").open("ab")
        )
        ends_at = time.monotonic() + 30
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1) as one:
                    assert self._says_nothing_first or one.recv(4) == b"INFO"
                    return
            except OSError:
                has_ended = self._process.poll() is not None or time.monotonic() > ends_at
                assert not has_ended, (self.folder / "log").read_text()
                time.sleep(0.02)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextmanager
def nats_server(folder: Path, more: str = "", **how: bool) -> Iterator[NatsServer]:
    need(shutil.which("nats-server"), "NATS, for there is no nats-server")
    folder.mkdir(parents=True, exist_ok=True)
    made = NatsServer(folder, more, **how)
    try:
        made.start()
        yield made
    finally:
        made.kill()


def users_by_key(folder: Path) -> tuple[str, Path, Path]:
    """What a server's configuration says of an operator with one account; the credentials of its user, and of a user
    whom another account signed.
    """
    operator, account, stranger = _key(b"O"), _key(b"A"), _key(b"A")
    unlimited = dict.fromkeys(
        ("subs", "data", "payload", "imports", "exports", "conn", "leaf", "mem_storage", "disk_storage", "streams")
    )
    limits = {**dict.fromkeys(unlimited, -1), "consumer": -1, "wildcards": True}
    of_operator = _jwt(operator, operator, {"type": "operator", "version": 2})
    of_account = _jwt(operator, account, {"type": "account", "version": 2, "limits": limits})
    files = []
    for name, signer in (("user", account), ("stranger", stranger)):
        user = _key(b"U")
        token = _jwt(signer, user, {"type": "user", "version": 2, "subs": -1, "data": -1, "payload": -1})
        between = "-----BEGIN {0}-----\n{1}\n------END {0}------\n"
        seed = bytes(user.seed).decode()
        file = folder / f"{name}.creds"
        file.write_text(between.format("NATS USER JWT", token) + "\n" + between.format("USER NKEY SEED", seed))
        file.chmod(0o600)
        files.append(file)
    system = _key(b"A")
    of_system = _jwt(
        operator, system, {"type": "account", "version": 2, "limits": {**limits, "mem_storage": 0, "disk_storage": 0}}
    )
    names = [one.public_key.decode() for one in (account, system)]
    preloaded = ", ".join(f"{name}: {its}" for name, its in zip(names, (of_account, of_system), strict=True))
    said = f"operator: {of_operator}\nsystem_account: {names[1]}\nresolver: MEMORY\n"
    said += f"resolver_preload: {{ {preloaded} }}\n"
    return said, files[0], files[1]


_KINDS = {b"O": nkeys.PREFIX_BYTE_OPERATOR, b"A": nkeys.PREFIX_BYTE_ACCOUNT, b"U": nkeys.PREFIX_BYTE_USER}


def _key(kind: bytes) -> Any:
    return nkeys.from_seed(nkeys.encode_seed(os.urandom(32), _KINDS[kind]))


def _jwt(signer: Any, subject: Any, claims: dict[str, Any]) -> str:
    """As nats-server reads them: JWT by the signer's Ed25519 key."""
    said: dict[str, Any] = {
        "iss": signer.public_key.decode(),
        "sub": subject.public_key.decode(),
        "name": "harbor",
        "iat": int(time.time()),
        "nats": claims,
    }
    said["jti"] = base64.b32encode(hashlib.sha256(json.dumps(said).encode()).digest()).decode().rstrip("=")
    parts = b".".join(_encoded(json.dumps(one).encode()) for one in ({"typ": "JWT", "alg": "ed25519-nkey"}, said))
    return (parts + b"." + _encoded(signer.sign(parts))).decode()


def _encoded(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
