"""Disks, screen, firewall and firmware: what is seen, and what would be a false pass."""

from __future__ import annotations

from dataclasses import replace

import pytest
from agent.tests.collectors.healthy import (
    LINUX,
    MATCH,
    MOUNTS,
    chain,
    rule,
    ruleset,
)
from agent.tests.collectors.recorded import Recorded, is_good
from agent.tests.collectors.seeing import see

from limen_agent.collectors.machine import Program, Ran, User


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


def test_secure_boot_by_the_firmware() -> None:
    efi = "/sys/firmware/efi/efivars/{}-8be4df61-93ca-11d2-aa0d-00e098032b8c"
    assert see(LINUX, "secure_boot").observed["enabled"] is True
    assert see(LINUX.with_file(efi.format("SecureBoot"), b"\6\0\0\0\0"), "secure_boot").observed["enabled"] is False
    assert see(LINUX.with_file(efi.format("SetupMode"), b"\6\0\0\0\1"), "secure_boot").observed["enabled"] is False
    bios = LINUX.without(efi.format("SecureBoot"), efi.format("SetupMode"))
    assert see(bios, "secure_boot").observed["enabled"] is False
