"""Trials: a change is in force until it is confirmed, and back by itself."""

from __future__ import annotations

import syslog
import time

from limen.following.program.clock import boot_id, boottime
from limen.following.program.commands import shown
from limen.following.program.kept import locked
from limen.network.firewalls.limen_firewall.places import KEPT, RUN
from limen.network.firewalls.limen_firewall.tables import load
from limen.network.firewalls.limen_firewall.told import confirmed

TICK_SECONDS = 0.1


def go_back(why: str, change: str = "") -> bool:
    """Put what was confirmed last in force again, where a trial is on (this one); whether there was one."""
    with locked(RUN):
        trial = KEPT.read("trial")
        if not trial or change not in {"", trial["change"]}:
            return False
        load(confirmed(), [])
        syslog.syslog(syslog.LOG_WARNING, f"went back from change {trial['change']}: {why}")
        note(trial["change"], "undone", why)
        KEPT.drop("trial")
    return True


def note(change: str, how: str, why: str = "") -> None:
    """How a change went. It is told to Limen, and not tried again."""
    before = [one for one in KEPT.read("outcomes").get("all", []) if one["id"] != change][-19:]
    KEPT.put("outcomes", {"all": [*before, {"id": change, "is": how, "why": shown(why)}]})


def watch() -> None:
    """Beside the program: go back in time although it was killed."""
    trial = KEPT.read("trial")
    while trial and KEPT.read("trial").get("change") == trial["change"]:
        if boottime() >= trial["until"] or boot_id() != trial["boot"]:
            go_back("nobody confirmed it in time", trial["change"])
        time.sleep(TICK_SECONDS)
