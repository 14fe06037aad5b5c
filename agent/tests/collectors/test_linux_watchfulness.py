"""Anti-malware, sensors, administrators and threats: what is seen, and what would be a false pass."""

from __future__ import annotations

from dataclasses import replace

import pytest
from agent.tests.collectors.healthy import (
    LINUX,
    SOCKET,
)
from agent.tests.collectors.recorded import NOW
from agent.tests.collectors.seeing import see

from limen_agent.collectors.check import Check, UndeterminedError
from limen_agent.collectors.linux.administrators import logical_lines, read_sudoers
from limen_agent.collectors.linux.threats import SPOOL
from limen_agent.collectors.looking import look
from limen_agent.collectors.machine import Program
from limen_agent.collectors.memory import NoMemory


def test_clamd_that_answers_and_the_age_of_its_signatures() -> None:
    assert see(LINUX, "anti_malware").observed == {
        "running": True,
        "product": "clamav",
        "version": "1.4.3",
        "signatures_age_days": 1,
        "real_time": True,
    }


@pytest.mark.parametrize(
    "said",
    [
        b"ClamAV 1.4.3\0",
        b"ClamAV 1.4.3/27800\0",
        b"ClamAV 1.4.3/27800/Sun Sep 20 08:25:21 2099\0",
        b"ClamAV 1.4.3/1/gestern, am Sonntag\0",
    ],
)
def test_signatures_whose_age_is_not_told_have_none(said) -> None:
    assert see(LINUX.with_answer(SOCKET, b"zVERSION\0", said), "anti_malware").observed["signatures_age_days"] is None


def test_without_its_socket_nothing_runs_and_a_scanner_on_access_of_a_person_is_none() -> None:
    assert see(LINUX.without(SOCKET), "anti_malware").observed["running"] is False
    own = replace(LINUX, running=(Program(901, "clamonacc", 1000, "/home/ida/clamonacc"),))
    assert see(own, "anti_malware").observed["real_time"] is False


def edr_of(program: Program) -> Check:
    return see(replace(LINUX, running=(program,)), "edr")


def test_a_sensor_is_known_by_its_file_and_its_user() -> None:
    assert edr_of(Program(2, "wazuh-agentd", 997, "/var/ossec/bin/wazuh-agentd")).observed["products"] == ["wazuh"]
    assert edr_of(Program(2, "falcon-sensor-b", 0, "/opt/CrowdStrike/falcon-sensor-bpf")).observed["products"] == [
        "crowdstrike"
    ]


@pytest.mark.parametrize(
    "program",
    [
        Program(2, "wazuh-agentd", 1000, "/var/ossec/bin/wazuh-agentd"),
        Program(2, "wazuh-agentd", 0, "/home/ida/wazuh-agentd"),
        Program(2, "wazuh-agentd", 0, "/var/ossec/bin/wazuh-agentd (deleted)"),
        Program(2, "falcon-sensor", 0, "/opt/CrowdStrike/falcon-sensor/../../../home/ida/x"),
        Program(2, "wazuh", 0, "/var/ossec/bin/wazuh"),
    ],
)
def test_a_program_that_only_bears_the_name_is_none(program) -> None:
    assert edr_of(program).observed["running"] is False


def test_a_sensor_whose_file_may_not_be_seen_is_unknown() -> None:
    assert edr_of(Program(2, "wazuh-agentd", 997, "")).reason == "denied"
    assert see(replace(LINUX, running=()), "edr").state == "unknown"


def test_administrators_of_groups_uid_zero_and_sudoers() -> None:
    machine = (
        LINUX.with_file(
            "/etc/passwd", "root:x:0:0:::\ntoor:x:0:0:::\nida:x:1000:1000:::\njon:x:1001:27:::\neve:x:1002:1000:::\n"
        )
        .with_file("/etc/sudoers.d/eve", "eve ALL = NOPASSWD: /usr/bin/less\n")
        .with_file("/etc/sudoers.d/old.bak", "mallory ALL=(ALL) ALL\n")
    )
    assert see(machine, "administrators").observed == {"names": ["eve", "ida", "jon", "toor"], "count": 4}


def test_sudoers_that_may_not_be_read_make_it_unknown() -> None:
    denied = UndeterminedError("denied", "/etc/sudoers may not be read by this user")
    assert see(LINUX.with_file("/etc/sudoers", denied), "administrators").reason == "denied"
    assert see(LINUX.with_file("/etc/sudoers.d/x", denied), "administrators").reason == "denied"
    assert see(LINUX.with_file("/etc/sudoers.d/x", "who is this\n"), "administrators").state == "unknown"


def test_a_directory_of_users_is_asked_and_must_answer() -> None:
    joined = LINUX.with_file("/etc/nsswitch.conf", "group: files sss\n")
    assert see(joined, "administrators").reason == "missing_tool"
    told = joined.with_tool("getent", "sudo:x:27:ida,zoe\n")
    assert see(told, "administrators").observed["names"] == ["ida", "zoe"]


@pytest.mark.parametrize(
    ("content", "users"),
    [
        ("ida ALL=(ALL) ALL", {"ida"}),
        ("ida, jon ALL = ALL", {"ida", "jon"}),
        ("ida\tALL=(ALL:ALL)\tNOPASSWD: ALL", {"ida"}),
        ("ida \\\n ALL=ALL", {"ida"}),
        ("%wheel ALL=(ALL) ALL", {"%wheel"}),
        ("%:domain\\ admins ALL=(ALL) ALL", {"%domain admins"}),
        ("User_Alias OPS = ida, jon : MORE = OPS, eve\nMORE ALL = ALL", {"ida", "jon", "eve"}),
        ('"ida quay" ALL = ALL', {"ida quay"}),
        ("#1000 ALL = ALL", {"#1000"}),
        ("# ida ALL = ALL\nDefaults:ida !requiretty\nCmnd_Alias X = /bin/ls", set()),
        ("ALL ALL = ALL", {"ALL"}),
        ("ida ALL = ALL # comment", {"ida"}),
        ("User_Alias A = A\nA ALL = ALL", {"A"}),
    ],
)
def test_sudoers_is_read_as_sudo_does(content, users) -> None:
    assert read_sudoers(logical_lines(content)) == users


def test_an_empty_folder_counts_only_where_clamd_would_write_to_it() -> None:
    assert see(LINUX, "threats").observed == {"active": []}
    assert see(LINUX.with_file("/etc/clamav/clamd.conf", f"LocalSocket {SOCKET}\n"), "threats").reason == "unsupported"
    assert (
        see(
            LINUX.with_file("/etc/clamav/clamd.conf", "#VirusEvent /usr/local/bin/limen-agent threat\n"), "threats"
        ).state
        == "unknown"
    )
    assert see(LINUX.without(f"{SPOOL}/."), "threats").reason == "missing_tool"
    assert see(replace(LINUX, sockets={}), "threats").state == "unknown"


def test_what_was_found_is_told_also_where_its_file_can_not_be_read() -> None:
    found = (
        LINUX.with_file(f"{SPOOL}/a.json", '{"name": "Eicar-Test-Signature", "at": 1789999000}')
        .with_file(f"{SPOOL}/b.json", b"\xff\xfe")
        .with_file(f"{SPOOL}/c.json", '{"name": "Future\\u001b[2J", "at": 99999999999}')
    )
    active = see(found, "threats").observed["active"]
    assert [(one["name"], one["at"]) for one in active] == [
        ("Future [2J", int(NOW - 60)),
        ("Eicar-Test-Signature", 1789999000),
        ("unreadable", 0),
    ]


def test_at_most_twenty_threats_are_told() -> None:
    many = LINUX
    for number in range(50):
        many = many.with_file(f"{SPOOL}/{number}.json", f'{{"name": "Threat {number}", "at": {1789000000 + number}}}')
    active = see(many, "threats").observed["active"]
    assert len(active) == 20
    assert active[0]["name"] == "Threat 49"


def test_a_collector_that_fails_in_a_way_that_nobody_foresaw_is_unknown() -> None:
    def broken(_machine, _memory):
        raise ZeroDivisionError

    (found,) = look(LINUX, NoMemory(), ["edr"], by={"edr": broken})
    assert (found.state, found.reason) == ("unknown", "unreadable")
    assert all(one.state == "unknown" for one in look(LINUX, NoMemory(), by={}))
