"""The agent installed from its own wheel in an empty environment: what a user gets, and nothing else."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import psutil
import pytest
from agent.tests.fake_limen import TOKEN, fake_limen
from tests.interop.fronts import program
from tests.interop.real_apps import LOCKS, absent

from limen_agent import __version__
from limen_agent.collectors.check import CHECKS

HERE = Path(__file__).parents[1]
MOST_MB = 60


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(place)]
    done = subprocess.run(build, cwd=HERE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (built,) = place.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment with the wheel and what it needs, by their hashes."""
    place, uv = tmp_path_factory.mktemp("empty") / "venv", program("uv")
    install = [uv, "pip", "install", "--quiet", "--python", str(place / "bin" / "python")]
    for command in (
        [uv, "venv", "--quiet", "--python", sys.executable, str(place)],
        [*install, "--require-hashes", "-r", str(LOCKS / "agent.lock")],
        [*install, "--no-deps", str(wheel)],
        [uv, "pip", "check", "--quiet", "--python", str(place / "bin" / "python")],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            absent(f"THE AGENT COULD NOT BE INSTALLED FROM ITS WHEEL\n{done.stderr[-2000:]}")
    return place / "bin"


def agent(programs: Path, *words: str, token: str = "") -> subprocess.CompletedProcess[str]:
    command = [str(programs / "limen-agent"), *words]
    return subprocess.run(
        command, input=token, capture_output=True, text=True, check=False, cwd="/", env=bare(programs)
    )


def bare(programs: Path) -> dict[str, str]:
    return {"PATH": str(programs), "HOME": os.environ.get("HOME", "/")}


def test_the_wheel_holds_the_package_its_unit_and_its_licence(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert wheel.name == f"limen_agent-{__version__}-py3-none-any.whl"
    for end in (
        "limen_agent/py.typed",
        "share/limen-agent/limen-agent.service",
        "licenses/LICENSE",
        "limen_agent/cli/main.py",
    ):
        assert any(name.endswith(end) for name in names), end
    assert not [name for name in names if "test" in name]


def test_it_says_its_version_and_what_it_sees(installed: Path) -> None:
    assert agent(installed, "--version").stdout == f"limen-agent {__version__}\n"
    done = agent(installed, "check", "--json")
    assert done.returncode == 0, done.stderr
    assert [one["id"] for one in json.loads(done.stdout)] == list(CHECKS)


def test_it_enrols_serves_and_ends_when_told(installed: Path, tmp_path: Path) -> None:
    with fake_limen(tmp_path / "limen") as (limen, ca):
        limen.ports = [47993, 47994, 47995]
        state = ("--state", str(tmp_path / "state"))
        done = agent(installed, *state, "enrol", limen.address, "--ca", str(ca), "--token-file", "-", token=TOKEN)
        assert done.returncode == 0, done.stderr
        command = [str(installed / "limen-agent"), *state, "run", "--user", "root"]
        running = subprocess.Popen(command, cwd="/", env=bare(installed), stdout=subprocess.PIPE, text=True)
        try:
            (report,) = limen.wait_for_reports(1, 120)
            assert {one["id"] for one in report["checks"]} == set(CHECKS)
            assert limen.stream_opened.wait(60)
            second = agent(installed, *state, "run")
            assert "another limen-agent" in second.stderr
            limen.push("recheck", nonce=limen.nonce(), checks=["secure_boot"])
            limen.wait_for_reports(2, 60)
            assert [one["why"] for one in limen.reports] == ["start", "asked"]
            assert agent(installed, *state, "status").returncode == 0
            assert psutil.Process(running.pid).memory_info().rss < MOST_MB * 2**20
            running.send_signal(signal.SIGTERM)
            began = time.monotonic()
            assert running.wait(60) == 0
            assert time.monotonic() - began < 10
        finally:
            running.kill()
            running.communicate()
