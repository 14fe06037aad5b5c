"""The real agent asks the real server for its certificate, renews it in time, and puts it into a browser's store."""

from __future__ import annotations

import asyncio
import shutil
import stat
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key, pkcs12
from tests.devices.certificates.test_issuing import issuing, sent
from tests.devices.test_limen_agent import enrolled, folder, harbors_clock
from tests.interop.real_apps import absent
from tests.web.conftest import House

from limen.clock import HOUR
from limen_agent import certificate as own
from limen_agent.certificate import NAME, NICKNAME, Certificate, put_into, read_certificate, renewed
from limen_agent.cli import certificate as shown
from limen_agent.errors import AgentError
from limen_agent.service.service import Service
from limen_agent.state.record import read_record

__all__ = ["folder", "harbors_clock", "issuing"]


@pytest.fixture
async def asked(harbor, ida, folder, monkeypatch) -> tuple[Any, Certificate]:
    agent = await enrolled(harbor, ida, folder)
    monkeypatch.setattr(shown, "time", SimpleNamespace(time=lambda: harbor.clock.now() / 1_000))
    made = await asyncio.to_thread(renewed, folder, agent, harbor.clock.now() / 1_000)
    assert made is not None
    return agent, made


def certutil(*words: str, store: Path) -> str:
    command = ["certutil", "-d", f"sql:{store}", *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def of(made: Certificate) -> x509.Certificate:
    return x509.load_pem_x509_certificate(made.certificate.encode())


async def test_it_is_kept_for_root_alone_and_counts(harbor: House, folder, asked) -> None:
    agent, made = asked
    assert stat.S_IMODE((folder.path / NAME).stat().st_mode) == 0o600
    assert read_certificate(folder) == made
    held = harbor.limen.doors.tied.ties.certified(sent(of(made)), harbor.clock.now())
    assert held is not None
    assert held.device_id == agent.enrolment.device
    assert made.key not in repr(made)
    key = load_pem_private_key(made.key.encode(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert key.public_key() == of(made).public_key()
    assert key.public_key() != agent._key.public  # the device's own key signs nothing in TLS


async def test_it_is_renewed_when_half_of_it_is_over_and_not_before(harbor: House, folder, asked) -> None:
    agent, made = asked
    now = harbor.clock.now() / 1_000
    replace(made, stores=("/somewhere",)).keep(folder)
    assert await asyncio.to_thread(renewed, folder, agent, now + 11 * 3_600) is None
    harbor.clock.forward(12 * HOUR)
    again = await asyncio.to_thread(renewed, folder, agent, harbor.clock.now() / 1_000)
    assert again is not None
    assert (again.certificate != made.certificate, again.stores) == (True, ("/somewhere",))


async def test_the_service_asks_as_soon_as_limen_says_that_there_are_any(
    harbor: House, ida, folder, monkeypatch
) -> None:
    from limen_agent.service import service as module

    monkeypatch.setattr(
        module, "time", SimpleNamespace(time=lambda: harbor.clock.now() / 1_000, monotonic=time.monotonic)
    )
    agent = await enrolled(harbor, ida, folder)
    service = Service(client=agent, folder=folder, record=read_record(folder), look=lambda _: (), say=print)
    await asyncio.to_thread(service._report, module.Wish("start", {"*"}))
    kept = read_certificate(folder)
    assert kept is not None
    assert kept.domain == "device.harbor.localhost"


async def test_what_is_no_certificate_of_its_own_key_is_not_kept(harbor: House, folder, asked) -> None:
    _, made = asked
    key = ec.generate_private_key(ec.SECP256R1())
    now = harbor.clock.now() / 1_000
    good = {"certificate": made.certificate, "authority": made.authority, "until": made.until, "renew_after": 1}
    own_key = load_pem_private_key(made.key.encode(), None)
    assert isinstance(own_key, ec.EllipticCurvePrivateKey)
    assert own._read_answer(good, own_key, now).until == made.until
    for wrong in (
        {},
        {**good, "certificate": "x"},
        {**good, "certificate": "A" * 20_000},
        {**good, "authority": made.certificate},
        {**good, "until": int(now) - 1},
        {**good, "until": "soon"},
        {**good, "renew_after": True},
    ):
        with pytest.raises(AgentError):
            own._read_answer(wrong, own_key, now)
    with pytest.raises(AgentError):
        own._read_answer(good, key, now)


async def test_it_can_be_imported_with_a_passphrase_that_is_shown_once(folder, asked, tmp_path, capsys) -> None:
    _, made = asked
    file = tmp_path / "device.p12"
    assert shown.certificate(folder, file, None) == 0
    passphrase = capsys.readouterr().out.split("passphrase ")[1].split(".")[0]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    _, certificate, _ = pkcs12.load_key_and_certificates(file.read_bytes(), passphrase.encode())
    assert certificate == of(made)
    with pytest.raises(AgentError):  # nothing that is there is written over
        shown.certificate(folder, file, None)


async def test_a_browsers_store_has_the_newest_alone_and_it_is_remembered(folder, asked, tmp_path, capsys) -> None:
    if shutil.which("certutil") is None:
        absent("certutil IS NOT INSTALLED: no store was written (apt-get install libnss3-tools)")
    agent, made = asked
    store = tmp_path / "nssdb"
    with pytest.raises(AgentError):
        put_into(made, store)
    store.mkdir()
    certutil("-N", "--empty-password", store=store)
    assert shown.certificate(folder, None, store) == 0
    assert str(store) in capsys.readouterr().out
    kept = read_certificate(folder)
    assert kept is not None
    assert kept.stores == (str(store),)
    (folder.path / NAME).unlink()
    newer = await asyncio.to_thread(renewed, folder, agent, 0)
    assert newer is not None
    put_into(newer, Path(kept.stores[0]))
    listed = certutil("-L", "-n", NICKNAME, "-a", store=store)
    assert x509.load_pem_x509_certificates(listed.encode()) == [of(newer)]
