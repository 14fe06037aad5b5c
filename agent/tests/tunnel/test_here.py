"""Each system makes its own tunnel."""

from __future__ import annotations

from pathlib import Path

import pytest
from agent.tests.tunnel.recorded import ENDPOINT, KEY, WAY

from limen_agent.errors import AgentError
from limen_agent.tunnel import here, linux, tools, wireguard_go
from limen_agent.tunnel.windows import WindowsInterface


def test_windows_makes_its_own(tmp_path: Path) -> None:
    assert isinstance(here.interface("", KEY, WAY, ENDPOINT, tmp_path, "win32"), WindowsInterface)


@pytest.mark.parametrize("system", ["linux", "darwin"])
def test_the_others_too(system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_name: str) -> str:
        raise AgentError("no tool is here")

    for one in (wireguard_go, tools):  # so that nothing is made on the machine that runs this
        monkeypatch.setattr(one, "tool_path", missing)
    monkeypatch.setattr(linux, "_is_there", lambda _name: False)
    with pytest.raises(AgentError, match="no tool is here"):
        here.interface("", KEY, WAY, ENDPOINT, tmp_path, system)
