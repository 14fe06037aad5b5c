"""Each Linux collector on recorded inputs: what it sees, and the traps that would be a false pass."""

from __future__ import annotations

from dataclasses import replace

import pytest
from agent.tests.collectors.healthy import (
    APT_NOTHING,
    DNF_SECURITY,
    FEDORA,
    LINUX,
    LIST,
    MATCH,
    MOUNTS,
    SOCKET,
    chain,
    rule,
    ruleset,
)
from agent.tests.collectors.recorded import DAY, NOW, Recorded, is_good, is_well_formed

from limen_agent.collectors.check import Check, UndeterminedError
from limen_agent.collectors.linux import COLLECTORS
from limen_agent.collectors.linux.administrators import logical_lines, read_sudoers
from limen_agent.collectors.linux.threats import SPOOL
from limen_agent.collectors.looking import look
from limen_agent.collectors.machine import Program, Ran, User
from limen_agent.collectors.memory import KeptMemory, Memory, NoMemory


def see(machine: Recorded, check: str, memory: Memory | None = None) -> Check:
    (found,) = look(machine, memory or NoMemory(), [check], by=COLLECTORS)
    assert is_well_formed(found), found
    return found


# os


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


# updates

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
    assert see(LINUX, "updates", memory).observed["oldest_days"] is None  # installed, and forgotten
    assert see(newer, "updates", memory).observed["oldest_days"] == 0


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


# auto_updates


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


# disk_encryption


def disks(**uuids: str) -> Recorded:
    files = {
        f"/sys/dev/block/{number.replace('_', ':')[1:]}/dm/uuid": f"{uuid}\n".encode() for number, uuid in uuids.items()
    }
    return replace(LINUX, files={**LINUX.files, **files})


def test_luks_below_lvm_is_found_by_walking_down() -> None:
    seen = see(LINUX, "disk_encryption").observed
    assert (seen["encrypted"], seen["how"]) == (True, "luks2")
    assert [one["mount"] for one in seen["volumes"]] == ["/", "/home", "swap dm-1"]


@pytest.mark.parametrize(
    "uuid", ["LVM-x", "CRYPT-VERITY-x", "CRYPT-INTEGRITY-x", "mpath-x", "crypt-luks2-x", "xCRYPT-LUKS2-x", ""]
)
def test_targets_that_do_not_encrypt_are_plain(uuid) -> None:
    assert see(disks(_254_0=uuid), "disk_encryption").observed["encrypted"] is False


def test_a_plain_home_or_swap_is_enough_to_fail() -> None:
    home = LINUX.with_file("/proc/self/mountinfo", MOUNTS.replace("254:3", "259:3"))
    assert see(home, "disk_encryption").observed == {
        "encrypted": False,
        "how": "none",
        "volumes": [
            {"mount": "/", "encrypted": True},
            {"mount": "/home", "encrypted": False},
            {"mount": "swap dm-1", "encrypted": True},
        ],
    }
    swap = replace(LINUX, devices={"/dev/dm-1": (259, 3)})
    assert see(swap, "disk_encryption").observed["encrypted"] is False


def test_of_two_disks_below_a_volume_both_must_encrypt() -> None:
    both = LINUX.with_file("/sys/dev/block/254:1/slaves/sdb1/dev", "259:3\n")
    assert see(both, "disk_encryption").observed["encrypted"] is False


def test_a_root_that_is_no_disk_is_unknown() -> None:
    overlay = "22 1 0:50 / / rw - overlay overlay rw,lowerdir=/x\n"
    assert see(LINUX.with_file("/proc/self/mountinfo", overlay), "disk_encryption").reason == "unsupported"
    zfs = MOUNTS + "70 29 0:60 / /data rw - zfs tank/data rw\n"
    assert see(LINUX.with_file("/proc/self/mountinfo", zfs), "disk_encryption").reason == "unsupported"
    assert (
        see(LINUX.with_file("/proc/self/mountinfo", MOUNTS.splitlines()[0] + "\n"), "disk_encryption").state
        == "unknown"
    )


def test_volumes_in_a_circle_end_as_unknown() -> None:
    around = disks(_254_0="LVM-x").with_file("/sys/dev/block/254:0/slaves/nvme0n1p3/dev", "254:0\n")
    assert see(around, "disk_encryption").state == "unknown"


def test_a_stick_and_an_image_are_left_out_but_a_second_disk_is_not() -> None:
    stick = (
        MOUNTS
        + "80 29 8:17 / /media/ida/STICK rw - vfat /dev/sdb1 rw\n81 29 7:0 / /snap/x ro - squashfs /dev/loop0 ro\n"
    )
    machine = LINUX.with_file("/proc/self/mountinfo", stick)
    usb = replace(machine, links={**machine.links, "/sys/dev/block/8:17": "/sys/devices/pci/usb1/1-1/block/sdb/sdb1"})
    assert see(usb, "disk_encryption").observed["encrypted"] is True
    sata = replace(machine, links={**machine.links, "/sys/dev/block/8:17": "/sys/devices/pci/ata1/block/sdb/sdb1"})
    assert see(sata, "disk_encryption").observed["encrypted"] is False


def test_btrfs_is_known_by_its_devices_all_of_them() -> None:
    mounts = "29 1 0:30 /@ / rw - btrfs /dev/mapper/a rw,subvol=/@\n"
    files = {"/sys/fs/btrfs/u1/devices/dm-0/dev": b"254:0\n", "/sys/fs/btrfs/u1/devices/sdb/dev": b"259:3\n"}
    machine = replace(LINUX, devices={**LINUX.devices, "/dev/mapper/a": (254, 0)}).with_file(
        "/proc/self/mountinfo", mounts
    )
    assert see(machine, "disk_encryption").observed["encrypted"] is True
    assert see(replace(machine, files={**machine.files, **files}), "disk_encryption").observed["encrypted"] is False


# screen_lock


def test_without_a_desktop_there_is_no_screen_lock() -> None:
    assert see(LINUX.without("/usr/share/wayland-sessions/gnome.desktop"), "screen_lock").state == "not_applicable"


def test_without_a_session_or_its_bus_the_defaults_of_a_schema_do_not_count() -> None:
    assert see(replace(LINUX, sessions=()), "screen_lock").reason == "no_session"
    assert see(LINUX.without("/run/user/1000/bus"), "screen_lock").reason == "no_session"


def test_a_schema_of_a_desktop_that_does_not_run_does_not_count() -> None:
    sway = replace(LINUX, running=(*LINUX.running[:2], Program(900, "sway", 1000, "/usr/bin/sway")))
    assert see(sway, "screen_lock").reason == "unsupported"
    of_root = replace(LINUX, running=(*LINUX.running[:2], Program(900, "gnome-shell", 0, "/usr/bin/gnome-shell")))
    assert see(of_root, "screen_lock").reason == "unsupported"


def test_of_two_people_the_one_whose_screen_does_not_lock_counts() -> None:
    jon = User(1001, 1001, "jon", "/home/jon")
    both = replace(LINUX, sessions=(*LINUX.sessions, jon)).with_file("/run/user/1001/bus", b"")
    assert see(both, "screen_lock").state == "unknown"  # no desktop of jon's is seen
    off = LINUX.with_tool("gsettings get org.gnome.desktop.screensaver lock-enabled", "false\n")
    assert see(off, "screen_lock").observed == {"enabled": False, "after_s": None}


def test_gsettings_that_warns_answers_with_a_default_and_does_not_count() -> None:
    warned = Ran(0, "true\n", "(process:7): dconf-WARNING **: failed to commit changes to dconf\n")
    name = "gsettings get org.gnome.desktop.screensaver lock-enabled"
    assert see(LINUX.with_tool(name, warned), "screen_lock").state == "unknown"


def test_the_screen_locks_after_idleness_and_delay() -> None:
    delay = LINUX.with_tool("gsettings get org.gnome.desktop.screensaver lock-delay", "uint32 30\n")
    assert see(delay, "screen_lock").observed == {"enabled": True, "after_s": 330}


# firewall


def firewall_of(*items: dict, ipv6: bool = True) -> bool:
    machine = LINUX.with_tool("nft", ruleset(*items))
    return is_good(see(machine if ipv6 else machine.without("/proc/net/if_inet6"), "firewall"))


def test_an_empty_ruleset_is_no_firewall() -> None:
    assert firewall_of() is False


def test_a_chain_at_the_input_hook_that_ends_in_a_drop_is_one() -> None:
    assert firewall_of(chain("inet", "input", "drop"))
    assert firewall_of(chain("ip", "INPUT", "drop"), chain("ip6", "INPUT", "drop"))
    assert firewall_of(
        chain("inet", "input", "accept"),
        rule("inet", "input", MATCH, {"accept": None}),
        rule("inet", "input", {"counter": {}}, {"drop": None}),
    )
    assert firewall_of(
        chain("inet", "input", "accept"),
        chain("inet", "last", "", ""),
        rule("inet", "input", {"jump": {"target": "last"}}),
        rule("inet", "last", {"reject": {}}),
    )


def test_one_family_is_not_both() -> None:
    assert not firewall_of(chain("ip", "INPUT", "drop"))
    assert not firewall_of(chain("ip6", "INPUT", "drop"))
    assert firewall_of(chain("ip", "INPUT", "drop"), ipv6=False)


@pytest.mark.parametrize(
    "items",
    [
        [chain("inet", "input", "accept")],
        [chain("inet", "forward", "drop", "forward")],
        [chain("inet", "output", "drop", "output")],
        [chain("bridge", "input", "drop")],
        [chain("arp", "input", "drop")],
        [chain("inet", "input", "", "")],
        [chain("inet", "input", "drop"), rule("inet", "input", {"accept": None})],
        [chain("inet", "input", "drop"), rule("inet", "input", {"counter": {}}, {"accept": None})],
        [chain("inet", "input", "accept"), rule("inet", "input", MATCH, {"drop": None})],
        [chain("inet", "input", "accept"), rule("inet", "input", {"limit": {}}, {"drop": None})],
        [chain("inet", "input", "accept"), rule("inet", "input", {"xt": None}, {"drop": None})],
        [
            chain("inet", "input", "accept"),
            rule("inet", "input", {"return": None}),
            rule("inet", "input", {"drop": None}),
        ],
        [
            chain("inet", "input", "drop"),
            chain("inet", "a", "", ""),
            rule("inet", "input", {"jump": {"target": "a"}}),
            rule("inet", "a", {"accept": None}),
        ],
        [
            chain("inet", "input", "drop"),
            chain("inet", "a", "", ""),
            rule("inet", "input", {"jump": {"target": "a"}}),
            rule("inet", "a", {"jump": {"target": "a"}}),
        ],
        [chain("inet", "input", "drop"), rule("inet", "input", {"jump": {"target": "gone"}})],
    ],
)
def test_rules_that_only_look_like_a_firewall_are_none(items) -> None:
    assert not firewall_of(*items)


def test_old_tables_count_where_the_kernel_has_them() -> None:
    old = (
        LINUX.with_tool("nft", ruleset())
        .without("/proc/net/if_inet6")
        .with_file("/proc/net/ip_tables_names", "filter\n")
    )
    assert see(old, "firewall").state == "unknown"  # without the tool nobody can tell
    assert is_good(see(old.with_tool("iptables-legacy", "-P INPUT DROP\n-A INPUT -i lo -j ACCEPT\n"), "firewall"))
    assert not is_good(see(old.with_tool("iptables-legacy", "-P INPUT DROP\n-A INPUT -j ACCEPT\n"), "firewall"))
    assert not is_good(see(old.with_tool("iptables-legacy", "-P INPUT ACCEPT\n"), "firewall"))


def test_settings_alone_are_no_firewall_and_whoever_may_not_list_rules_does_not_know() -> None:
    meant = LINUX.with_file("/etc/ufw/ufw.conf", "ENABLED=yes\n").with_tool("nft", ruleset())
    assert see(meant, "firewall").observed == {"enabled": False, "how": "ufw"}
    denied = Ran(1, "", "Operation not permitted (you must be root)\n")
    assert see(meant.with_tool("nft", denied), "firewall").reason == "denied"


# anti_malware


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


# edr


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


# secure_boot


def test_secure_boot_by_the_firmware() -> None:
    efi = "/sys/firmware/efi/efivars/{}-8be4df61-93ca-11d2-aa0d-00e098032b8c"
    assert see(LINUX, "secure_boot").observed["enabled"] is True
    assert see(LINUX.with_file(efi.format("SecureBoot"), b"\6\0\0\0\0"), "secure_boot").observed["enabled"] is False
    assert see(LINUX.with_file(efi.format("SetupMode"), b"\6\0\0\0\1"), "secure_boot").observed["enabled"] is False
    bios = LINUX.without(efi.format("SecureBoot"), efi.format("SetupMode"))
    assert see(bios, "secure_boot").observed["enabled"] is False


# administrators


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


# threats


def test_an_empty_folder_counts_only_where_clamd_would_write_to_it() -> None:
    assert see(LINUX, "threats").observed == {"active": []}
    assert see(LINUX.with_file("/etc/clamav/clamd.conf", f"LocalSocket {SOCKET}\n"), "threats").reason == "unsupported"
    assert (
        see(LINUX.with_file("/etc/clamav/clamd.conf", "#VirusEvent /usr/bin/limen-agent threat\n"), "threats").state
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
