"""Maker, model, serial number and hardware UUID; macOS and Windows from recorded outputs, Linux for real."""

from __future__ import annotations

import sys

import pytest
from agent.tests.collectors.recorded import Recorded

from limen_agent.collectors.check import UndeterminedError
from limen_agent.collectors.machine import Ran
from limen_agent.wire.machine_name import hardware

IOREG = """+-o J614sAP  <class IOPlatformExpertDevice, id 0x10000029f, registered, matched, active, busy 0>
    {
      "manufacturer" = <"Apple Inc.">
      "IOPlatformUUID" = "392547DC-0000-4000-A87A-000000000001"
      "model" = <"Mac16,1">
      "IOPlatformSerialNumber" = "C02LARK1"
      "compatible" = <"J614sAP","Mac16,1","AppleARM">
    }
"""


def test_macos(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert hardware(Recorded(tools={"ioreg": Ran(0, IOREG, "")})) == {
        "vendor": "Apple Inc.",
        "model": "Mac16,1",
        "serial": "C02LARK1",
        "uuid": "392547DC-0000-4000-A87A-000000000001",
    }


def test_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    said = (
        '{"serial":"PF-2ABCDE","model":"20XW","uuid":"4C4C4544-0042-3510-8052-C4C04F4E3432","vendor":"LENOVO","x":1}\n'
    )
    found = hardware(Recorded(tools={"powershell.exe": Ran(0, said, "")}))
    assert (found["serial"], found["uuid"][:8], set(found)) == (
        "PF-2ABCDE",
        "4C4C4544",
        {"vendor", "model", "serial", "uuid"},
    )


@pytest.mark.parametrize("platform", ["darwin", "win32"])
@pytest.mark.parametrize(
    "said",
    [
        Ran(1, "", "denied"),
        Ran(0, "", ""),
        Ran(0, "{", ""),
        Ran(0, '{"serial": ["x"], "uuid": null, "vendor": "None", "model": "To Be Filled By O.E.M."}', ""),
        UndeterminedError("timed_out", "too long"),
        UndeterminedError("missing_tool", "not there"),
    ],
)
def test_what_can_not_be_read_is_not_said(monkeypatch: pytest.MonkeyPatch, platform: str, said: object) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    tool = {"darwin": "ioreg", "win32": "powershell.exe"}[platform]
    assert hardware(Recorded(tools={tool: said})) == {}  # type: ignore[dict-item]


def test_here() -> None:
    assert set(hardware()) <= {"vendor", "model", "serial", "uuid"}
