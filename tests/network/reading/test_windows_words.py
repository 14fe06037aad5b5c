"""Rules of Windows in each way that they are written, as the same words."""

from __future__ import annotations

import pytest

from limen.network.reading.reading import UnreadableError
from limen.network.reading.windows_words import written

ADD = 'netsh advfirewall firewall add rule name="a b" dir=in action=allow protocol=tcp localport=443 remoteip=10.0.0.1'
SHOWN = """
Rule Name:                            a b
----------------------------------------------------------------------
Enabled:                              Yes
Direction:                            In
RemoteIP:                             10.0.0.1
Protocol:                             TCP
LocalPort:                            443
Action:                               Allow
Ok.
"""
POWERSHELL = (
    'New-NetFirewallRule -DisplayName "a b" -Direction Inbound -Action Allow -Protocol TCP -LocalPort 443 '
    "-RemoteAddress 10.0.0.1"
)


@pytest.mark.parametrize("text", [ADD, SHOWN, POWERSHELL])
def test_each_way_of_writing_says_the_same(text: str) -> None:
    (rule,) = written(text).rules
    assert (rule["name"], rule["dir"].lower()[:2], rule["action"].lower()) == ("a b", "in", "allow")
    assert (rule["protocol"].lower(), rule["localport"], rule["remoteip"]) == ("tcp", "443", "10.0.0.1")
    assert written(text).unread == []


@pytest.mark.parametrize(
    "text", [ADD.replace(" dir=", " ^\n  dir="), POWERSHELL.replace(" -Action", " `\r\n  -Action")]
)
def test_commands_go_on_in_the_next_line(text: str) -> None:
    assert written(text).unread == []
    assert written(text).rules[0]["action"].lower() == "allow"


def test_lists_in_powershell() -> None:
    line = "New-NetFirewallRule -DisplayName x -RemoteAddress 10.0.0.1, 10.0.0.2 -LocalPort @(1)"
    assert written(line).rules[0]["remoteip"] == "10.0.0.1,10.0.0.2"


def test_types_of_icmp_as_they_are_shown() -> None:
    text = SHOWN.replace("TCP\n", "ICMPv4\n  Type    Code\n  8       Any\n  3       4\n")
    assert written(text).rules[0]["icmptype"] == "8,3:4"


def test_later_commands_change_earlier_ones() -> None:
    off = f"{ADD}\nnetsh advfirewall firewall set rule name=all new enable=no"
    assert written(off).rules[0]["enable"] == "no"
    assert len(written(f"{ADD}\nnetsh advfirewall reset\n{ADD}").rules) == 1
    with pytest.raises(UnreadableError):
        written(f'{ADD}\nnetsh advfirewall firewall delete rule name="a b"')


@pytest.mark.parametrize(
    "line",
    [
        'netsh advfirewall firewall set rule group="Core Networking" new enable=yes',
        "netsh advfirewall consec add rule name=x",
        "netsh advfirewall set domainprofile state off",
    ],
)
def test_other_commands_are_named(line: str) -> None:
    assert [number for number, _ in written(f"{ADD}\n{line}").unread] == [2]


def test_another_language_or_nothing_is_refused() -> None:
    for text in ("", "Regelname:   Remotedesktop\nAktiviert:  Ja\n"):
        with pytest.raises(UnreadableError):
            written(text)
