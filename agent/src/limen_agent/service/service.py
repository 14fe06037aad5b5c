"""The loop of the service: what is due is looked at, what differs is reported, what Limen answers is kept."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

from limen_agent.certificate import put_into, renewed
from limen_agent.collectors.check import CHECKS, Check
from limen_agent.errors import AgentError
from limen_agent.rate import AtMost
from limen_agent.service.wishes import Wish, Wishes
from limen_agent.state.enrolment import LEAST_S, MOST_S
from limen_agent.state.folder import StateFolder
from limen_agent.state.record import Record, share
from limen_agent.wire.client import Client
from limen_agent.wire.connection import Answer, RefusedError
from limen_agent.wire.events import Event
from limen_agent.wire.waiting import BackOff, jittered

COSTLY_S: Final = {"updates": 60.0}
"""A check that takes a second of the processor is not looked at more often than this by itself."""
GOOD_FOR_S: Final = {"updates": 1800.0}
"""So long a costly check is taken over into reports at intervals: what it rests on is watched meanwhile."""
ENDS: Final = frozenset({"not_this_device", "replayed"})
"""After these no report of this device is taken any more, until somebody decides otherwise."""
ASLEEP: Final = frozenset({"quarantined", "replayed"})
"""These may be taken back: the service sends nothing, and wakes when Limen lets it listen again."""
WAKES_AFTER_S: Final = 2.0
"""Whoever may listen and is ended within this time stays asleep."""
LASTED_S: Final = 30.0
"""A stream that held so long was a good one: after it the next is asked for at once, else later each time."""
MOST_EVENTS: Final = 60
"""In a minute of one stream; Limen sends a few in a day, and whoever sends more is hung up on."""
MOST_RECHECKS: Final = 12
"""In a minute; further ones are looked into as any change is, so that nobody keeps this machine busy from afar."""
_WORDS: Final = {
    "quarantined": "Limen has put this device into quarantine",
    "retired": "this device is retired in Limen",
    "lost": "this device is reported lost in Limen",
}


class Service:
    """`look` collects; `client` sends. One thread runs `run`, another `listen`; any may call `notice` and `stop`."""

    def __init__(
        self,
        *,
        client: Client,
        folder: StateFolder,
        record: Record,
        look: Callable[[Iterable[str]], tuple[Check, ...]],
        shared: Path | None = None,
        say: Callable[[str], None] = print,
        want_logs: Callable[[object], None] = lambda _wanted: None,
    ) -> None:
        self.wishes = Wishes()
        self.stopping = threading.Event()
        self._client = client
        self._folder = folder
        self._record = record
        self._look = look
        self._shared = shared
        self._say = say
        self._want_logs = want_logs
        self._known: dict[str, Check] = {}
        self._looked_at: dict[str, float] = {}
        self._back_off = BackOff(first_s=5)
        self._unsent = False
        self._later: dict[str, float] = {}
        self._is_asleep, self._ends = False, 0
        self._waking = threading.Timer(WAKES_AFTER_S, self.stopping.is_set)
        self._rechecks = AtMost(MOST_RECHECKS)
        self._writing = threading.RLock()

    def run(self) -> None:
        """Report until stopped, or until Limen wants no more."""
        self.wishes.add("start")
        due = time.monotonic() + 3600
        while not self.stopping.is_set():
            wish = self.wishes.take(min([due, *self._later.values()]) - time.monotonic())
            wish = wish or self._wish_of_time(due)
            if wish is None or self.stopping.is_set():
                continue
            if self._is_asleep and wish.why in {"change", "interval"}:
                self._later, due = {}, time.monotonic() + MOST_S
                continue
            due = time.monotonic() + self.serve(wish)

    def stop(self) -> None:
        self.stopping.set()
        self.wishes.add("interval", ())

    def notice(self, checks: set[str]) -> None:
        self.wishes.add("change", checks)

    def listen(self) -> None:
        """Follow what Limen says by itself, for as long as the service runs; reconnect, later each time."""
        back_off = BackOff(first_s=1)
        while not self.stopping.is_set():
            began, wait_s = time.monotonic(), 0.0
            try:
                self._hear_all()
            except RefusedError as refused:
                wait_s = refused.retry_after_s
                if refused.error in ENDS and not self._is_asleep:
                    self._end(refused.error, refused.what, refused.fix)
            except AgentError:
                pass  # a report says it, if it can't be sent either
            if time.monotonic() - began > LASTED_S:
                back_off.reset()
            self.stopping.wait(max(wait_s, back_off.next_s()))

    def _hear_all(self) -> None:
        events = AtMost(MOST_EVENTS)
        for event in self._client.stream(self.stopping.is_set):
            if not events.lets_through():
                self._say("Limen sends more events than it should; they are asked for anew later")
                return
            self.hear(event)

    def hear(self, event: Event) -> None:
        if event.name == "hello" and self._is_asleep:
            self._waking.cancel()
            self._waking = threading.Timer(WAKES_AFTER_S, self._wake, (self._ends,))
            self._waking.start()
        elif event.name == "recheck":
            named = event.body.get("checks")
            known = {one for one in named if one in CHECKS} if isinstance(named, list) else set()
            self.wishes.add("asked" if self._rechecks.lets_through() else "change", known or {"*"})
        elif event.name == "settings" and type(seconds := event.body.get("report_every_s")) is int:
            self._keep_interval(seconds)
        elif event.name == "ended":
            why = event.text("why")
            self._end(why, _WORDS.get(why, "Limen takes no more reports of this device"), "ask who looks after devices")

    def _wish_of_time(self, due: float) -> Wish | None:
        """What is due by the clock: the next report, or a costly check that was put off."""
        now = time.monotonic()
        ready = {check for check, at in self._later.items() if at <= now}
        if ready:
            return Wish("change", ready)
        return Wish("interval", {"*"}) if due <= now else None

    def serve(self, wish: Wish) -> float:
        """Look, report where there is something to say, and tell in how many seconds the next report is due."""
        ids = self._to_look_at(wish)
        seen = self._look(ids) if ids else ()
        differs = any(check.differs(self._known.get(check.id)) for check in seen)
        for check in seen:
            self._known[check.id] = check
            self._looked_at[check.id] = time.monotonic()
            self._later.pop(check.id, None)
        if wish.why == "change" and not differs and not self._unsent:
            return min(MOST_S, max(1.0, self._record.next_at - time.time()))  # also where the clock was put back
        return self._report(wish)

    def _to_look_at(self, wish: Wish) -> set[str]:
        ids = set(CHECKS) if wish.is_for_all else wish.checks & set(CHECKS)
        if wish.why in {"start", "asked"}:
            return ids
        now = time.monotonic()
        for check in ids & COSTLY_S.keys() & self._looked_at.keys():
            again = self._looked_at[check] + (COSTLY_S if wish.why == "change" else GOOD_FOR_S)[check]
            if again > now:
                ids = ids - {check}
                if wish.why == "change":
                    self._later[check] = again
        return ids

    def _report(self, wish: Wish) -> float:
        record = self._record
        checks, ends = [self._known[id_] for id_ in CHECKS if id_ in self._known], self._ends
        try:
            answer = self._client.report(checks, wish.why)
        except RefusedError as refused:
            wait_s = self._refused(refused)
        except AgentError as error:
            record.went_wrong(error.what, error.fix, int(time.time()))
            self._unsent = True
            wait_s = self._back_off.next_s()
            self._say(f"not reported: {error}; the next attempt is in {wait_s:.0f} s")
        else:
            self._answered(answer, checks, ends)
            wait_s = jittered(self._interval_s())
        record.next_at = int(time.time() + wait_s)
        self._keep()
        return wait_s

    def _answered(self, answer: Answer, checks: list[Check], ends: int) -> None:
        record = self._record
        with self._writing:
            if ends == self._ends:  # else it was ended while this report was on its way
                record.went_well()
                self._is_asleep = False
        record.reported_at, record.seq = int(time.time()), self._client.seq
        record.checks = [check.said() for check in checks]
        record.answer = {name: answer.body[name] for name in ("compliance", "checks") if name in answer.body}
        record.nonce = self._client.nonce
        self._want_logs(answer.body.get("logs"))
        self._unsent = False
        self._back_off.reset()
        self._keep_interval(answer.number("report_every_s", LEAST_S, MOST_S, self._interval_s()))
        if answer.text("certificates"):
            self._renew_certificate()

    def _renew_certificate(self) -> None:
        """Have a certificate that counts, and every store of a browser that was named have it as well."""
        try:
            made = renewed(self._folder, self._client, time.time())
            if made is not None:
                for store in made.stores:
                    put_into(made, Path(store))
        except AgentError as error:
            self._say(f"no new certificate: {error}")

    def _refused(self, refused: RefusedError) -> float:
        self._record.went_wrong(refused.what, refused.fix, int(time.time()))
        self._say(f"not reported: {refused}")
        if refused.error in ENDS and not self._is_over:  # a stream may have said more exactly why
            self._end(refused.error, refused.what, refused.fix)
        if refused.error in {"slow_down", "unavailable", "stale_nonce"}:
            self._unsent = True
            return max(refused.retry_after_s, self._back_off.next_s())
        # What was malformed or too large will be so again: the next one is sent when it is due anyway.
        return jittered(self._interval_s())

    def _end(self, why: str, what: str, fix: str) -> None:
        with self._writing:
            self._ends += 1
            self._record.ended = why or "ended"
            self._record.went_wrong(what, fix, int(time.time()))
            self._is_asleep = why in ASLEEP
            self._keep()
        self._say(f"ended: {what}")
        if not self._is_asleep:
            self.stop()

    @property
    def _is_over(self) -> bool:
        return bool(self._record.ended) and not self._is_asleep

    def _wake(self, ends: int) -> None:
        if self._is_asleep and ends == self._ends:
            self._is_asleep = False
            self.wishes.add("start")

    def _interval_s(self) -> int:
        return min(MOST_S, max(LEAST_S, self._client.enrolment.report_every_s))

    def _keep_interval(self, seconds: int) -> None:
        seconds = min(MOST_S, max(LEAST_S, seconds))
        if seconds != self._client.enrolment.report_every_s:
            self._client.enrolment = replace(self._client.enrolment, report_every_s=seconds)
            self._client.enrolment.write(self._folder)

    def _keep(self) -> None:
        with self._writing:
            try:
                self._record.keep(self._folder)
            except AgentError as error:
                self._say(str(error))
            share(self._client.enrolment, self._record, self._shared)
