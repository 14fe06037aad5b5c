"""The agent's side of the conversation: signs, sends, and remembers the nonce and the number."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

import urllib3

from limen_agent.collectors.check import Check
from limen_agent.keys.device_key import DeviceKey
from limen_agent.state.chain import Chain
from limen_agent.state.enrolment import Enrolment
from limen_agent.wire import claims
from limen_agent.wire.connection import Answer, Connection, RefusedError
from limen_agent.wire.events import Event, read_events
from limen_agent.wire.machine_name import boot, host_name, platform_name
from limen_agent.wire.signing import sign

T = TypeVar("T")


class Client:
    """One enrolled device. Reports go one after the other; streams and proofs may be made meanwhile."""

    def __init__(self, enrolment: Enrolment, key: DeviceKey, chain: Chain, connection: Connection) -> None:
        self.enrolment = enrolment
        self.nonce = ""
        self._key = key
        self._chain = chain
        self._connection = connection
        self._one_at_a_time = threading.Lock()
        self._arrived = chain.seq, chain.prev

    @property
    def seq(self) -> int:
        return self._chain.seq

    def report(self, checks: Iterable[Check], why: str) -> Answer:
        """Send a report; a nonce that was stale is renewed once. Raises AgentError."""
        seen = tuple(checks)
        return self._with_a_fresh_nonce(lambda: self._report_once(seen, why))

    def stream(self, is_stopped: Callable[[], bool]) -> Iterable[Event]:
        """What Limen says by itself, until it hangs up. Raises AgentError."""
        response = self._with_a_fresh_nonce(self._open_stream)
        try:
            for event in read_events(response):
                if nonce := event.text("nonce"):
                    self.nonce = nonce
                yield event
                if is_stopped():
                    return
        finally:
            response.close()

    def proof(self, *, challenge: str, session: str, origin: str) -> str:
        """That the device's key is where this is asked, and which report of it arrived last. Raises AgentError."""
        seq, report = self._arrived
        said = claims.proof(
            aud=self.enrolment.address,
            iat=int(time.time()),
            challenge=challenge,
            session=session,
            origin=origin,
            seq=seq,
            report=report,
        )
        return sign(self._key, "limen-proof+jwt", said, self.enrolment.device)

    def certificate(self, key: Mapping[str, str]) -> Answer:
        """A client certificate for this public key, a JWK. Raises AgentError."""

        def ask() -> Answer:
            said = claims.certificate(aud=self.enrolment.address, iat=int(time.time()), nonce=self.nonce, key=key)
            signed = sign(self._key, "limen-certificate+jwt", said, self.enrolment.device)
            return self._connection.post("/agent/certificate", signed)

        answer = self._with_a_fresh_nonce(ask)
        self.nonce = answer.text("nonce") or self.nonce
        return answer

    def logs(self, source: str, lines: list[str], *, journal: bool) -> Answer:
        """Lines of one source. It returns when Limen has them on its disk. Raises AgentError."""

        def send() -> Answer:
            said = claims.logs(
                aud=self.enrolment.address,
                iat=int(time.time()),
                nonce=self.nonce,
                source=source,
                lines=lines,
                journal=journal,
            )
            return self._connection.post("/agent/logs", sign(self._key, "limen-logs+jwt", said, self.enrolment.device))

        answer = self._with_a_fresh_nonce(send)
        self.nonce = answer.text("nonce") or self.nonce
        return answer

    def tunnel(self, app: str, key: str, *, leave: bool = False) -> Answer:
        """That this device wants a tunnel for an app, still wants it, or wants none any more. Raises AgentError."""

        def send() -> Answer:
            said = claims.tunnel(
                aud=self.enrolment.address, iat=int(time.time()), nonce=self.nonce, app=app, key=key, leave=leave
            )
            signed = sign(self._key, "limen-tunnel+jwt", said, self.enrolment.device)
            return self._connection.post("/agent/tunnel", signed)

        answer = self._with_a_fresh_nonce(send)
        self.nonce = answer.text("nonce") or self.nonce
        return answer

    def close(self) -> None:
        self._connection.close()

    def _report_once(self, checks: tuple[Check, ...], why: str) -> Answer:
        with self._one_at_a_time:
            said = claims.report(
                aud=self.enrolment.address,
                iat=int(time.time()),
                nonce=self.nonce,
                seq=self._chain.seq + 1,
                prev=self._chain.prev,
                boot=boot(self.enrolment.device),
                why=why,
                name=host_name(),
                platform=platform_name(),
                checks=checks,
            )
            signed = sign(self._key, "limen-report+jwt", said, self.enrolment.device)
            self._chain.advance(signed)
            this = self._chain.seq, self._chain.prev
        answer = self._connection.post("/agent/report", signed)
        self._arrived = this
        self.nonce = answer.text("nonce") or self.nonce
        return answer

    def _open_stream(self) -> urllib3.BaseHTTPResponse:
        said = claims.stream(aud=self.enrolment.address, iat=int(time.time()), nonce=self.nonce)
        return self._connection.open_stream(
            "/agent/stream", sign(self._key, "limen-stream+jwt", said, self.enrolment.device)
        )

    def _with_a_fresh_nonce(self, attempt: Callable[[], T]) -> T:
        try:
            return attempt()
        except RefusedError as refused:
            if refused.error != "stale_nonce" or not refused.nonce:
                raise
            self.nonce = refused.nonce
            return attempt()
