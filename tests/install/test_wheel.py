"""The wheel: equal sources give equal bytes, wherever and whenever it is built; and pip, pipx and uv install it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import urllib.request
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest
from tests.install.wheelhouse import OFFLINE, REPOSITORY, built_into, run
from tests.ports import free_ports

pytestmark = pytest.mark.slow
BESIDE = Path(sys.executable).parent


def by_pip(wheel: Path, folder: Path) -> Path:
    run(sys.executable, "-m", "venv", folder / "venv")
    run(folder / "venv" / "bin" / "pip", "install", "--quiet", wheel, more=OFFLINE)
    return folder / "venv" / "bin" / "limen"


def by_pipx(wheel: Path, folder: Path) -> Path:
    own = {"PIPX_HOME": str(folder / "home"), "PIPX_BIN_DIR": str(folder / "bin"), "PIPX_MAN_DIR": str(folder / "man")}
    path = {"PATH": f"{BESIDE}:{os.environ['PATH']}"}  # with uv, as pip here would first ask for a newer pip
    run(BESIDE / "pipx", "install", "--quiet", "--backend", "uv", wheel, more={**OFFLINE, **own, **path})
    return folder / "bin" / "limen"


def by_uv(wheel: Path, folder: Path) -> Path:
    own = {"UV_TOOL_DIR": str(folder / "tools"), "UV_TOOL_BIN_DIR": str(folder / "bin")}
    run(BESIDE / "uv", "tool", "install", "--quiet", "--python", sys.executable, wheel, more={**OFFLINE, **own})
    return folder / "bin" / "limen"


@pytest.mark.parametrize("install", [by_pip, by_pipx, by_uv], ids=["pip", "pipx", "uv tool"])
def test_installed_by_it_limen_answers(wheel: Path, tmp_path: Path, install) -> None:
    limen = install(wheel, tmp_path)
    company = tmp_path / "harbor"
    run(limen, "init", company, "--name", "Harbor", "--domain", "harbor.localhost", "--no-input")
    pages, check = free_ports(2)
    settings = company / "limen.toml"
    text = settings.read_text().replace('# check = "127.0.0.1:8081"', f'check = "127.0.0.1:{check}"')
    settings.write_text(text.replace("# address = ", "address = ").replace(":8080", f":{pages}"))
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    serving = subprocess.Popen([limen, "serve", company], env=clean, stdout=subprocess.PIPE, text=True)
    try:
        assert serving.stdout is not None
        link = next((line for line in iter(serving.stdout.readline, "") if "/enrol#" in line), "")
        assert f"limen.harbor.localhost:{pages}/" in link
        asked = urllib.request.Request(
            f"http://127.0.0.1:{pages}/sign-in", headers={"Host": f"limen.harbor.localhost:{pages}"}
        )
        with urllib.request.urlopen(asked, timeout=20) as answer:
            assert answer.status == 200
        serving.send_signal(signal.SIGTERM)
        assert serving.wait(20) == 0
    finally:
        serving.kill()
        serving.wait()


def test_equal_sources_give_equal_bytes(wheel: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "of another name"
    elsewhere.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copyfile(REPOSITORY / name, elsewhere / name)  # with other times, and other rights
    for name in ("src/limen", "examples/harbor"):
        shutil.copytree(REPOSITORY / name, elsewhere / name, copy_function=shutil.copyfile)
    again = built_into(tmp_path, elsewhere)
    assert sha256(again.read_bytes()).digest() == sha256(wheel.read_bytes()).digest()


def test_it_holds_the_product_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        names = opened.namelist()
    assert {name.split("/")[0] for name in names} == {
        "limen",
        next(name for name in names if "dist-info" in name).split("/")[0],
    }
    assert not [
        name for name in names if "__pycache__" in name or "/tests/" in name or name.endswith((".key", ".lock"))
    ]
    assert "limen/py.typed" in names
    assert "limen/demo/harbor/limen.toml" in names
