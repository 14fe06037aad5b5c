"""The system, its updates and whether it installs them: what is seen, and what would be a false pass."""

from __future__ import annotations

from dataclasses import replace

import pytest
from agent.tests.collectors.healthy import (
    APT_NOTHING,
    DNF_SECURITY,
    FEDORA,
    LINUX,
    LIST,
)
from agent.tests.collectors.recorded import DAY, NOW, Recorded
from agent.tests.collectors.seeing import see

from limen_agent.collectors.machine import Ran
from limen_agent.collectors.memory import KeptMemory


def test_debian_and_its_end_of_life_by_distro_info_data() -> None:
    assert see(LINUX, "os").observed == {
        "name": "debian",
        "version": "13",
        "supported_until": "2028-08-09",
        "kernel": "6.12.57+deb13-amd64",
        "newest_kernel": "6.12.57+deb13-amd64",
    }


def test_fedora_says_itself_until_when_it_is_supported() -> None:
    assert see(FEDORA, "os").observed["supported_until"] == "2026-11-13"


def test_a_release_that_nobody_knows_the_end_of_has_none() -> None:
    sid = LINUX.with_file("/etc/os-release", "ID=debian\nPRETTY_NAME=sid\n")
    assert see(sid, "os").observed["supported_until"] is None


def test_kernels_are_ordered_by_number_and_a_container_has_none() -> None:
    newer = LINUX.with_file("/boot/vmlinuz-6.12.100+deb13-amd64", b"")
    assert see(newer, "os").observed["newest_kernel"] == "6.12.100+deb13-amd64"
    assert see(newer, "updates").observed["restart_needed"] is True
    none = LINUX.without("/boot/vmlinuz-6.12.57+deb13-amd64", "/boot/vmlinuz-6.12.48+deb13-amd64")
    assert see(none, "os").observed["newest_kernel"] is None


APT_TWO = (
    "Inst libssl3t64 [3.5.1-1] (3.5.1-1+deb13u1 Debian-Security:13/stable-security [amd64])\n"
    "Inst tzdata [2026a-1] (2026b-1 Debian:13.8/stable, Debian:13-updates/stable-updates [all])\n"
    "Conf libssl3t64 (3.5.1-1+deb13u1 Debian-Security:13/stable-security [amd64])\n"
)


def apt(text: str, upgraded: int) -> str:
    return text + APT_NOTHING.replace("0 upgraded", f"{upgraded} upgraded")


def test_updates_by_apt_and_those_for_security() -> None:
    seen = see(LINUX.with_tool("apt-get", apt(APT_TWO, 2)), "updates").observed
    assert (seen["pending"], seen["security"], seen["oldest_days"]) == (2, 1, 0)


def test_what_apt_sums_up_must_be_what_was_read() -> None:
    assert see(LINUX.with_tool("apt-get", apt(APT_TWO, 3)), "updates").state == "unknown"
    assert see(LINUX.with_tool("apt-get", apt(APT_TWO.replace("(2026b", "2026b"), 2)), "updates").state == "unknown"


def test_without_a_source_of_security_updates_it_is_unknown_how_many_wait() -> None:
    assert see(LINUX.without(f"{LIST}_InRelease"), "updates").reason == "unreadable"
    assert see(LINUX.without(f"{LIST}_main_binary-amd64_Packages.lz4"), "updates").reason == "unreadable"


def test_what_is_on_hold_waits_as_well(monkeypatch) -> None:
    asked: list[tuple[str, ...]] = []

    def run(_self, *words: str, **_more: object) -> Ran:
        asked.append(words)
        return Ran(0, APT_NOTHING)

    monkeypatch.setattr(Recorded, "run", run)
    see(LINUX, "updates")
    assert {"-s", "--ignore-hold", "dist-upgrade"} <= set(asked[0])


def test_old_lists_are_old_and_what_they_name_waits_as_long() -> None:
    old = replace(LINUX, times={f"{LIST}_InRelease": NOW - 40 * DAY}).with_tool("apt-get", apt(APT_TWO, 2))
    seen = see(old, "updates").observed
    assert (seen["lists_age_days"], seen["oldest_days"]) == (40, 40)


def test_lists_of_the_future_tell_no_age() -> None:
    assert see(replace(LINUX, times={f"{LIST}_InRelease": NOW + 9 * DAY}), "updates").state == "unknown"


def test_an_update_waits_from_when_it_was_first_seen_also_if_a_newer_one_takes_its_place(folder) -> None:
    memory = KeptMemory(folder)
    assert memory.first_seen(["libssl3t64"], int(NOW - 20 * DAY)) == int(NOW - 20 * DAY)
    newer = LINUX.with_tool("apt-get", apt(APT_TWO.replace("deb13u1", "deb13u2"), 2))
    assert see(newer, "updates", memory).observed["oldest_days"] == 20
    installed = LINUX.with_file(STATUS, "")
    assert see(installed, "updates", memory).observed["oldest_days"] is None  # and forgotten
    assert see(newer, "updates", memory).observed["oldest_days"] == 0


STATUS = "/var/lib/dpkg/status"


@pytest.mark.parametrize("changed", [STATUS, LIST + "_InRelease", "/etc/apt/preferences.d/hold", "/var/lib/apt/lists"])
def test_apt_is_asked_anew_when_a_file_that_it_reads_has_changed(folder, changed) -> None:
    memory, before = KeptMemory(folder), LINUX.with_file(STATUS, "").with_file("/etc/apt/preferences.d/hold", "")
    assert see(before, "updates", memory).observed["pending"] == 0
    other = before.with_tool("apt-get", apt(APT_TWO, 2))
    assert see(other, "updates", memory).observed["pending"] == 0  # nothing was changed, so apt was not asked
    assert see(replace(other, times={changed: NOW - 50}), "updates", memory).observed["pending"] == 2
    assert (
        see(other.with_file("/etc/apt/sources.list.d/more", ""), "updates", KeptMemory(folder)).observed["pending"] == 2
    )


def test_what_apt_could_not_say_is_asked_again(folder) -> None:
    memory, machine = KeptMemory(folder), LINUX.with_file(STATUS, "")
    assert see(machine.with_tool("apt-get", Ran(100, "")), "updates", memory).state == "unknown"
    assert see(machine, "updates", memory).observed["pending"] == 0


def test_a_clock_that_was_put_back_makes_nothing_younger(folder) -> None:
    memory = KeptMemory(folder)
    memory.first_seen(["x"], 1000)
    assert memory.first_seen(["x"], 500) == 500


@pytest.mark.parametrize("content", ["{", "[]", '{"libssl3t64": "yesterday"}', '{"libssl3t64": true}'])
def test_a_damaged_memory_is_unknown_and_left_as_it_is(folder, content) -> None:
    folder.write("seen-updates.json", content.encode())
    assert see(LINUX.with_tool("apt-get", apt(APT_TWO, 2)), "updates", KeptMemory(folder)).state == "unknown"
    assert (folder.path / "seen-updates.json").read_text() == content


def test_updates_by_dnf_recorded() -> None:
    listed = FEDORA.with_tool(
        "dnf -q -C check-update",
        Ran(100, "\nopenssl.x86_64  1:3.2.4-1.fc42  updates\ntzdata.noarch  2026b-1.fc42  updates\n"),
    ).with_tool("dnf -q -C updateinfo list --security", DNF_SECURITY)
    seen = see(listed, "updates").observed
    assert (seen["pending"], seen["security"]) == (2, 1)
    assert see(FEDORA, "updates").observed["pending"] == 0


@pytest.mark.parametrize(
    "printed",
    [
        Ran(1, ""),
        Ran(100, ""),
        Ran(0, "openssl.x86_64 1 updates\n"),
        Ran(100, "Paketliste wird geladen\n"),
        Ran(100, "x\n"),
    ],
)
def test_what_dnf_says_must_fit_what_it_ends_with(printed) -> None:
    assert see(FEDORA.with_tool("dnf -q -C check-update", printed), "updates").state == "unknown"


@pytest.mark.parametrize(
    "printed", ["Keine Sicherheitshinweise\n", "FEDORA-1 Important/Sec.\n", "FEDORA-1 bugfix x-1-1.x86_64\n"]
)
def test_what_dnf_says_of_security_must_be_understood_whole(printed) -> None:
    assert see(FEDORA.with_tool("dnf -q -C updateinfo list --security", printed), "updates").state == "unknown"


def test_dnf_five_prints_columns() -> None:
    printed = (
        "Name               Type     Severity  Package                       Issued\n"
        "FEDORA-2026-1a2b3c security Important openssl-1:3.2.4-1.fc42.x86_64 2026-09-01\n"
    )
    assert see(FEDORA.with_tool("dnf -q -C updateinfo list --security", printed), "updates").observed["security"] == 1


def test_another_distribution_is_unsupported_and_not_up_to_date() -> None:
    other = LINUX.with_file("/etc/os-release", "ID=arch\n")
    assert see(other, "updates").reason == see(other, "auto_updates").reason == "unsupported"


def test_automatic_updates_need_package_setting_and_timer() -> None:
    assert see(LINUX, "auto_updates").observed == {"enabled": True, "how": "unattended-upgrades"}
    for other in (
        LINUX.without("/usr/bin/unattended-upgrade"),
        LINUX.with_tool("apt-config", 'APT::Architecture "amd64";\nAPT::Periodic::Update-Package-Lists "1";\n'),
        LINUX.with_tool("apt-config", 'APT::Architecture "amd64";\nAPT::Periodic::Unattended-Upgrade "1";\n'),
        LINUX.with_tool("systemctl", Ran(1, "disabled\n")),
        LINUX.with_tool("systemctl", Ran(1, "masked\n")),
    ):
        assert see(other, "auto_updates").observed == {"enabled": False, "how": "none"}
    assert see(LINUX.with_tool("systemctl", Ran(1, "", "Failed to connect to bus")), "auto_updates").state == "unknown"


def test_dnf_automatic_recorded() -> None:
    assert see(FEDORA.with_tool("systemctl", Ran(1, "disabled\n")), "auto_updates").observed["enabled"] is False
    only = FEDORA.with_tool("systemctl is-enabled dnf-automatic-install.timer", Ran(1, "not-found\n"))
    assert see(only, "auto_updates").observed == {"enabled": True, "how": "dnf-automatic"}
    told_not_to = only.with_file("/etc/dnf/automatic.conf", "# apply_updates = yes\napply_updates = no\n")
    assert see(told_not_to, "auto_updates").observed["enabled"] is False
