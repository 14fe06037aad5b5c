"""The device's key in a TPM, for real, with swtpm: its maker's certificate, certification, activation, reports."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from agent.tests.fake_limen import TOKEN, FakeLimen, decoded, fake_limen
from agent.tests.swtpm import P384, Swtpm, python, tpms

__all__ = ["python", "tpms"]

HERE = Path(__file__).parent
SOURCE = HERE.parent / "src"


@pytest.fixture
def swtpm(request: pytest.FixtureRequest, tpms: Callable[[str], Swtpm]) -> Swtpm:
    return tpms(getattr(request, "param", P384))


@pytest.fixture
def home(tmp_path: Path, python: str, swtpm: Swtpm) -> Iterator[SimpleNamespace]:
    with fake_limen(tmp_path / "limen") as (limen, ca):
        limen.verify_tpm = lambda said: verified(python, swtpm, limen, said)
        yield SimpleNamespace(limen=limen, ca=str(ca), state=str(tmp_path / "state"), python=python, tcti=swtpm.address)


def verified(python: str, swtpm: Swtpm, limen: FakeLimen, said: dict[str, str]) -> dict[str, str]:
    command = [python, str(HERE / "tpm_verifier.py"), str(swtpm.issuer)]
    done = subprocess.run(command, input=json.dumps(said), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    limen.activated = decoded(made["expected"])
    limen.seen = made  # type: ignore[attr-defined]
    return {name: made[name] for name in ("credential", "secret")}


Done = subprocess.CompletedProcess[str]
REPORT = """
import sys
from pathlib import Path
from limen_agent.service.running import open_client
from limen_agent.state.folder import StateFolder
open_client(StateFolder(Path(sys.argv[1]))).report((), "asked")
"""
"""A report of nothing: looking at this whole machine takes seconds, and is tried elsewhere."""


def agent(home: SimpleNamespace, *words: str, tcti: str | None = None, token: str = "") -> Done:
    return python_of(home, "-m", "limen_agent", "--state", home.state, *words, tcti=tcti, token=token)


def report(home: SimpleNamespace, tcti: str | None = None) -> Done:
    return python_of(home, "-c", REPORT, home.state, tcti=tcti)


def python_of(home: SimpleNamespace, *words: str, tcti: str | None = None, token: str = "") -> Done:
    tpm = {"LIMEN_AGENT_TCTI": home.tcti if tcti is None else tcti, "TSS2_LOG": "all+NONE"}
    environ = {**os.environ, "PYTHONPATH": str(SOURCE), **tpm}
    command = [home.python, *words]
    return subprocess.run(command, input=token, capture_output=True, text=True, check=False, env=environ, timeout=120)


def enrol(home: SimpleNamespace, key: str = "auto", tcti: str | None = None) -> subprocess.CompletedProcess[str]:
    words = ("enrol", home.limen.address, "--ca", home.ca, "--token-file", "-", "--key", key)
    return agent(home, *words, tcti=tcti, token=TOKEN)


KINDS = {"P-384 certificate": P384, "RSA certificate": "--create-ek-cert", "no certificate": "--ecc"}


@pytest.mark.parametrize("swtpm", KINDS.values(), ids=KINDS.keys(), indirect=True)
def test_a_key_in_the_tpm_is_proved_and_signs_reports(home, request) -> None:
    done = enrol(home)
    assert done.returncode == 0, done.stderr
    assert home.limen.enrolments[0]["key_storage"] == "tpm"
    (device,) = home.limen.devices.values()
    assert device["jwk"]["x"] == home.limen.seen["x"]
    assert bool(home.limen.seen["certificate"]) == ("no certificate" not in request.node.name)
    said = json.loads((Path(home.state) / "enrolment.json").read_text())
    assert (said["key_kind"], said["key_storage"]) == ("tpm", "tpm")
    assert not (Path(home.state) / "key.pem").exists()
    for _ in range(2):
        assert report(home).returncode == 0
    assert [one["seq"] for one in home.limen.reports] == [1, 2]
    assert "TPM" in agent(home, "status").stdout


def test_the_state_of_a_tpm_key_is_of_no_use_with_another_tpm(home, tpms) -> None:
    assert enrol(home).returncode == 0
    done = report(home, tcti=tpms(KINDS["no certificate"]).address)
    assert "AgentError: the TPM refused" in done.stderr
    assert home.limen.reports == []


def test_what_is_sealed_for_another_tpm_is_not_opened(home, python, swtpm) -> None:
    home.limen.verify_tpm = lambda said: {**verified(python, swtpm, home.limen, said), "secret": "AGIAIA"}
    done = enrol(home)
    assert done.returncode == 1
    assert home.limen.devices == {}
    assert not (Path(home.state) / "enrolment.json").exists()


def test_without_a_tpm_it_falls_back_to_a_file_and_says_so_or_refuses_where_one_was_asked_for(home) -> None:
    asked_for = enrol(home, "tpm", tcti="swtpm:host=127.0.0.1,port=1")
    assert asked_for.returncode == 1
    assert "TPM can't be reached" in asked_for.stderr
    done = enrol(home, tcti="swtpm:host=127.0.0.1,port=1")
    assert done.returncode == 0
    assert "in a file" in done.stdout
    assert home.limen.enrolments[0]["key_storage"] == "file"
    assert "whoever becomes root on this machine can copy it" in agent(home, "status").stdout
