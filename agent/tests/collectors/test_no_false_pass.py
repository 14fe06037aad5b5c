"""Whatever a tool prints or a file holds that is not what it should be, no check passes by it: on every platform."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from agent.tests.collectors.healthy import (
    DECISIVE_LINUX,
    DECISIVE_MACOS,
    DECISIVE_WINDOWS,
    LINUX,
    MACOS,
    WINDOWS,
)
from agent.tests.collectors.recorded import Printed, Recorded, is_good, is_well_formed
from hypothesis import given, settings, strategies as st

from limen_agent.collectors import macos, windows
from limen_agent.collectors.check import CHECKS, Check, UndeterminedError
from limen_agent.collectors.linux import COLLECTORS as LINUX_COLLECTORS
from limen_agent.collectors.looking import look
from limen_agent.collectors.machine import Ran
from limen_agent.collectors.memory import NoMemory

PLATFORMS = {
    "linux": (LINUX, DECISIVE_LINUX, LINUX_COLLECTORS),
    "macos": (MACOS, DECISIVE_MACOS, macos.COLLECTORS),
    "windows": (WINDOWS, DECISIVE_WINDOWS, windows.COLLECTORS),
}
UNTOLD = {
    "linux": {"administrators"},
    "macos": {"os", "threats", "administrators"},
    "windows": {"os", "administrators"},
}
"""What does not pass on a healthy machine: of macOS and Windows the server knows the end of life; ida is named."""

TEXTS = {
    "empty": "",
    "a newline": "\n",
    "newlines": "\n" * 40,
    "spaces": " " * 500,
    "tabs": "\t\t\t",
    "carriage returns": "\r\r\r\n",
    "a zero": "0",
    "a one": "1",
    "minus one": "-1",
    "a word": "enabled-ish",
    "yes": "yes",
    "true in capitals": "TRUE",
    "json null": "null",
    "json true": "true ]",
    "json list": "[]",
    "json object": "{}",
    "json number": "42",
    "json string": '"On"',
    "json nothing in it": '{"nftables": []}',
    "json cut": '{"nftables": [{"metainfo"',
    "json of another": '{"value": true}',
    "json with a text for true": '{"on": "true"}',
    "json with nulls": '{"on": null, "level": null, "volumes": null}',
    "json nested": '{"a":' * 2000 + "1" + "}" * 2000,
    "json list nested": "[" * 90_000,
    "json twice": '{"on": false, "on": true}',
    "no ruleset but metainfo": '{"nftables": [{"metainfo": {"version": "1"}}]}',
    "no profiles": '{"profiles": []}',
    "no volumes": '{"volumes": []}',
    "no members": '{"members": []}',
    "no services": '{"services": []}',
    "byte order mark": "\ufeff",
    "zeros": "\0" * 300,
    "escapes": "\x1b[2J\x1b]0;pass\x07",
    "a line without an end": "x" * 200_000,
    "replacement characters": "\ufffd" * 99,
    "right to left": "\u202eno si tluaVeliF",
    "full width": "ＦｉｌｅＶａｕｌｔ ｉｓ Ｏｎ．",
    "many lines": "line\n" * 50_000,
    "a usage": "Usage: tool [options]\n",
    "not found": "sh: 1: tool: not found\n",
    "permission denied": "Permission denied\n",
    "must be root": "You must be root to do this.\n",
    "no such file": "No such file or directory\n",
    "segmentation fault": "Segmentation fault (core dumped)\n",
    "a traceback": "Traceback (most recent call last):\n",
    "html": "<html><body>Captive portal</body></html>",
    "xml": '<?xml version="1.0"?><Objs/>',
    "a prompt": "[sudo] password for ida: ",
    "a lock": "E: Could not get lock /var/lib/dpkg/lock\n",
    "german apt": "0 aktualisiert, 0 neu installiert, 0 zu entfernen und 0 nicht aktualisiert.\n",
    "french apt": "0 mis à jour, 0 nouvellement installés, 0 à enlever et 0 non mis à jour.\n",
    "japanese apt": "アップグレード: 0 個、新規インストール: 0 個、削除: 0 個、保留: 0 個。\n",
    "german filevault": "FileVault ist aktiviert.\n",
    "french filevault": "FileVault est activé.\n",
    "filevault on its way": "FileVault is On.\nEncryption in progress: Percent completed = 12\n",
    "filevault being undone": "FileVault is On.\nDecryption in progress: Percent completed = 97\n",
    "filevault deferred": "FileVault is Off.\nDeferred enablement appears to be active for user 'ida'.\n",
    "german firewall": "Die Firewall ist aktiviert. (Status = 1)\n",
    "firewall that contradicts itself": "Firewall is enabled. (State = 0)\n",
    "firewall said twice": "Firewall is enabled. (State = 1)\nFirewall is disabled. (State = 0)\n",
    "german software update": "Keine neue Software verfügbar.\n",
    "german units": "aktiviert\n",
    "static": "static\n",
    "masked": "masked\n",
    "two answers": "true\nfalse\n",
    "uint32 without a number": "uint32 \n",
    "uint32 far too large": "uint32 99999999999999999999\n",
    "uint32 in other digits": "uint32 ٣٠٠\n",
    "never": "uint32 0\n",
    "a schema that is missing": "No such schema “org.gnome.desktop.screensaver”\n",
    "windows in german": '{"on": "Wahr", "level": "Geplant", "policy_s": "600"}',
    "windows floats": '{"level": 4.0, "policy_s": 600.5}',
    "windows booleans for numbers": '{"level": true, "policy_s": true, "code": true}',
    "clixml": '#< CLIXML\r\n<Objs Version="1.1.0.1"/>',
    "pong of another": "PONG PONG",
    "a version of nothing": "ClamAV /27800/",
    "signatures of the future": "ClamAV 1.4.3/1/Sun Sep 20 08:25:21 2099",
    "an efi variable of one byte": "\x01",
    "an efi variable that is too long": "\6\0\0\0\1\1",
}
"""What was printed, or stands in a file, instead."""
OUTCOMES: dict[str, Printed] = {
    "denied": UndeterminedError("denied", "may not be read"),
    "gone": UndeterminedError("missing_tool", "not installed"),
    "too slow": UndeterminedError("timed_out", "took too long"),
}
BAD = [
    *TEXTS,
    *OUTCOMES,
    "cut to 1 %",
    "cut to 30 %",
    "cut to 60 %",
    "cut before its end",
    "right, but it failed",
    "right, and binary after it",
    "huge",
]


def changed(machine: Recorded, decisive: str, bad: str) -> Recorded:
    kind, _, name = decisive.partition(" ")
    if kind == "file":
        return machine.with_file(name, content_of(bad, machine.files[name]))
    if kind == "socket":
        path, _, word = name.partition(" ")
        question = f"{word}\0".encode()
        found = content_of(bad, machine.sockets[path, question])
        if isinstance(found, UndeterminedError):
            return replace(
                machine, sockets={key: one for key, one in machine.sockets.items() if key != (path, question)}
            )
        return machine.with_answer(path, question, found)
    right = machine.tools[name]
    assert isinstance(right, Ran)
    if bad in OUTCOMES:
        return machine.with_tool(name, OUTCOMES[bad])
    if bad == "right, but it failed":
        return machine.with_tool(name, replace(right, code=3, err=right.err + "Operation not permitted"))
    found = content_of(bad, (right.out or right.err).encode())
    assert isinstance(found, bytes)
    return machine.with_tool(name, Ran(0, found.decode("utf-8", "replace")))


def content_of(bad: str, right: bytes) -> bytes | UndeterminedError:
    if bad in TEXTS:
        return TEXTS[bad].encode()
    if bad in OUTCOMES:
        return OUTCOMES[bad]  # type: ignore[return-value]
    cut = {"cut to 1 %": 0.01, "cut to 30 %": 0.3, "cut to 60 %": 0.6}
    if bad in cut:
        return right[: int(len(right) * cut[bad])]
    if bad == "cut before its end":
        return right.rstrip(b"\n\0 ")[:-1]
    if bad == "right, and binary after it":
        return right + bytes(range(256))
    if bad == "huge":
        return right + b"\n#" * 3_000_000
    return UndeterminedError("denied", "it failed")


def says_the_same(machine: Recorded, other: Recorded, decisive: str) -> bool:
    """Some bad output is what another tool rightly prints: a lone 1, or uint32 0. A shorter sudoers is another one."""
    name = decisive.partition(" ")[2]
    if name in machine.files:
        said_by_files = [str(one.files[name]).replace("\\n", "") for one in (machine, other)]
        return len(set(said_by_files)) == 1 or (name == "/etc/sudoers" and said_by_files[1][:-1] in said_by_files[0])
    said = [one.tools.get(name) for one in (machine, other)]
    return all(isinstance(one, Ran) for one in said) and len({one.out.strip() for one in said}) == 1 == len(
        {one.code for one in said}
    )


def seen_by(platform: str, machine: Recorded, *ids: str) -> tuple[Check, ...]:
    return look(machine, NoMemory(), ids, by=PLATFORMS[platform][2])


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_healthy_machine_passes_or_no_test_here_could_fail(platform) -> None:
    seen = seen_by(platform, PLATFORMS[platform][0])
    assert all(is_well_formed(check) for check in seen), seen
    assert {check.id for check in seen if not is_good(check)} == UNTOLD[platform]
    assert {check.id for check in seen if check.id == "administrators" and "ida" in check.observed["names"]}


def test_at_least_sixty_bad_outputs_are_tried_on_each_platform() -> None:
    assert len(BAD) == len(set(BAD)) >= 60
    assert all(set(decisive) <= set(CHECKS) for _, decisive, _ in PLATFORMS.values())


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_no_check_passes_by_a_bad_output(platform, bad) -> None:
    machine, decisive, _ = PLATFORMS[platform]
    passed = []
    for check, inputs in decisive.items():
        for one in inputs:
            other = changed(machine, one, bad)
            found = seen_by(platform, other, check)[0]
            assert is_well_formed(found), (one, found)
            if is_good(found) and not says_the_same(machine, other, one):
                passed.append((check, one, found))
    assert passed == []


def is_an_answer(noise: bytes) -> bool:
    """Whether it is no noise: a variable of the firmware, which is four bytes of anything and one that says off; or
    what clamd answers, which Hypothesis reads in the source and tries.
    """
    return (len(noise) == 5 and noise[4] == 0) or noise.strip(b"\0\n ") == b"PONG"


@settings(max_examples=60, deadline=None)
@given(
    noise=st.one_of(
        st.binary(max_size=300), st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass"))
    ).filter(lambda noise: not is_an_answer(noise))
)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_no_check_passes_by_noise(platform, noise) -> None:
    machine, decisive, _ = PLATFORMS[platform]
    for check, inputs in decisive.items():
        for one in inputs:
            kind, _, name = one.partition(" ")
            if kind == "tool":
                other = machine.with_tool(name, noise.decode("utf-8", "replace"))
            elif kind == "file":
                other = machine.with_file(name, noise)
            else:
                path, _, word = name.partition(" ")
                other = machine.with_answer(path, f"{word}\0".encode(), noise)
            found = seen_by(platform, other, check)[0]
            assert is_well_formed(found)
            assert not is_good(found), (one, found)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_was_changed_somewhere_is_understood_or_unknown(platform, data) -> None:
    """A few bytes that are lost or other: whatever comes of it has the contract's shape, and nothing is raised."""
    machine, decisive, _ = PLATFORMS[platform]
    for check, inputs in decisive.items():
        for one in (one for one in inputs if one.startswith("tool ")):
            right = machine.tools[one[5:]]
            assert isinstance(right, Ran)
            start = data.draw(st.integers(0, max(0, len(right.out) - 1)))
            other = (
                right.out[:start] + data.draw(st.text(max_size=6)) + right.out[start + data.draw(st.integers(0, 9)) :]
            )
            assert is_well_formed(seen_by(platform, machine.with_tool(one[5:], replace(right, out=other)), check)[0])


@pytest.mark.parametrize("key", ["on", "service", "age", "real_time", "version"])
@pytest.mark.parametrize("value", [None, "true", 1, 1.5, [], {}, "", -1])
def test_windows_takes_no_value_of_another_kind(key, value) -> None:
    from agent.tests.collectors.healthy import SCRIPTS

    said = json.dumps({**SCRIPTS["_MALWARE"], key: value}) + "\n"
    found = seen_by("windows", WINDOWS.with_tool("powershell _MALWARE", said), "anti_malware")[0]
    is_right = (key == "age" and value == 1) or (key == "version" and value == "true")
    assert is_good(found) == is_right
