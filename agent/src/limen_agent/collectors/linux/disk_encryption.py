"""Whether everything that holds the system's or people's files lies on encryption, and what is swapped out too."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from limen_agent.collectors.check import Observed, UndeterminedError
from limen_agent.collectors.machine import Machine, said_by, text, whole_lines
from limen_agent.collectors.memory import Memory

_UNENCRYPTED_BY_NEED: Final = frozenset({"/boot", "/boot/efi", "/efi"})
"""What the firmware reads before anybody could type a passphrase."""
_IMAGES: Final = frozenset({"squashfs", "iso9660", "erofs"})
"""File systems that are only read, as those of snaps: whoever made the image has its content anyway."""
_NOT_UNDERSTOOD: Final = frozenset({"zfs", "bcachefs"})
"""They encrypt by themselves, and name no device of the kernel's."""
_CRYPTS: Final = {
    "CRYPT-LUKS2-": "luks2",
    "CRYPT-LUKS1-": "luks1",
    "CRYPT-PLAIN-": "dm-crypt",
    "CRYPT-BITLK-": "bitlocker",
    "CRYPT-TCRYPT-": "veracrypt",
}
"""Targets of device-mapper that encrypt; CRYPT-VERITY and CRYPT-INTEGRITY do not."""
_BY_A_PERSON: Final = re.compile(r"(?:^|,)user_id=[1-9]\d*(?:,|$)", re.ASCII)
_DEEPEST: Final = 8
_MOST: Final = 50
"""Volumes that are named; all of them count."""


@dataclass(frozen=True, slots=True)
class Mount:
    """One line of mountinfo, as far as it matters."""

    device: str
    point: str
    kind: str
    source: str
    options: str


def disk_encryption(machine: Machine, memory: Memory) -> Observed:
    del memory
    volumes: dict[str, str] = {}
    for mount in volumes_of(read_mounts(whole_lines(machine, "/proc/self/mountinfo"))):
        if (how := _of_mount(machine, mount)) is not None:
            volumes[mount.point] = min(how, volumes.get(mount.point, how))
    if "/" not in volumes:
        raise UndeterminedError("unsupported", "on which device / lies can't be told")
    volumes |= _swaps(machine)
    plain = [point for point, how in volumes.items() if not how]
    how = min({one for one in volumes.values() if one}, default="none") if not plain else "none"
    told = f"not encrypted: {said_by(plain)}" if plain else f"{said_by(list(volumes))} on {how}"
    listed = [{"mount": point[:100], "encrypted": bool(one)} for point, one in list(volumes.items())[:_MOST]]
    return Observed({"encrypted": not plain, "how": how, "volumes": listed}, told)


def read_mounts(mountinfo: str) -> list[Mount]:
    """/proc/PID/mountinfo (proc_pid_mountinfo(5)): after a lone dash come kind and source."""
    found = []
    for line in mountinfo.splitlines():
        before, dash, after = line.partition(" - ")
        words, more = before.split(" "), after.split(" ")
        if not dash or len(words) < 6 or len(more) < 3 or not re.fullmatch(r"\d+:\d+", words[2], re.ASCII):
            raise UndeterminedError("unreadable", "the list of mounts was not understood")
        found.append(Mount(words[2], _unescaped(words[4]), more[0], _unescaped(more[1]), more[2]))
    if not found:
        raise UndeterminedError("unreadable", "nothing seems to be mounted")
    return found


def volumes_of(mounts: list[Mount]) -> list[Mount]:
    """Each device once, by its first mount, where it holds files of the system or of people; the last / counts.

    What a person mounted without being root (fuse(4), user_id) is named as they please, and is no disk.
    """
    root = [mount for mount in mounts if mount.point == "/"][-1:]
    found: dict[str, Mount] = {mount.device: mount for mount in root}
    for mount in mounts:
        if mount.kind in _NOT_UNDERSTOOD:
            raise UndeterminedError("unsupported", f"whether {mount.kind} at {mount.point} encrypts can't be told")
        if mount.kind.split(".")[0] == "fuse" and _BY_A_PERSON.search(mount.options):
            continue
        is_of_a_device = mount.source.startswith("/dev/") and mount.kind not in _IMAGES
        if is_of_a_device and mount.point not in _UNENCRYPTED_BY_NEED:
            found.setdefault(mount.device, mount)
    return list(found.values())


def _of_mount(machine: Machine, mount: Mount) -> str | None:
    """How it is encrypted, "" where it is not; None for a stick or disk that is plugged in from outside."""
    if not mount.source.startswith("/dev/"):
        raise UndeterminedError("unsupported", f"{mount.point} lies on {mount.kind}, which is no disk of this machine")
    numbers = [mount.device]
    if mount.device.startswith("0:"):  # btrfs numbers its own, and may lie on several
        numbers = _members(machine, mount.source)
    if mount.point != "/" and any(_is_from_outside(machine, number) for number in numbers):
        return None
    return _all_of(machine, numbers, _DEEPEST)


def _members(machine: Machine, source: str) -> list[str]:
    major, minor = machine.device(source)
    first = f"{major}:{minor}"
    folder = "/sys/fs/btrfs"
    for name in machine.names(folder) if machine.exists(folder) else []:
        if machine.exists(f"{folder}/{name}/devices"):
            numbers = [
                text(machine, f"{folder}/{name}/devices/{device}/dev", 64).strip()
                for device in machine.names(f"{folder}/{name}/devices")
            ]
            if first in numbers:
                return numbers
    return [first]


def _all_of(machine: Machine, numbers: list[str], left: int) -> str:
    """How they are encrypted, if all of them are."""
    hows = [_of_device(machine, number, left) for number in numbers]
    return min(hows) if hows and all(hows) else ""


def _of_device(machine: Machine, number: str, left: int) -> str:
    """A target that encrypts, or one that lies on nothing else; "" for a plain disk."""
    place = f"/sys/dev/block/{number}"
    if left == 0 or not re.fullmatch(r"\d+:\d+", number, re.ASCII) or not machine.exists(place):
        raise UndeterminedError("unreadable", f"what block device {number} is can't be told")
    if machine.exists(f"{place}/dm/uuid"):
        uuid = whole_lines(machine, f"{place}/dm/uuid")
        if how := next((how for start, how in _CRYPTS.items() if uuid.startswith(start)), ""):
            return how
    # A partition has no folder of its own for what it lies on; its disk, which contains it, has.
    below = place if machine.exists(f"{place}/slaves") else machine.linked(place).rpartition("/")[0]
    if not machine.exists(f"{below}/slaves"):
        return ""
    slaves = machine.names(f"{below}/slaves")
    return _all_of(machine, [text(machine, f"{below}/slaves/{one}/dev", 64).strip() for one in slaves], left - 1)


def _is_from_outside(machine: Machine, number: str) -> bool:
    """A disk at the USB, or one whose medium can be taken out."""
    place = machine.linked(f"/sys/dev/block/{number}")
    disk = place if machine.exists(f"{place}/removable") else place.rpartition("/")[0]
    if "/usb" in place:
        return True
    return machine.exists(f"{disk}/removable") and text(machine, f"{disk}/removable", 16).strip() == "1"


def _swaps(machine: Machine) -> dict[str, str]:
    """Partitions that are swapped to; files lie on a volume that is looked at anyway, and zram is memory."""
    found = {}
    head, *rows = whole_lines(machine, "/proc/swaps").splitlines() or [""]
    if not head.startswith("Filename"):
        raise UndeterminedError("unreadable", "the list of swap devices was not understood")
    for line in rows:
        words = line.split()
        if len(words) != 5:
            raise UndeterminedError("unreadable", "the list of swap devices was not understood")
        name, kind = _unescaped(words[0]), words[1]
        if kind == "partition" and not name.startswith("/dev/zram"):
            major, minor = machine.device(name)
            found[f"swap {name.rpartition('/')[2]}"] = _of_device(machine, f"{major}:{minor}", _DEEPEST)
    return found


def _unescaped(word: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), word)
