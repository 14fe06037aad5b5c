"""Signing in with a passkey of software, one person after the other, as `sso.py` measures it."""

from __future__ import annotations

import http.client
import json
import secrets
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from limen.demo.software_passkey import Credential

PEOPLE = 200


def enrolled(root: Path) -> list[Credential]:
    """A passkey for each of so many people, written as Limen's own store writes them."""
    from cryptography.hazmat.primitives.asymmetric import ec

    from limen.clock import SystemClock
    from limen.company.load import load_settings
    from limen.company.places import database_url
    from limen.demo.software_passkey import Credential, cose_key
    from limen.identity.model import Passkey
    from limen.identity.store import factors
    from limen.opaque import new_id
    from limen.storage import Database, Transaction

    made = [
        Credential(secrets.token_bytes(32), "", f"p_{number}".encode(), ec.generate_private_key(ec.SECP256R1()))
        for number in range(PEOPLE)
    ]
    now, database = SystemClock().now(), Database.open(database_url(root, load_settings(root)))

    def work(transaction: Transaction) -> None:
        for one in made:
            kept = Passkey(
                id=new_id("k"),
                person_id=one.user_handle.decode(),
                credential_id=one.id,
                public_key=cose_key(one.key),
                sign_count=0,
                user_verified=True,
                device_type="single_device",
                backed_up=False,
                transports=("internal",),
                aaguid="00000000-0000-0000-0000-000000000000",
                name="Software",
                added_at=now,
            )
            factors.insert_passkey(transaction, kept)

    database.write(work)
    database.close()
    return made


def passkey_sign_in(port: int, people: list[Credential]) -> dict[str, float]:
    """Milliseconds from the passkey's answer to the session's cookie, on a connection that stands already."""
    from limen.demo.software_passkey import SoftwarePasskey

    took = []
    for one in people:
        visitor = _Visitor(port)
        options = visitor.send("/sign-in/options", {})["options"]
        one.rp_id = options["rpId"]
        answer = SoftwarePasskey(f"http://{visitor.host}", credentials=[one]).get(options)
        began = time.perf_counter()
        visitor.send("/sign-in/passkey", {"credential": answer, "to": "/"})
        took.append((time.perf_counter() - began) * 1_000)
        visitor.leave()
    took = took[len(took) // 10 :]  # the first load what nobody else waits for
    return {"passkey_sign_in_ms": round(statistics.quantiles(took, n=20)[-1], 2)}


class _Visitor:
    """A browser that nobody has signed in with."""

    def __init__(self, port: int) -> None:
        from limen.web.requests import csrf_of

        self.host = f"limen.harbor.localhost:{port}"
        self._browser = secrets.token_urlsafe(32)
        self._csrf = csrf_of(self._browser)
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def send(self, path: str, sent: dict[str, Any]) -> dict[str, Any]:
        """Raises SystemExit where it is refused."""
        fields = {
            "host": self.host,
            "cookie": f"__Host-limen-browser={self._browser}",
            "content-type": "application/json",
            "sec-fetch-site": "same-origin",
        }
        self._connection.request("POST", path, json.dumps({**sent, "csrf": self._csrf}), fields)
        response = self._connection.getresponse()
        said = response.read()
        if response.status != 200:
            raise SystemExit(f"a passkey was refused: {response.status} {said[-600:]!r}")
        told: dict[str, Any] = json.loads(said)
        return told

    def leave(self) -> None:
        self._connection.close()
