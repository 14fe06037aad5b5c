"""Threads that notice: files by inotify, packet filters by the kernel's own notice, the rest by a cheap look."""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Callable, Hashable, Mapping
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

import watchfiles

from limen_agent.collectors.check import UndeterminedError
from limen_agent.collectors.linux.anti_malware import config_of, socket_of
from limen_agent.collectors.linux.edr import SENSORS
from limen_agent.collectors.machine import User
from limen_agent.collectors.this_machine import ThisMachine
from limen_agent.service.watched import FILES, Watched

Noticed = Callable[[set[str]], None]
Pulse = Callable[[ThisMachine], Hashable]

PULSE_S: Final = 3.0
DEBOUNCE_MS: Final = 300
SETTLE_MS: Final = 30
_NETFILTER, _NETLINK_OPTIONS, _JOIN, _OF_NFTABLES = 12, 270, 1, 7
"""NETLINK_NETFILTER, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, NFNLGRP_NFTABLES (linux/netlink.h, nfnetlink.h)."""


def watch_files(noticed: Noticed, stop: threading.Event, machine: ThisMachine) -> None:
    """Tell of each change to a watched file; begin anew when a person comes or goes. Ends with `stop`."""
    while not stop.is_set():
        people = _people(machine)
        watched = Watched(FILES, people)
        folders = watched.folders()
        ended = threading.Event()
        threading.Thread(target=_until_others, args=(people, folders, machine, stop, ended), daemon=True).start()
        with suppress(OSError, RuntimeError):
            for changes in watchfiles.watch(
                *folders,
                watch_filter=None,
                debounce=DEBOUNCE_MS,
                step=SETTLE_MS,
                rust_timeout=1000,
                recursive=False,
                stop_event=ended,
                raise_interrupt=False,
                ignore_permission_denied=True,
            ):
                if checks := watched.checks(path for _, path in changes):
                    noticed(checks)
        ended.set()
        stop.wait(1)


def watch_packet_filter(noticed: Noticed, stop: threading.Event) -> None:
    """The kernel tells of each change to nftables, to whoever may administer the network. Ends where it does not."""
    if sys.platform != "linux":
        return
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _NETFILTER) as notices:
            notices.bind((0, 0))
            notices.setsockopt(_NETLINK_OPTIONS, _JOIN, _OF_NFTABLES)
            notices.settimeout(30.0)  # so seldom is looked whether all ends: the thread ends with the program anyway
            while not stop.is_set():
                try:
                    notices.recv(65536)
                except TimeoutError:
                    continue
                except OSError:  # more than it could hold: something changed, whatever it was
                    pass
                noticed({"firewall"})
    except OSError:
        return


def watch_pulses(noticed: Noticed, stop: threading.Event, machine: ThisMachine, every_s: float = PULSE_S) -> None:
    """Look at what has no file: mounts, sessions, sensors, the scanner. Where it differs, its check is due."""
    pulses = PULSES if sys.platform == "linux" else {}
    before = _beats(pulses, machine)
    while not stop.wait(every_s):
        now = _beats(pulses, machine)
        if changed := {check for check in now if now[check] != before[check]}:
            noticed(changed)
        before = now


def _beats(pulses: Mapping[str, Pulse], machine: ThisMachine) -> dict[str, Hashable]:
    """What each check's pulse is now; one that several rest on is felt once."""
    felt = {pulse: pulse(machine) for pulse in set(pulses.values())}
    return {check: felt[pulse] for check, pulse in pulses.items()}


def _mounts(machine: ThisMachine) -> Hashable:
    return _or_nothing(lambda: machine.read("/proc/self/mountinfo")), _or_nothing(lambda: machine.read("/proc/swaps"))


def _sessions(machine: ThisMachine) -> Hashable:
    return tuple((user.uid, machine.exists(f"/run/user/{user.uid}/bus")) for user in _people(machine))


def _sensors(machine: ThisMachine) -> Hashable:
    """Pids of programs that are called like a sensor: one small file for each program that runs."""
    del machine
    found = set()
    for pid in (name for name in os.listdir("/proc") if name.isdigit()):
        with suppress(OSError):
            name = Path(f"/proc/{pid}/comm").read_text(errors="replace").strip()
            if any(fnmatchcase(name, pattern) for pattern in _SENSOR_NAMES):
                found.add((pid, name))
    return frozenset(found)


def _scanner(machine: ThisMachine) -> Hashable:
    path = socket_of(config_of(machine))
    if not machine.exists(path):
        return None
    return _or_nothing(lambda: machine.ask(path, b"zPING\0", seconds=2))


def _firewall(machine: ThisMachine) -> Hashable:
    """Old tables, which the kernel gives no notice of; and addresses, which say what has to be dropped."""
    paths = ("/proc/net/ip_tables_names", "/proc/net/ip6_tables_names", "/proc/net/if_inet6")
    return tuple(_or_nothing(lambda path=path: machine.read(path)) for path in paths)  # type: ignore[misc]


_SENSOR_NAMES: Final = tuple(SENSORS)
PULSES: Final[Mapping[str, Pulse]] = {
    "disk_encryption": _mounts,
    "screen_lock": _sessions,
    "edr": _sensors,
    "anti_malware": _scanner,
    "threats": _scanner,
    "firewall": _firewall,
}


def _or_nothing(read: Callable[[], bytes]) -> bytes | None:
    try:
        return read()
    except UndeterminedError:
        return None


def _people(machine: ThisMachine) -> list[User]:
    try:
        return sorted(machine.people(), key=lambda user: user.uid) if sys.platform == "linux" else []
    except UndeterminedError:
        return []


def _until_others(
    people: list[User], folders: set[str], machine: ThisMachine, stop: threading.Event, ended: threading.Event
) -> None:
    """Set `ended` when other people have a session, when other folders are there, or when all ends."""
    while not stop.wait(5) and not ended.is_set():
        now = _people(machine)
        if now != people or Watched(FILES, now).folders() != folders:
            break
    ended.set()
