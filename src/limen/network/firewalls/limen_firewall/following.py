"""Follow Limen: ask for what is to be in force, keep it in force, and tell what happened."""

from __future__ import annotations

import os
import struct
import subprocess
import syslog
import threading
import time
from typing import Any, Callable

from limen.following.program.asking import Limen, ask_for_ever
from limen.following.program.clock import boottime
from limen.following.program.kept import Wrong, write
from limen.network.firewalls.limen_firewall.firewall import Firewall
from limen.network.firewalls.limen_firewall.netlink import read_changes
from limen.network.firewalls.limen_firewall.places import KEPT, MOST_BYTES, NAME, RUN, STATES
from limen.network.firewalls.limen_firewall.told import keep_whole
from limen.network.firewalls.limen_firewall.traffic import Folded, read_begun, read_logged
from limen.network.firewalls.limen_firewall.trials import TICK_SECONDS

LOOK_SECONDS = 1.0
AGAIN_SECONDS = 1.0
"""How long after a look the next change waits, so that a program that changes rules all the time costs little."""
TUNNELS_LOOK_SECONDS = 5.0
SEND_SECONDS = 1.0


def follow() -> None:
    """Ask Limen, for ever; meanwhile keep what is in force as it is to be."""
    RUN.mkdir(mode=0o700, parents=True, exist_ok=True)
    firewall, denied, tried, begun = Firewall(), Folded(), Folded(), Folded()
    firewall.begin()
    changes = threading.Event()
    group = int(KEPT.read("config").get("group", 5))
    folded = {"denied": denied, "tried": tried, "begun": begun}
    for work in (
        lambda: ask_for_ever(lambda: _ask(firewall)),
        lambda: _tell_for_ever(firewall, folded),
        lambda: _for_ever("NFLOG", lambda: read_logged(group, denied, tried)),
        lambda: _for_ever("conntrack", lambda: read_begun(begun)),
        lambda: _for_ever("probes", firewall.probes.try_next),
        lambda: _for_ever("changes of rules", lambda: read_changes(changes.set)),
    ):
        threading.Thread(target=work, daemon=True).start()
    write(RUN / "ready", str(os.getpid()))
    looks = soonest = looks_at_tunnels = 0.0
    while True:
        try:
            trial = KEPT.read("trial")
            if trial and boottime() >= trial["until"]:
                firewall.undo("nobody confirmed it in time")
            firewall.close_ended()
            firewall.forget_tunnels()
            now = time.monotonic()
            is_changed = changes.is_set() and now >= soonest
            if is_changed or now >= looks:
                if is_changed:
                    changes.clear()
                    soonest = now + AGAIN_SECONDS
                looks = now + LOOK_SECONDS
                firewall.close_moved()
                firewall.look()
            if time.monotonic() >= looks_at_tunnels:
                looks_at_tunnels = time.monotonic() + TUNNELS_LOOK_SECONDS
                firewall.look_at_tunnels()
        except (Wrong, OSError, ValueError, KeyError, subprocess.SubprocessError) as wrong:
            syslog.syslog(syslog.LOG_ERR, f"could not keep the rules: {wrong}")
            time.sleep(1.0)
        time.sleep(TICK_SECONDS)


def _for_ever(source: str, read: Callable[[], None]) -> None:
    while True:
        try:
            read()
        except (OSError, Wrong, KeyError, struct.error) as wrong:
            syslog.syslog(syslog.LOG_ERR, f"{source} could not be read: {wrong}")
            time.sleep(5.0)


def _limen(about: dict[str, Any]) -> Limen:
    return Limen(about["url"], NAME, MOST_BYTES, about["authority"], f"Bearer {about['secret']}")


def _ask(firewall: Firewall) -> None:
    """One question, and what the answer says is done."""
    about = KEPT.read("config")
    limen = _limen(about)
    outcomes, rulesets = KEPT.read("outcomes").get("all", []), KEPT.path("rulesets")
    answer = limen.ask(
        "/network/firewall/state",
        {
            "after": firewall.followed,
            "in_force": firewall.ruleset.digest if firewall.ruleset is not None else "",
            "change": outcomes[-1] if outcomes else None,
            "has": [path.name for path in rulesets.glob("*")][:10] if rulesets.exists() else [],
            "clock": int(firewall.clock.astray()),
            **({"tunnel_key": firewall.tunnels.key} if firewall.tunnels.key else {}),
        },
    )
    if limen.at:
        firewall.clock.hear(limen.at)
    firewall.reached()
    if answer is not None:
        said = STATES.read(answer)
        firewall.clock.not_before(said["at"])
        firewall.close(said["openings"])
        keep_whole(said, answer)
        firewall.follow(said, about["url"])


def _tell_for_ever(firewall: Firewall, folded: dict[str, Folded]) -> None:
    while True:
        time.sleep(SEND_SECONDS)
        taken = {name: one.take() for name, one in folded.items()}
        drift, moved, probed = list(firewall.drift.found), list(firewall.machines.moved), firewall.probes.done
        counted: list[list[Any]] = []
        try:
            counted = firewall.counts.take()
            if not (drift or moved or counted or probed) and not any(some or lost for some, lost in taken.values()):
                continue
            events = {name: some for name, (some, _) in taken.items()}
            lost = sum(number for _, number in taken.values())
            about = {"drift": drift, "moved": moved, "counted": counted, "lost": lost}
            about |= {"probed": probed} if probed else {}
            _limen(KEPT.read("config")).ask("/network/firewall/events", {**events, **about})
            for _ in drift:
                firewall.drift.found.popleft()
            del firewall.machines.moved[: len(moved)]
            if firewall.probes.done is probed:
                firewall.probes.done = None
        except Exception as wrong:  # noqa: BLE001 -- it is told later
            syslog.syslog(syslog.LOG_WARNING, f"Limen could not be told: {wrong}")
            for name, one in folded.items():
                one.put_back(*taken[name])
            firewall.counts.put_back(counted)
            time.sleep(2.0)
