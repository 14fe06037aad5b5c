"""macOS, RECORDED, NOT RUN ON THE SYSTEM: outputs written after the documentation of Apple's tools."""

from __future__ import annotations

from dataclasses import replace

import pytest
from agent.tests.collectors.healthy import MACOS
from agent.tests.collectors.recorded import DAY, NOW, Recorded, is_well_formed

from limen_agent.collectors.check import Check
from limen_agent.collectors.looking import look
from limen_agent.collectors.machine import Program, Ran
from limen_agent.collectors.macos import COLLECTORS
from limen_agent.collectors.memory import NoMemory

XPROTECT = "/Library/Apple/System/Library/CoreServices/XProtect.bundle/Contents/Info.plist"
TWO_UPDATES = """Software Update Tool

Finding available software
Software Update found the following new or updated software:
* Label: macOS Sequoia 15.3.1-24D70
\tTitle: macOS Sequoia 15.3.1, Version: 15.3.1, Size: 1496325KiB, Recommended: YES, Action: restart,
* Label: Safari18.3-18.3
\tTitle: Safari, Version: 18.3, Size: 142000KiB, Recommended: YES,
"""


def see(machine: Recorded, check: str) -> Check:
    (found,) = look(machine, NoMemory(), [check], by=COLLECTORS)
    assert is_well_formed(found), found
    return found


def test_updates_that_wait_and_that_need_a_restart() -> None:
    seen = see(MACOS.with_tool("softwareupdate", TWO_UPDATES), "updates").observed
    assert (seen["pending"], seen["security"], seen["restart_needed"]) == (2, 2, True)
    cut = TWO_UPDATES[: TWO_UPDATES.index("\tTitle: Safari")]
    assert see(MACOS.with_tool("softwareupdate", cut), "updates").state == "unknown"


@pytest.mark.parametrize(
    ("check", "tool", "printed", "key"),
    [
        ("disk_encryption", "fdesetup", "FileVault is Off.\n", "encrypted"),
        ("firewall", "socketfilterfw", "Firewall is disabled. (State = 0)\n", "enabled"),
        ("secure_boot", "system_profiler", "          Secure Boot: Reduced Security\n", "enabled"),
        ("anti_malware", "spctl", "assessments disabled\n", "running"),
    ],
)
def test_what_is_off_is_seen_to_be_off(check, tool, printed, key) -> None:
    assert see(MACOS.with_tool(tool, printed), check).observed[key] is False


def test_a_firewall_that_blocks_everything_is_on() -> None:
    said = "Firewall is enabled. (State = 2)\n"
    assert see(MACOS.with_tool("socketfilterfw", said), "firewall").observed["enabled"] is True


def test_a_setting_of_updates_that_was_never_made_is_unknown() -> None:
    name = next(tool for tool in MACOS.tools if tool.endswith("CriticalUpdateInstall"))
    missing = Ran(1, "", "The domain/default pair does not exist\n")
    assert see(MACOS.with_tool(name, missing), "auto_updates").state == "unknown"
    assert see(MACOS.with_tool(name, "0\n"), "auto_updates").observed["enabled"] is False


def test_screen_lock_is_told_to_its_user_alone() -> None:
    assert see(replace(MACOS, root=True), "screen_lock").reason == "no_session"
    off = Ran(0, "", "2026-09-21 10:00:00.000 sysadminctl[812:9999] screenLock is off\n")
    assert see(MACOS.with_tool("sysadminctl", off), "screen_lock").observed["enabled"] is False


def test_xprotect_is_as_old_as_its_bundle() -> None:
    old = replace(MACOS, times={XPROTECT: NOW - 30 * DAY})
    assert see(old, "anti_malware").observed["signatures_age_days"] == 30
    assert see(replace(MACOS, times={XPROTECT: NOW + 5 * DAY}), "anti_malware").observed["signatures_age_days"] is None


@pytest.mark.parametrize(
    "program",
    [
        Program(2, "sentineld", 501, "/Library/Sentinel/sentinel-agent.bundle/sentineld"),
        Program(2, "sentineld", 0, "/Users/ida/Library/Sentinel/x/sentineld"),
        Program(2, "sentineld", 0, ""),
    ],
)
def test_a_program_that_only_bears_a_sensors_name_is_none(program) -> None:
    assert see(replace(MACOS, running=(program,)), "edr").observed["running"] is False


def test_what_macos_does_not_tell_is_unknown() -> None:
    assert see(MACOS, "threats").reason == "unsupported"
    assert see(MACOS, "os").observed["supported_until"] is None
