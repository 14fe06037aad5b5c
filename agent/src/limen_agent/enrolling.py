"""An enrolment from its first message to the state on the disk."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from limen_agent.errors import AgentError
from limen_agent.keys.device_key import DeviceKey
from limen_agent.keys.tpm_key import TpmKey
from limen_agent.printable import one_line
from limen_agent.state.chain import Chain
from limen_agent.state.enrolment import LEAST_S, MOST_S, Enrolment
from limen_agent.state.folder import StateFolder
from limen_agent.state.record import Record
from limen_agent.wire import claims
from limen_agent.wire.connection import Answer, Connection, RefusedError
from limen_agent.wire.machine_name import hardware, host_name, platform_name
from limen_agent.wire.signing import sign

LONGEST_S: Final = 3600
PORTS: Final = (47113, 47114, 47115)
"""Where pages look for an agent, if Limen names no others."""
_MOST_ORIGINS: Final = 64
_MOST_PORTS: Final = 16


class Enrolling:
    """One attempt. `wait` tells a person where to confirm, and by which code they recognise this device; `why_file` is
    why Limen counts a key in a TPM as one in a file, where it does.
    """

    def __init__(
        self,
        connection: Connection,
        key: DeviceKey,
        token: str,
        *,
        wait: Callable[[str, str], None],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._connection = connection
        self._key = key
        self._token = token
        self._wait = wait
        self._sleep = sleep
        self.why_file = ""

    def enrol(self, folder: StateFolder, ca_file: str = "") -> Enrolment:
        """Whose device this is now, on the disk. Raises AgentError."""
        begun = self._connection.post("/agent/enrol", self._signed(self._first()))
        enrolment_id = begun.text("enrolment")
        if not enrolment_id or begun.text("state") not in {"waiting", "approved"}:
            raise _not_understood()
        activated = self._activated(begun)
        if begun.text("state") == "waiting":
            self._wait(begun.text("address", 500), begun.text("code", 40))
        answer = self._finish(begun, enrolment_id, activated)
        self.why_file = answer.text("key_storage_why", 200)
        enrolment = self._enrolment(answer, ca_file)
        Chain.begin(folder)
        Record(nonce=answer.text("nonce")).keep(folder)
        enrolment.write(folder)
        return enrolment

    def _first(self) -> dict[str, object]:
        return claims.enrol(
            aud=self._connection.address,
            iat=int(time.time()),
            token=self._token,
            name=host_name(),
            platform=platform_name(),
            key_storage=self._key.storage,
            hardware=hardware(),
            tpm=self._key.attestation() if isinstance(self._key, TpmKey) else None,
        )

    def _activated(self, begun: Answer) -> str:
        sealed = begun.body.get("tpm")
        if not isinstance(self._key, TpmKey) or not isinstance(sealed, dict):
            return ""
        credential, secret = sealed.get("credential"), sealed.get("secret")
        if not isinstance(credential, str) or not isinstance(secret, str):
            raise _not_understood()
        return self._key.activate(credential, secret)

    def _finish(self, begun: Answer, enrolment_id: str, activated: str) -> Answer:
        """Ask until somebody confirmed. Raises AgentError where nobody did in time."""
        nonce = begun.text("nonce")
        poll_s = begun.number("poll_s", 1, 60, 2)
        until = min(time.time() + LONGEST_S, begun.number("until", 0, 2**53, int(time.time()) + 600) + 5)
        renewed = False
        while True:
            said = claims.finish(
                aud=self._connection.address,
                iat=int(time.time()),
                nonce=nonce,
                enrolment=enrolment_id,
                activated=activated,
            )
            try:
                answer = self._connection.post("/agent/enrol/finish", self._signed(said))
            except RefusedError as refused:
                if refused.error != "stale_nonce" or not refused.nonce or renewed:
                    raise
                nonce, renewed = refused.nonce, True
                continue
            if answer.text("state") == "enrolled":
                return answer
            if time.time() > until:
                raise AgentError(
                    "nobody confirmed this device in time", "run it again, and confirm it within ten minutes"
                )
            nonce, poll_s, renewed = answer.text("nonce") or nonce, answer.number("poll_s", 1, 60, poll_s), False
            self._sleep(poll_s)

    def _signed(self, said: dict[str, object]) -> str:
        return sign(self._key, "limen-enrol+jwt", said)

    def _enrolment(self, answer: Answer, ca_file: str) -> Enrolment:
        origins, ports = answer.body.get("origins"), answer.body.get("agent_ports", list(PORTS))
        device = answer.text("device", 100)
        if not device or not isinstance(origins, list) or not isinstance(ports, list):
            raise _not_understood()
        return Enrolment(
            address=self._connection.address,
            device=device,
            owner=answer.text("owner", 200),
            company=answer.text("company", 200),
            key_kind=self._key.storage,
            key_storage=answer.text("key_storage") or "file",
            report_every_s=answer.number("report_every_s", LEAST_S, MOST_S, 300),
            origins=tuple(one_line(one, 300) for one in origins[:_MOST_ORIGINS] if isinstance(one, str)),
            agent_ports=tuple(one for one in ports[:_MOST_PORTS] if type(one) is int and 1024 <= one <= 65535),
            ca_file=ca_file,
        )


def _not_understood() -> AgentError:
    return AgentError("what Limen answered was not understood", "see that agent and Limen are of the same time")
