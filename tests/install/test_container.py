"""The image, built from a base of this machine's and without any network, and started by the compose file."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.install.local_base import lay_out
from tests.install.wheelhouse import REPOSITORY, WHEELS, run
from tests.real_parts import need

pytestmark = pytest.mark.slow
COMPOSE = REPOSITORY / "container" / "compose.yaml"
PRIVATE = """
set -e
mount --make-rprivate /
if [ "$(stat -f -c %T /sys/fs/cgroup)" != cgroup2fs ]; then
  umount -R /sys/fs/cgroup
  mount -t cgroup2 none /sys/fs/cgroup
fi
ip link set lo up
echo ready
exec sleep 600
"""
WITHOUT_CGROUPS = """
[containers]
cgroups = "disabled"
default_ulimits = ["nofile=1024:8192", "nproc=1024:8192"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "none"
"""
"""What a machine can do that is in a sandbox itself."""
LIMITS = ("--ulimit", "nproc=1024:8192", "--ulimit", "nofile=1024:8192")
OFFLINE = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "/wheels", "UV_OFFLINE": "1", "UV_FIND_LINKS": "/wheels"}
SAID_SECONDS = 60


class Engine:
    """podman and what belongs to it, in namespaces and with a storage of its own: ports of this machine stay free."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        storage = f'[storage]\ndriver = "overlay"\ngraphroot = "{folder}/graph"\nrunroot = "{folder}/run"\n'
        (folder / "storage.conf").write_text(storage)
        (folder / "containers.conf").write_text(WITHOUT_CGROUPS)
        self._inside = subprocess.Popen(
            ["unshare", "--mount", "--net", "sh", "-c", PRIVATE], stdout=subprocess.PIPE, text=True
        )
        assert self._inside.stdout is not None
        assert self._inside.stdout.readline() == "ready\n"

    def run(self, *command: str | Path, seconds: int = 240) -> str:
        files = {
            "CONTAINERS_STORAGE_CONF": str(self.folder / "storage.conf"),
            "CONTAINERS_CONF": str(self.folder / "containers.conf"),
            "PODMAN_IGNORE_CGROUPSV1_WARNING": "1",
            "TMPDIR": str(self.folder),
        }
        entered = ("nsenter", "--target", str(self._inside.pid), "--mount", "--net", f"--wd={REPOSITORY}")
        return run(*entered, *command, more=files, seconds=seconds, cwd=REPOSITORY)

    def close(self) -> None:
        self.run("podman", "system", "reset", "--force")
        self._inside.kill()
        self._inside.wait()


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    need(
        os.geteuid() == 0 and shutil.which("podman") and shutil.which("podman-compose"),
        "podman needs to be there, and root",
    )
    need((WHEELS / "complete").is_file(), f"what the image is made of is not in {WHEELS}")
    engine = Engine(tmp_path_factory.mktemp("c"))
    try:
        yield engine
    finally:
        engine.close()


@pytest.fixture(scope="module")
def image(engine: Engine) -> str:
    """Built as the document says, but for the base and where packages come from."""
    root = engine.folder / "base"
    root.mkdir()
    lay_out(root)
    packed = engine.folder / "base.tar"
    run("tar", "-C", root, "-cf", packed, ".")
    engine.run("podman", "import", packed, "localhost/base")
    offline = [word for name, value in OFFLINE.items() for word in ("--env", f"{name}={value}")]
    command = ("buildah", "build", *LIMITS, "--network", "none", "--volume", f"{WHEELS}:/wheels:ro", *offline)
    where = ("--build-arg", "BASE=localhost/base", "--file", "container/Containerfile", "--tag", "limen", ".")
    engine.run(*command, *where, seconds=280)
    return "limen"


def test_it_runs_as_nobody_and_holds_no_tools(engine: Engine, image: str) -> None:
    told = json.loads(engine.run("podman", "image", "inspect", image))[0]["Config"]
    assert told["User"] == "10001:10001"
    assert told["Entrypoint"] == ["limen"]
    holds = engine.run(
        "podman",
        "run",
        "--rm",
        "--entrypoint",
        "python3",
        image,
        "-c",
        "import os; print(os.listdir('/opt/limen/bin'))",
    )
    assert "'limen'" in holds
    assert "'pip'" not in holds
    assert "'uv'" not in holds


def test_started_by_the_compose_file_it_serves_pages_and_keeps_them(engine: Engine, image: str) -> None:
    compose = ("podman-compose", "--in-pod", "false", "--file", COMPOSE)
    first = ("init", "company", "--name", "Harbor", "--domain", "harbor.localhost", "--https", "internal")
    engine.run(*compose, "run", "--rm", "limen", *first)
    engine.run(*compose, "up", "--detach", "--no-build")
    link = said(engine, compose, "/enrol#")
    assert "https://limen.harbor.localhost" in link
    curl = (
        "curl",
        "--retry",
        "20",
        "--retry-delay",
        "1",
        "--retry-connrefused",
        "--silent",
        "--insecure",
        "--fail",
        "--output",
        "/dev/null",
        "--write-out",
        "%{http_code}",
    )
    asked = (*curl, "--resolve", "limen.harbor.localhost:443:127.0.0.1", "https://limen.harbor.localhost/sign-in")
    assert engine.run(*asked) == "200"
    engine.run(*compose, "stop")
    assert "stopped." in engine.run(*compose, "logs")
    engine.run(*compose, "start")
    assert engine.run(*asked) == "200"
    engine.run(*compose, "down", "--volumes")


def said(engine: Engine, compose: tuple[str | Path, ...], word: str) -> str:
    """What the log says once it has this word."""
    deadline = time.monotonic() + SAID_SECONDS
    while time.monotonic() < deadline:
        log = engine.run(*compose, "logs")
        if word in log:
            return log
        time.sleep(0.5)
    pytest.fail(f"{word} was not said: {log[-2_000:]}")
