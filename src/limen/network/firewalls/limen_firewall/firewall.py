"""What is in force on this machine, and what is to be."""

from __future__ import annotations

import os
import subprocess
import sys
import syslog
import threading
from typing import Any

from limen.following.program.clock import LimensClock, boot_id, boottime
from limen.following.program.commands import run
from limen.following.program.kept import Wrong, locked, write
from limen.network.firewalls.limen_firewall.admin_connections import admin_connections
from limen.network.firewalls.limen_firewall.connections import cut
from limen.network.firewalls.limen_firewall.counts import Counts
from limen.network.firewalls.limen_firewall.differences import differences
from limen.network.firewalls.limen_firewall.drift import Drift
from limen.network.firewalls.limen_firewall.machines import Machines
from limen.network.firewalls.limen_firewall.names import Names
from limen.network.firewalls.limen_firewall.openings import closed, opened, openings_until, shared, without
from limen.network.firewalls.limen_firewall.places import KEPT, RUN
from limen.network.firewalls.limen_firewall.probes import Probes
from limen.network.firewalls.limen_firewall.rehearsal import cut_by
from limen.network.firewalls.limen_firewall.rulesets import Ruleset, closed_ruleset
from limen.network.firewalls.limen_firewall.tables import intended, live, load, transact
from limen.network.firewalls.limen_firewall.told import confirmed, kept_ruleset, ruleset_file
from limen.network.firewalls.limen_firewall.trials import go_back, note
from limen.network.firewalls.limen_firewall.tunnels import Tunnels

TRIAL_SECONDS = 60.0
_AGAIN = "again-"
"""Begins the id of a change by which what Limen says was confirmed comes back; it may be needed more than once."""
UNHEARD_SECONDS = 90.0
"""Without an answer of Limen's for so long nobody has a tunnel. It leaves a question open for 25."""


class Firewall:
    """The rules, what is open for a while, and the tunnels with their names. Two threads use it, one at a time."""

    def __init__(self) -> None:
        self.clock = LimensClock()
        self.tunnels, self.names, self.probes = Tunnels(), Names(), Probes()
        self.lock = threading.RLock()
        self.ruleset: Ruleset | None = None
        self.drift = Drift()
        self.open: dict[str, dict[str, Any]] = {}
        """What is open for a while, by its id; `ends` is when, since the boot."""
        self.counts = Counts()
        self.machines = Machines()
        self.followed = 0
        """The number of the last state that was followed as a whole since this began: others are asked for again."""
        self._heard = boottime()
        self._was_told = False
        """Whether Limen said what is open for a while since this began; what the kernel has may be of before."""

    def begin(self) -> None:
        """What was confirmed last, before anything else: a change that was on trial when this program ended is not
        confirmed.
        """
        go_back("the program ended before it was confirmed")
        try:
            ruleset = confirmed()
        except (Wrong, OSError, ValueError, TypeError) as wrong:
            syslog.syslog(syslog.LOG_ERR, f"what was confirmed last is not here, and is asked for again: {wrong}")
            ruleset = Ruleset(closed_ruleset())
            write(ruleset_file(ruleset.digest), closed_ruleset())
            KEPT.put("confirmed", {"digest": ruleset.digest})
        with self.lock, locked(RUN):
            self._mean(ruleset)
            fickle = set() if ruleset is None else ruleset.timed | ruleset.noted
            if ruleset is not None and differences(live(), self.drift.wanted or {}, fickle):
                load(ruleset, [])  # else what is open for a while goes on to its end
        self.tunnels.begin()

    def _mean(self, ruleset: Ruleset | None) -> None:
        self.ruleset = ruleset
        self.drift.mean(None if ruleset is None else intended(ruleset))

    # Changes

    def follow(self, said: dict[str, Any], url: str) -> None:
        """Do as a state says. A change that can't be made is noted, with why. Raises Wrong or OSError where something
        else of it can't be done, once all the rest is: then it is asked for again.
        """
        self.drift.repairs = bool(said["repair"])
        failed: Exception | None = None
        try:
            self.tunnels.follow(said.get("tunnels"))
            self.names.follow(said.get("tunnels"), self.clock.now())
        except (Wrong, OSError, subprocess.SubprocessError) as wrong:
            failed = wrong
        self._open_and_close(said["openings"])
        self._change(said, url)
        if failed is not None:
            raise Wrong(f"tunnels are not as they are to be: {failed}")
        self.probes.follow(said.get("probes"))
        self.followed = said["number"]

    def _change(self, said: dict[str, Any], url: str) -> None:
        trial, change = KEPT.read("trial"), said["change"]
        known = KEPT.read("confirmed").get("digest", "")
        if trial and trial["digest"] == said["ruleset"] and not change:
            self.confirm()
        elif trial and (not change or change["id"] != trial["change"]):
            self.undo("it was undone")
        if change is None and said["ruleset"] not in {"", known, KEPT.read("confirmed").get("digest", "")}:
            change = {"id": f"{_AGAIN}{said['ruleset'][:20]}", "digest": said["ruleset"], "needs": "reach"}
        outcomes = KEPT.read("outcomes").get("all", [])
        tried = {one["id"] for one in outcomes if not (one["id"].startswith(_AGAIN) and one["is"] == "confirmed")}
        if change is not None and change["id"] not in tried:
            try:
                self._try(change, url)
            except (Wrong, OSError, subprocess.SubprocessError) as wrong:
                syslog.syslog(syslog.LOG_ERR, f"refused change {change['id']}: {wrong}")
                note(change["id"], "refused", str(wrong))

    def _try(self, change: dict[str, Any], url: str) -> None:
        """Put a change in force on trial. Raises Wrong where it can't be, and then nothing has changed."""
        ruleset = kept_ruleset(change["digest"])
        run("nft", "-c", "-j", "-f", "-", given=ruleset.transaction([]))
        wanted = intended(ruleset)
        lost = cut_by(ruleset, admin_connections(url))
        if lost:
            raise Wrong("it would cut " + "; ".join(lost))
        with self.lock, locked(RUN):
            until = boottime() + TRIAL_SECONDS
            about = {"change": change["id"], "digest": ruleset.digest, "needs": change["needs"]}
            KEPT.put("trial", {**about, "until": until, "boot": boot_id()})
            subprocess.Popen(
                [sys.executable, "-I", os.path.abspath(__file__), "watch"],
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            self.counts.read()
            try:
                load(ruleset, opened(self.open.values(), ruleset))
            except Wrong:
                KEPT.drop("trial")
                raise
            self.ruleset = ruleset
            self.drift.mean(wanted)
            note(change["id"], "trial")

    def reached(self) -> None:
        """Limen answered with the rules of now in force."""
        self._heard = boottime()
        if KEPT.read("trial").get("needs") == "reach":
            self.confirm()

    def confirm(self) -> None:
        """From now on the change on trial is what is gone back to, and what a reboot begins with."""
        with self.lock, locked(RUN):
            trial = KEPT.read("trial")
            if trial:
                KEPT.put("confirmed", {"digest": trial["digest"]})
                KEPT.drop("trial")
                note(trial["change"], "confirmed")
                for path in KEPT.path("rulesets").iterdir():
                    if path.name != trial["digest"]:
                        path.unlink()

    def undo(self, why: str) -> None:
        with self.lock:
            if go_back(why):
                self.went_back()

    def went_back(self) -> None:
        """The kernel has what was confirmed last."""
        with self.lock:
            self._mean(confirmed())
            if self.ruleset is not None:
                self._transact(opened(self.open.values(), self.ruleset))

    def forget_tunnels(self) -> None:
        """Limen was not heard for long: who has a tunnel now nobody can say."""
        with self.lock:
            if boottime() - self._heard > UNHEARD_SECONDS and self.tunnels.forget():
                self.followed = 0

    # What is open for a while

    def close(self, said: list[dict[str, Any]]) -> None:
        """Close what is not among what is said to be open. It needs no room on the disk."""
        with self.lock:
            now = self.clock.now()
            if now is not None and self.ruleset is not None:
                self._close(without(self.open, openings_until(said, now)))

    def close_moved(self) -> None:
        """Close what was opened for an address that another machine has now."""
        with self.lock:
            if self.ruleset is not None:
                self._close(self.machines.elsewhere(list(self.open.values())))

    def _close(self, ended: list[dict[str, Any]]) -> None:
        """What is open by the same elements for something else stays so until the end of that."""
        if ended and self.ruleset is not None:
            gone = {one["id"] for one in ended}
            left = {id_: one for id_, one in self.open.items() if id_ not in gone}
            staying = shared(left.values(), ended)
            self._transact([*closed(ended, self.ruleset), *opened(staying, self.ruleset)])
            kept = {one["id"] for one in shared(ended, staying)}
            cut([one for one in ended if one["id"] not in kept])
            self.open = left

    def _open_and_close(self, said: list[dict[str, Any]]) -> None:
        with self.lock:
            now = self.clock.now()
            if now is None or self.ruleset is None:
                return
            wanted = openings_until(said, now)
            if not self._was_told:
                with locked(RUN):
                    self.counts.read()
                    self.drift.put_back(self.ruleset, opened(wanted.values(), self.ruleset))
                self.open, self._was_told = wanted, True
                return
            self._close(without(self.open, wanted))
            self._transact(opened(without(wanted, self.open), self.ruleset))
            self.open = wanted

    def _transact(self, parts: list[dict[str, Any]]) -> None:
        if parts:
            with locked(RUN):
                self.drift.own(lambda: transact(parts))

    def close_ended(self) -> None:
        """The kernel has ended what was open until now; what it let through ends as well."""
        with self.lock:
            ended = {id_: one for id_, one in self.open.items() if one["ends"] <= boottime()}
            if ended:
                self.open = {id_: one for id_, one in self.open.items() if id_ not in ended}
                cut(list(ended.values()))

    def look(self) -> None:
        """Hold what is in force against what is to be, where anybody changed any rules; tell of it and put it back."""
        with self.lock, locked(RUN):
            if self.ruleset is None or not self.drift.is_due():
                return
            trial = KEPT.read("trial")
            if trial.get("digest", KEPT.read("confirmed").get("digest")) != self.ruleset.digest:
                self._mean(confirmed())  # what watches over trials went back
                return
            known = list(self.open.values()) if self._was_told else None
            self.counts.read()
            if self.drift.look(self.ruleset, known) and self.drift.repairs:
                self.drift.put_back(self.ruleset, opened(self.open.values(), self.ruleset))

    def look_at_tunnels(self) -> None:
        """Hold the tunnels that end here against what Limen said; tell of what is otherwise, and put it back."""
        found = self.tunnels.look()
        with self.lock:
            self.drift.tell("tunnels", found)
        if found and self.drift.repairs:
            self.tunnels.put_back()
            self.drift.tell("tunnels", [])
        self.names.tend()
