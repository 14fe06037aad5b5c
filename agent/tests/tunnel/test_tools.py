"""Tools for tunnels: root runs nothing that others may change, and a tool gets nothing of the caller's."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from limen_agent.errors import AgentError
from limen_agent.tunnel import tools
from limen_agent.tunnel.tools import check_owned, run, tool_path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where WireGuard is, as on a system that brings none."""
    monkeypatch.setattr(tools, "OTHER_FOLDERS", {sys.platform: (str(tmp_path),)})
    tmp_path.chmod(0o755)
    (tmp_path / "wireguard-x").write_text("#!/bin/sh\nenv\n")
    (tmp_path / "wireguard-x").chmod(0o755)
    return tmp_path


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, whose files these are")
@pytest.mark.parametrize("what", [".", "wireguard-x"])
def test_what_others_may_change_is_not_run(folder: Path, what: str) -> None:
    assert tool_path("wireguard-x") == f"{folder}/wireguard-x"
    (folder / what).chmod(0o777)
    with pytest.raises(AgentError):
        tool_path("wireguard-x")
    (folder / what).chmod(0o755)
    os.chown(folder / what, 1000, 1000)
    with pytest.raises(AgentError):
        check_owned(str(folder / "wireguard-x"))


def test_what_is_missing_is_named_with_its_package() -> None:
    with pytest.raises(AgentError) as refused:
        tool_path("wireguard.exe")
    assert refused.value.fix == "install WireGuard for Windows"


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, whose files these are")
def test_nothing_of_the_caller_reaches_a_tool(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_PRELOAD", "/tmp/x.so")
    assert "LD_PRELOAD" not in run("wireguard-x")
    (folder / "wireguard-x").write_text("#!/bin/sh\necho no >&2; exit 3\n")
    with pytest.raises(AgentError) as refused:
        run("wireguard-x", "a")
    assert refused.value.what.endswith(": no")
