"""A TPM of software for tests, swtpm, and a Python that has the library for TPMs."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.interop.real_apps import absent, environment


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
        self.process.wait(60)


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
    for _ in range(1_200):
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
