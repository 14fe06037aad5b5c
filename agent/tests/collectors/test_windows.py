"""Windows, RECORDED, NOT RUN ON THE SYSTEM: answers written after Microsoft's documentation of the classes asked."""

from __future__ import annotations

import json

import pytest
from agent.tests.collectors.healthy import SCRIPTS, WINDOWS
from agent.tests.collectors.recorded import NOW, Recorded, is_good, is_well_formed

from limen_agent.collectors import windows
from limen_agent.collectors.check import Check
from limen_agent.collectors.looking import look
from limen_agent.collectors.machine import Ran
from limen_agent.collectors.memory import NoMemory

SECURITY = "0FA1201D-4330-4FA8-8AE9-B877473B6441"


def see(machine: Recorded, check: str) -> Check:
    (found,) = look(machine, NoMemory(), [check], by=windows.COLLECTORS)
    assert is_well_formed(found), found
    return found


def saying(script: str, **said: object) -> Recorded:
    return WINDOWS.with_tool(f"powershell {script}", json.dumps({**SCRIPTS[script], **said}) + "\r\n")


def test_updates_are_for_security_by_their_category_not_by_their_words() -> None:
    two = [{"id": "a", "categories": [SECURITY]}, {"id": "b", "categories": ["sicherheitsupdate"]}]
    seen = see(saying("_UPDATES", updates=two), "updates").observed
    assert (seen["pending"], seen["security"]) == (2, 1)


@pytest.mark.parametrize(
    "said", [{"code": 4}, {"searched": 0}, {"searched": int(NOW + 99_999)}, {"updates": [{"id": "a"}]}]
)
def test_a_search_that_failed_or_never_was_is_unknown(said) -> None:
    assert see(saying("_UPDATES", **said), "updates").state == "unknown"


def test_a_powershell_that_fails_is_unknown_and_denied_where_it_says_so() -> None:
    denied = Ran(1, "", "Get-CimInstance : Access is denied.\r\n")
    assert see(WINDOWS.with_tool("powershell _DISKS", denied), "disk_encryption").reason == "denied"


VOLUME = {"letter": "C:", "type": 0, "protection": 1, "conversion": 1}


@pytest.mark.parametrize(
    ("volumes", "state"),
    [
        ([VOLUME], True),
        ([{**VOLUME, "protection": 0}], False),
        ([{**VOLUME, "conversion": 2}], False),  # on its way
        ([VOLUME, {**VOLUME, "letter": "D:", "type": 1, "protection": 0}], False),
        ([VOLUME, {**VOLUME, "letter": "E:", "type": 2, "protection": 0}], True),  # a stick
        ([{**VOLUME, "protection": 2}], None),  # locked
        ([{**VOLUME, "type": 1}], None),
        ([], None),
    ],
)
def test_bitlocker_protects_the_system_and_every_fixed_disk_or_nothing(volumes, state) -> None:
    assert see(saying("_DISKS", volumes=volumes), "disk_encryption").observed.get("encrypted") is state


@pytest.mark.parametrize(
    ("changed", "state"),
    [({}, True), ({"enabled": 0}, False), ({"inbound": 2}, False), ({"enabled": 2}, None), ({"inbound": 0}, None)],
)
def test_every_profile_of_the_firewall_must_block(changed, state) -> None:
    profiles = [{"name": name, "enabled": 1, "inbound": 4} for name in ("Domain", "Private")]
    profiles.append({"name": "Public", "enabled": 1, "inbound": 4, **changed})
    assert see(saying("_FIREWALL", profiles=profiles), "firewall").observed.get("enabled") is state
    assert see(saying("_FIREWALL", profiles=profiles[:2]), "firewall").state == "unknown"


def test_a_screen_that_no_policy_locks_is_unknown() -> None:
    assert see(saying("_LOCK", policy_s=None), "screen_lock").reason == "no_session"
    assert see(saying("_LOCK", policy_s=0), "screen_lock").reason == "no_session"
    assert see(saying("_LOCK", policy_s=900), "screen_lock").observed == {"enabled": True, "after_s": 900}


def test_a_service_that_is_stopped_is_no_sensor() -> None:
    assert see(saying("_EDR", services=[{"name": "Sense", "status": 1}]), "edr").observed["running"] is False


def test_threats_are_named_and_of_no_future() -> None:
    found = see(saying("_THREATS", threats=[{"name": "Virus:DOS/EICAR_Test_File", "at": int(NOW + 999)}]), "threats")
    assert found.observed["active"] == [{"name": "Virus:DOS/EICAR_Test_File", "at": int(NOW)}]
    assert not is_good(found)


@pytest.mark.parametrize("level", [0, 1, 2, 3, 5])
def test_only_the_level_that_installs_counts_as_automatic(level) -> None:
    assert not is_good(see(saying("_AUTO", level=level), "auto_updates"))


def test_each_script_answers_one_object_of_the_keys_that_are_asked_for() -> None:
    for name, said in SCRIPTS.items():
        script = getattr(windows, name)
        assert "$answer=@{" in script
        assert script.count("(") == script.count(")")
        assert script.count("{") == script.count("}")
        assert script.count("'") % 2 == 0
        assert '"' not in script
        assert all(f"{key}=" in script for key in said)
