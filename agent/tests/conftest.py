"""An enrolled agent and a fake Limen for it; every test has a state folder of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from agent.tests.fake_limen import TOKEN, FakeLimen, fake_limen

from limen_agent.collectors.check import CHECKS, Check
from limen_agent.enrolling import Enrolling
from limen_agent.keys.file_key import FileKey
from limen_agent.service.running import open_client
from limen_agent.service.service import Service
from limen_agent.state.folder import StateFolder
from limen_agent.state.record import read_record
from limen_agent.wire.connection import Connection


@pytest.fixture
def folder(tmp_path: Path) -> StateFolder:
    return StateFolder(tmp_path / "state")


@pytest.fixture
def limen(tmp_path: Path) -> Iterator[FakeLimen]:
    with fake_limen(tmp_path / "limen") as (running, _):
        yield running


@pytest.fixture
def ca(tmp_path: Path) -> str:
    return str(tmp_path / "limen" / "limen.pem")


@pytest.fixture
def enrolled(limen: FakeLimen, ca: str, folder: StateFolder) -> SimpleNamespace:
    """`folder` is enrolled with a key in a file; `client()` opens it as the service does."""
    connection = Connection(limen.address, ca)
    enrolment = Enrolling(connection, FileKey.create(folder), TOKEN, wait=lambda *_: None).enrol(folder, ca)
    return SimpleNamespace(limen=limen, folder=folder, enrolment=enrolment, client=lambda: open_client(folder))


@pytest.fixture
def service(enrolled) -> SimpleNamespace:
    """A service that runs by hand, whose collectors say what `facts` says.

    `looked` is what they were asked for, `said` what the service said.
    """
    facts = dict.fromkeys(CHECKS, 0)
    looked, said = list[set[str]](), list[str]()

    def look(ids) -> tuple[Check, ...]:
        looked.append(set(ids))
        return tuple(Check(id_, "observed", int(time.time()), {"value": facts[id_]}) for id_ in CHECKS if id_ in ids)

    made = Service(
        client=enrolled.client(),
        folder=enrolled.folder,
        record=read_record(enrolled.folder),
        look=look,
        say=said.append,
    )
    return SimpleNamespace(
        service=made, facts=facts, looked=looked, said=said, limen=enrolled.limen, folder=enrolled.folder
    )
