"""A FAKE of Limen's side of docs/explanation/agent-wire.md, for the agent's own tests. It judges nothing.

It verifies every message with joserfc, independent of the agent's own code, and refuses what the contract refuses.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import ipaddress
import json
import queue
import secrets
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

TOKEN = "lmn_dev_3rTqZ0nGx1"
LONGEST = 64 * 1024


class RefusalError(Exception):
    def __init__(self, status: int, error: str, **more: Any) -> None:
        self.status = status
        self.body = {"error": error, "message": f"said {error}", "mend": f"mend {error}", **more}


class FakeLimen:
    """What it was told, and what it is to answer. `instead` may answer a request in place of it."""

    def __init__(self) -> None:
        self.address = ""
        self.nonces: set[str] = set()
        self.pending: dict[str, dict[str, Any]] = {}
        self.devices: dict[str, dict[str, Any]] = {}
        self.used_tokens: set[str] = set()
        self.enrolments: list[dict[str, Any]] = []
        self.finishes: list[dict[str, Any]] = []
        self.reports: list[dict[str, Any]] = []
        self.reported = threading.Condition()
        self.streams: list[queue.Queue[tuple[str, dict[str, Any]] | None]] = []
        self.stream_opened = threading.Event()
        self.answer: dict[str, Any] = {"compliance": "compliant", "report_every_s": 300, "checks": []}
        self.is_confirmed = True
        self.origins = ["https://login.harbor.example"]
        self.ports: list[int] = [0]
        self.instead: Callable[[str, str], tuple[int, dict[str, str], bytes] | None] = lambda _path, _signed: None
        self.date_off_s = 0
        self.verify_tpm: Callable[[dict[str, Any]], dict[str, str] | None] = lambda _said: None
        self.activated = b""

    def nonce(self) -> str:
        made = secrets.token_urlsafe(24)
        self.nonces.add(made)
        return made

    def push(self, event: str, **data: Any) -> None:
        for stream in self.streams:
            stream.put((event, data))

    def hang_up(self) -> None:
        for stream in self.streams:
            stream.put(None)

    def wait_for_reports(self, count: int, seconds: float = 15) -> list[dict[str, Any]]:
        with self.reported:
            assert self.reported.wait_for(lambda: len(self.reports) >= count, seconds), (
                f"{len(self.reports)} reports came"
            )
            return list(self.reports)

    # what it does with each message

    def enrol(self, signed: str) -> tuple[int, dict[str, Any]]:
        header, said = self._verified(signed, "limen-enrol+jwt", header_jwk(signed), needs_nonce=False)
        token = said.get("token")
        if token is not None and (token != TOKEN or token in self.used_tokens):
            raise RefusalError(403, "refused")
        self.used_tokens |= {token} if token else set()
        self.enrolments.append(said)
        name = f"en_{secrets.token_hex(4)}"
        state = "approved" if token else "waiting"
        self.pending[name] = {"jwk": header["jwk"], "state": state, "said": said}
        answer = {
            "enrolment": name,
            "nonce": self.nonce(),
            "state": state,
            "poll_s": 1,
            "until": int(time.time()) + 600,
        }
        if state == "waiting":
            answer |= {"code": "WDJB-MJHT", "address": f"{self.address}/devices/enrol"}
        if said["key_storage"] == "tpm" and (sealed := self.verify_tpm(said["tpm"])):
            answer["tpm"] = sealed
        return 200, answer

    def finish(self, signed: str) -> tuple[int, dict[str, Any]]:
        header, said = self._verified(signed, "limen-enrol+jwt", header_jwk(signed))
        pending = self.pending.get(said["enrolment"])
        if pending is None or pending["jwk"] != header["jwk"]:
            raise RefusalError(400, "expired")
        self.finishes.append(said)
        if pending["state"] == "waiting" and not self.is_confirmed:
            return 202, {"state": "waiting", "nonce": self.nonce(), "poll_s": 1}
        del self.pending[said["enrolment"]]
        is_tpm = bool(self.activated) and decoded(said.get("activated", "")) == self.activated
        device = f"d_{secrets.token_hex(5)}"
        self.devices[device] = {"jwk": header["jwk"], "seq": 0, "prev": "", "ended": ""}
        return 200, {
            "state": "enrolled",
            "device": device,
            "nonce": self.nonce(),
            "key_storage": "tpm" if is_tpm else "file",
            "report_every_s": 300,
            "owner": "Ida Quay",
            "company": "Harbor",
            "origins": self.origins,
            "agent_ports": self.ports,
        }

    def report(self, signed: str) -> tuple[int, dict[str, Any]]:
        device, said = self._of_device(signed, "limen-report+jwt")
        if said["seq"] <= device["seq"]:
            device["ended"] = "quarantined"
            raise RefusalError(409, "replayed")
        if said["seq"] == device["seq"] + 1 and said["prev"] != device["prev"]:
            raise RefusalError(409, "replayed")
        device["seq"] = said["seq"]
        device["prev"] = hash_of(signed)
        with self.reported:
            self.reports.append(said)
            self.reported.notify_all()
        return 200, {"nonce": self.nonce(), **self.answer}

    def stream(self, signed: str) -> queue.Queue[tuple[str, dict[str, Any]] | None]:
        self._of_device(signed, "limen-stream+jwt")
        waiting: queue.Queue[tuple[str, dict[str, Any]] | None] = queue.Queue()
        waiting.put(("hello", {"nonce": self.nonce()}))
        self.streams.append(waiting)
        self.stream_opened.set()
        return waiting

    def proved(self, signed: str) -> dict[str, Any]:
        device = self.devices[str(jws.extract_compact(signed.encode()).headers()["kid"])]
        return self._verified(signed, "limen-proof+jwt", device["jwk"], needs_nonce=False)[1]

    def refuse(self, status: int, error: str) -> tuple[int, dict[str, Any]]:
        raise RefusalError(status, error)

    def _of_device(self, signed: str, typ: str) -> tuple[dict[str, Any], dict[str, Any]]:
        try:
            device = self.devices[str(jws.extract_compact(signed.encode()).headers().get("kid"))]
        except (KeyError, JoseError, ValueError):
            raise RefusalError(401, "not_this_device") from None
        _, said = self._verified(signed, typ, device["jwk"])
        if device["ended"]:
            raise RefusalError(401, "not_this_device")
        return device, said

    def _verified(
        self, signed: str, typ: str, jwk: dict[str, str], *, needs_nonce: bool = True
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        if len(signed) > LONGEST:
            raise RefusalError(413, "too_large")
        try:
            found = jws.deserialize_compact(signed, ECKey.import_key(jwk), algorithms=["ES256"])
            said = json.loads(found.payload or b"")
        except (JoseError, ValueError):
            raise RefusalError(401, "not_this_device") from None
        header = dict(found.headers())
        if header.get("typ") != typ or said["aud"] != self.address or abs(said["iat"] - self.now()) > 300:
            raise RefusalError(400, "malformed")
        if needs_nonce and said.get("nonce") not in self.nonces:
            raise RefusalError(428, "stale_nonce", nonce=self.nonce())
        return header, said

    def now(self) -> float:
        return time.time() + self.date_off_s


def header_jwk(signed: str) -> dict[str, str]:
    try:
        return dict(jws.extract_compact(signed.encode()).headers()["jwk"])
    except (KeyError, JoseError, ValueError, TypeError):
        raise RefusalError(400, "malformed") from None


def hash_of(signed: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(signed.encode()).digest()).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body go out apart, and the second would wait for the first
    server: _Server

    def do_POST(self) -> None:
        limen = self.server.limen
        signed = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if instead := limen.instead(self.path, signed):
            self._send(*instead)
            return
        routes = {"/agent/enrol": limen.enrol, "/agent/enrol/finish": limen.finish, "/agent/report": limen.report}
        try:
            is_it = self.headers["Content-Type"] == "application/jose" and self.path in routes
            status, body = routes[self.path](signed) if is_it else limen.refuse(400, "malformed")
        except RefusalError as refusal:
            status, body = refusal.status, refusal.body
        self._send(status, {"Content-Type": "application/json"}, json.dumps(body).encode())

    def do_GET(self) -> None:
        limen = self.server.limen
        scheme, _, signed = self.headers.get("Authorization", "").partition(" ")
        if instead := limen.instead(self.path, signed):
            self._send(*instead)
            return
        try:
            waiting = limen.stream(signed if (self.path, scheme) == ("/agent/stream", "Limen") else "")
        except RefusalError as refusal:
            self._send(refusal.status, {"Content-Type": "application/json"}, json.dumps(refusal.body).encode())
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self._chunk(": alive\n\n")
        while event := waiting.get():
            self._chunk(f"event: {event[0]}\ndata: {json.dumps(event[1])}\n\n")
        self._chunk("")
        self.close_connection = True

    def date_time_string(self, timestamp: float | None = None) -> str:
        return super().date_time_string(self.server.limen.now())

    def log_message(self, *_words: object) -> None:
        pass

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _chunk(self, text: str) -> None:
        self.wfile.write(f"{len(text.encode()):x}\r\n{text}\r\n".encode())
        self.wfile.flush()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    limen: FakeLimen

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news."""


@contextmanager
def fake_limen(folder: Path) -> Iterator[tuple[FakeLimen, Path]]:
    """A running one by https, and the file of the authority that its certificate is of."""
    certificate, key = self_signed(folder)
    limen = FakeLimen()
    server = _Server(("127.0.0.1", 0), _Handler)
    server.limen = limen
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    # The handshake is for the thread of each connection: else whoever connects and is silent would hold up all of them
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    limen.address = f"https://login.harbor.localhost:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield limen, certificate
    finally:
        limen.hang_up()
        server.shutdown()
        server.server_close()


def self_signed(
    folder: Path, name: str = "login.harbor.localhost", *, days: tuple[int, int] = (-1, 7)
) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + dt.timedelta(days=days[0]))
        .not_valid_after(now + dt.timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .sign(key, hashes.SHA256())
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "limen.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    (folder / "limen.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )
    return folder / "limen.pem", folder / "limen.key"
