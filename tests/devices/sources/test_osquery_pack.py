"""The queries, run by SQLite on tables as osquery's schema has them; and what rows come to, as recorded shapes."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from limen.devices import observed
from limen.devices.sources.osquery_pack import BY_NAME, QUERIES, queries_for, schedule

SCHEMA = """
CREATE TABLE mounts(device, device_alias, path, type, flags);
CREATE TABLE disk_encryption(name, uuid, encrypted, type, encryption_status, uid, user_uuid, filevault_status);
CREATE TABLE bitlocker_info(device_id, drive_letter, persistent_volume_id, conversion_status, protection_status);
CREATE TABLE alf(allow_signed_enabled, global_state, logging_enabled, stealth_enabled, version);
CREATE TABLE windows_security_center(firewall, autoupdate, antivirus, internet_settings, user_account_control);
CREATE TABLE screenlock(enabled, grace_period);
CREATE TABLE secureboot(secure_boot, setup_mode, secure_mode, description);
CREATE TABLE users(uid, gid, username, directory, shell, uuid);
CREATE TABLE user_groups(uid, gid);
CREATE TABLE groups(gid, gid_signed, groupname);
"""


def ran(name: str, **rows: list[tuple[Any, ...]]) -> list[dict[str, str]]:
    """What SQLite answers to a query of ours; osquery is a SQLite with virtual tables."""
    database = sqlite3.connect(":memory:")
    database.executescript(SCHEMA)
    for table, values in rows.items():
        for one in values:
            database.execute(f"INSERT INTO {table} VALUES ({','.join('?' * len(one))})", one)
    database.row_factory = sqlite3.Row
    return [dict(row) for row in database.execute(BY_NAME[f"limen_{name}"].sql)]


def came_to(name: str, rows: list[dict[str, str]]) -> dict[str, Any]:
    found = BY_NAME[f"limen_{name}"].read(rows)
    return {check: observed.read(check, told) for check, told in found.items()}


@pytest.mark.parametrize("name", [one.name for one in QUERIES])
def test_every_query_runs_and_nothing_says_nothing(name: str) -> None:
    assert came_to(name, ran(name)) == {}
    assert came_to(name, [{"unheard": "of"}]) == {}
    assert came_to(name, [{}]) == {}


def test_volumes_of_linux() -> None:
    mounts = [("/dev/mapper/root", "/dev/dm-0", "/", "ext4", ""), ("/dev/sda3", "/dev/sda3", "/home", "ext4", "")]
    disks = [("/dev/dm-0", "", "1", "LUKS", "", "", "", ""), ("/dev/sda3", "", "0", "", "", "", "", "")]
    rows = ran("volumes", mounts=mounts, disk_encryption=disks)
    found = came_to("volumes", rows)["disk_encryption"]
    assert (found.encrypted, {one.mount: one.encrypted for one in found.volumes}) == (
        False,
        {"/": True, "/home": False},
    )
    assert came_to("volumes", ran("volumes", mounts=mounts[:1], disk_encryption=disks))["disk_encryption"].encrypted
    assert came_to("volumes", [{"path": "/", "encrypted": ""}]) == {}


def test_administrators() -> None:
    users = [("501", "20", "ida", "", "", ""), ("502", "20", "tom", "", "", "")]
    members, groups = [("501", "80"), ("501", "27"), ("502", "20")], [("80", "80", "admin"), ("27", "27", "sudo")]
    rows = ran("sudoers", users=users, user_groups=members, groups=groups)
    assert came_to("sudoers", rows)["administrators"].names == ("ida",)


@pytest.mark.parametrize(
    ("name", "row", "check", "word"),
    [
        ("filevault", {"filevault_status": "on"}, "disk_encryption", True),
        ("filevault", {"filevault_status": "off"}, "disk_encryption", False),
        ("filevault", {"filevault_status": "unknown"}, "disk_encryption", None),
        ("bitlocker", {"protection_status": "1"}, "disk_encryption", True),
        ("bitlocker", {"protection_status": "0"}, "disk_encryption", False),
        ("bitlocker", {"protection_status": "2"}, "disk_encryption", None),
        ("alf", {"global_state": "1"}, "firewall", True),
        ("alf", {"global_state": "0"}, "firewall", False),
        ("alf", {"global_state": ""}, "firewall", None),
        ("security_center", {"firewall": "Good"}, "firewall", True),
        ("security_center", {"autoupdate": "Poor"}, "auto_updates", False),
        ("security_center", {"firewall": "Not Monitored"}, "firewall", None),
        ("security_center", {"antivirus": "Snoozed"}, "anti_malware", False),
        ("screenlock", {"enabled": "0", "grace_period": "-1"}, "screen_lock", False),
        ("secureboot", {"secure_boot": "1"}, "secure_boot", True),
        ("secureboot", {"secure_boot": "-1"}, "secure_boot", None),
    ],
)
def test_what_a_row_comes_to(name: str, row: dict[str, str], check: str, word: bool | None) -> None:
    found = came_to(name, [row]).get(check)
    names = ("encrypted", "running", "enabled")
    assert word is (None if found is None else next(getattr(found, one) for one in names if hasattr(found, one)))


def test_the_pack_asks_each_platform_what_it_can_answer() -> None:
    assert set(schedule(300)) == set(BY_NAME)
    assert {one["interval"] for one in schedule(300).values()} == {300}
    assert set(queries_for("windows")) == {
        "limen_bitlocker",
        "limen_security_center",
        "limen_secureboot",
        "limen_administrators",
    }
