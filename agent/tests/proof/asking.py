"""A listener of an enrolled device, and a request to it as a browser would send it."""

from __future__ import annotations

import http.client
import json
import os
from contextlib import closing
from types import SimpleNamespace

import pytest
from agent.tests.fake_limen import TOKEN, fake_limen

from limen_agent.enrolling import Enrolling
from limen_agent.keys.file_key import FileKey
from limen_agent.proof.request import Challenge
from limen_agent.proof.server import ProofServer
from limen_agent.service.running import open_client
from limen_agent.state.folder import StateFolder
from limen_agent.wire.connection import Connection

ORIGIN = "https://login.harbor.example"
ASKED = {"challenge": "c_4bW9yZSB0aGFuIDEyOCBiaXRz", "session": "s_kHpXo1nR2bq7vT0w"}


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory):
    place = tmp_path_factory.mktemp("proof")
    with fake_limen(place) as (limen, ca):
        folder = StateFolder(place / "state")
        enrolling = Enrolling(Connection(limen.address, str(ca)), FileKey.create(folder), TOKEN, wait=lambda *_: None)
        yield SimpleNamespace(limen=limen, enrolment=enrolling.enrol(folder, str(ca)), client=open_client(folder))


@pytest.fixture
def proving(known):
    """A running listener whose proofs are signed by an enrolled device's key."""
    client = known.client

    def prove(asked: Challenge) -> str:
        return client.proof(challenge=asked.challenge, session=asked.session, origin=asked.origin)

    me = frozenset({os.geteuid()})
    server = ProofServer(ports=[0], origins=[ORIGIN], device=known.enrolment.device, prove=prove, may_ask=lambda: me)
    server.start()
    yield SimpleNamespace(server=server, port=server.port, client=client, limen=known.limen, enrolment=known.enrolment)
    server.stop()


def ask(port: int, method: str = "POST", path: str = "/prove", body: object = ASKED, **headers: str | None):
    """Headers are named as `content_type`; one that is None is left out."""
    said = {"Host": f"127.0.0.1:{port}", "Origin": ORIGIN, "Content-Type": "application/json"}
    said |= {name.replace("_", "-").title(): value for name, value in headers.items()}
    content = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in said.items():
            if value is not None:
                connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(content)))
        connection.endheaders(content)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
