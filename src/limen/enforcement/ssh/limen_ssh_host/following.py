"""Follow Limen: ask what is revoked, and end what has to end."""

from __future__ import annotations

import syslog
import threading
import time

from limen.enforcement.ssh.limen_ssh_host.alive import say_alive
from limen.enforcement.ssh.limen_ssh_host.pam import check_pam
from limen.enforcement.ssh.limen_ssh_host.places import KEPT, MOST_BYTES, NAME, RUN, SUDOERS
from limen.enforcement.ssh.limen_ssh_host.processes import start_of
from limen.enforcement.ssh.limen_ssh_host.records import records
from limen.enforcement.ssh.limen_ssh_host.sessions import end, is_used, leave_nothing
from limen.enforcement.ssh.limen_ssh_host.sshd import ONLY, other_ways_in
from limen.enforcement.ssh.limen_ssh_host.sudo import write_sudoers
from limen.enforcement.ssh.limen_ssh_host.told import take_over
from limen.following.program.asking import Limen, ask_for_ever
from limen.following.program.clock import LimensClock, boottime
from limen.following.program.kept import Wrong

_TICK_SECONDS = 0.1
_LOOKED_SECONDS = 60.0


def follow() -> None:
    """Ask Limen, for ever; meanwhile end what has to end. While this host is not as it was checked nobody is let in."""
    RUN.folder.mkdir(mode=0o700, exist_ok=True)
    for path in SUDOERS.glob("limen-ssh_*"):
        path.unlink()  # of sessions before a reboot; those that still are get theirs again
    for record in records():
        if record["is_elevated"]:
            write_sudoers(record["account"])
    changed, soundness = threading.Event(), Soundness()
    clock = LimensClock(float(KEPT.read("config").get("at", 0)))
    asker = Asker(changed, clock)
    threading.Thread(target=ask_for_ever, args=(asker.ask,), daemon=True).start()
    while True:
        if soundness.holds() and clock.is_right():
            say_alive(clock)
        else:
            RUN.drop("alive")
        look()
        changed.wait(_TICK_SECONDS)
        changed.clear()


class Soundness:
    """Whether what begins here could be ended, looked at each second: packages write PAM's files anew."""

    def __init__(self) -> None:
        self.wrong = ""
        self._next = 0.0

    def holds(self) -> bool:
        now = time.monotonic()
        if now >= self._next:
            self._next, before = now + 1.0, self.wrong
            try:
                check_pam()
                self.wrong = ""
            except (Wrong, OSError) as wrong:
                self.wrong = str(wrong)
            if self.wrong not in {"", before}:
                syslog.syslog(syslog.LOG_ERR, self.wrong)
        return not self.wrong


def look() -> None:
    """End each session whose time is over or whose certificate is revoked; forget those that have gone."""
    now, ended = time.time(), set(KEPT.read("ended"))
    for path in RUN.path("admitted").glob("[0-9]*"):
        pid, _, start = path.name.partition("-")
        if str(start_of(int(pid))) != start:
            path.unlink(missing_ok=True)
    for record in records():
        try:
            if start_of(record["pid"]) != record["start"]:
                leave_nothing(record)
            elif record["serial"] in ended:
                end(record, "its certificate is revoked")
            elif now >= record["until"] or boottime() >= record.get("ends", 0):
                end(record, "its time is over")
        except (OSError, Wrong) as wrong:
            syslog.syslog(syslog.LOG_ERR, f"could not end a session: {wrong}")


class Asker:
    """Asks Limen, and says whether certificates are the only way in here, which is looked at once a minute."""

    def __init__(self, changed: threading.Event, clock: LimensClock) -> None:
        self._changed, self._clock = changed, clock
        self._is_only, self._looked = False, -_LOOKED_SECONDS

    def ask(self) -> None:
        """One question, and what the answer says is in force."""
        about, clock = KEPT.read("config"), self._clock
        limen = Limen(about["url"], NAME, MOST_BYTES, about["authority"], f"Bearer {about['secret']}")
        open_now = records()
        answer = limen.ask(
            "/ssh/host/state",
            {
                "after": about.get("number", 0),
                "open": [one["serial"] for one in open_now],
                "active": [one["serial"] for one in open_now if is_used(one)],
                "only": self._is_only_way(),
                "clock": int(clock.astray()),
            },
        )
        if limen.at:
            clock.hear(limen.at)
        if not clock.is_right():
            syslog.syslog(syslog.LOG_ERR, f"nobody is let in: the clock is {clock.astray():.0f} s from Limen's")
        if answer is not None:
            take_over(answer)
            self._changed.set()

    def _is_only_way(self) -> bool:
        if time.monotonic() >= self._looked + _LOOKED_SECONDS or self._is_only != ONLY.exists():
            self._looked, self._is_only = time.monotonic(), not other_ways_in()
        return self._is_only
