"""The device's key in a TPM, for real, with swtpm: its maker's certificate, certification, activation, reports."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from agent.tests.fake_limen import TOKEN, FakeLimen, decoded, fake_limen
from tests.interop.real_apps import absent, environment

HERE = Path(__file__).parent
SOURCE = HERE.parent / "src"


class Swtpm:
    """A TPM of software with a state of its own; `made` with an endorsement certificate or without."""

    def __init__(self, folder: Path, *options: str) -> None:
        folder.mkdir()
        self.folder = folder
        config, state = folder / "config", folder / "state"
        state.mkdir()
        config.mkdir()
        for name, content in {
            "swtpm_setup.conf": "create_certs_tool=/usr/bin/swtpm_localca\n"
            f"create_certs_tool_config={config}/localca.conf\n"
            f"create_certs_tool_options={config}/options\nactive_pcr_banks=sha256\n",
            "localca.conf": f"statedir={folder}/ca\nsigningkey={folder}/ca/signkey.pem\n"
            f"issuercert={folder}/ca/issuercert.pem\ncertserial={folder}/ca/serial\n",
            "options": "--platform-manufacturer Harbor\n--platform-version 1\n--platform-model wren\n",
        }.items():
            (config / name).write_text(content)
        setup = [
            "swtpm_setup",
            "--tpm2",
            "--tpmstate",
            str(state),
            "--config",
            str(config / "swtpm_setup.conf"),
            *options,
        ]
        done = subprocess.run(setup, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        self.port = free_ports()
        server, control = f"type=tcp,port={self.port}", f"type=tcp,port={self.port + 1}"
        command = ["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={state}", "--server", server, "--ctrl", control]
        self.process = subprocess.Popen(
            [*command, "--flags", "not-need-init,startup-clear"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until_open(self.port + 1)

    @property
    def issuer(self) -> Path:
        return self.folder / "ca" / "issuercert.pem"

    @property
    def address(self) -> str:
        return f"swtpm:host=127.0.0.1,port={self.port}"

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(10)


def free_ports() -> int:
    """A port of which the next one is free as well: swtpm takes both."""
    for _ in range(100):
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            try:
                second.bind(("127.0.0.1", first.getsockname()[1] + 1))
            except (OSError, OverflowError):
                continue
            return int(first.getsockname()[1])
    raise AssertionError("no two ports are free")


def until_open(port: int) -> None:
    for _ in range(100):
        with socket.socket() as there:
            if there.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("swtpm did not start")


@pytest.fixture(scope="module")
def python() -> str:
    if not shutil.which("swtpm_setup") or not Path("/usr/include/tss2").is_dir():
        absent("SWTPM OR LIBTSS2-DEV IS NOT INSTALLED: the device's key in a TPM was not tested")
    return str(environment("agent-tpm") / "python")


P384 = "--ecc --create-ek-cert --create-platform-cert --lock-nvram"


@pytest.fixture(scope="module")
def tpms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Swtpm]]:
    """One TPM for each way of making it: a machine has one as well, and keeps it through every enrolment."""
    running: dict[str, Swtpm] = {}

    def made(options: str) -> Swtpm:
        if options not in running:
            running[options] = Swtpm(tmp_path_factory.mktemp("tpm") / "made", *options.split())
        return running[options]

    yield made
    for one in running.values():
        one.end()


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
