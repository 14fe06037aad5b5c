"""Lets in whom Limen lets in, and ends what has to end."""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from typing import Any

from limen.enforcement.radius.limen_openvpn.clients import (
    CALLED,
    CHALLENGE,
    MOST_KEPT,
    SESSION,
    Session,
    place,
    question,
    remember,
    who,
)
from limen.enforcement.radius.limen_openvpn.hearing import NUMBER, Asked, Hearing, Present
from limen.enforcement.radius.limen_openvpn.log import named, note
from limen.enforcement.radius.limen_openvpn.management import TICK_SECONDS, Management
from limen.enforcement.radius.limen_openvpn.told import Told
from limen.following.program.clock import boottime
from limen.following.program.kept import Wrong

MOST_ASKING = 48
"""Clients that are asked about at one moment; what comes beside them is told to come again."""
DEVICE_SECONDS = 10.0
LOGIN_SECONDS = 55.0
STATE_SECONDS = 40.0
COMES_IN_SECONDS = 60.0
"""How long a client that may come in has to do so."""
LOOKS_SECONDS = 5.0
AGAIN_SECONDS = 1.0
LATER = "TEMP[backoff 5,advance no]:Limen can't be asked"


class Follower:
    """Lets in whom Limen lets in, and ends what has to end. The lock holds for all that is kept."""

    def __init__(self, told: Told) -> None:
        self.told, self.limen = told, told.limen()
        self.lock, self.changed = threading.RLock(), threading.Event()
        self.management: Management | None = None
        self.sessions: dict[str, Session] = {}
        self.asking: dict[str, str] = {}
        self.over: OrderedDict[str, None] = OrderedDict()
        self.ended: OrderedDict[str, None] = OrderedDict()
        self._leaving: list[tuple[float, str]] = []
        self._hearing = Hearing()

    # OpenVPN

    def serve(self) -> None:
        """For ever. While OpenVPN is away nobody comes in: it asks this program."""
        for task in (self.follow, self.report):
            threading.Thread(target=task, daemon=True).start()
        while True:
            try:
                self.told.check_place()
                self.attend(Management(self.told.management))
            except Exception as wrong:  # noqa: BLE001 -- whatever is wrong, OpenVPN lets nobody in by itself
                note(f"OpenVPN is not there: {wrong}")
            time.sleep(AGAIN_SECONDS)

    def attend(self, management: Management) -> None:
        """One connection to OpenVPN, from its beginning to its end."""
        looks = 0.0
        with self.lock:
            self.management, self._hearing = management, Hearing()
            self.asking.clear()
        try:
            for line in management.lines():
                if line:
                    self.hear(line)
                if boottime() >= looks:
                    looks = boottime() + LOOKS_SECONDS
                    management.say("status 3")
                self.end_what_is_over()
        finally:
            with self.lock:
                self.management = None
            management.close()

    def hear(self, line: str) -> None:
        heard = self._hearing.hear(line)
        if isinstance(heard, Present):
            self._compare(heard)
        elif heard is None:
            return
        elif heard.kind == "CONNECT":
            self._connect(heard)
        elif heard.kind == "REAUTH":
            self._again(heard)
        elif heard.kind == "ESTABLISHED":
            with self.lock:
                if heard.cid in self.sessions:
                    self.sessions[heard.cid].is_in = True
        else:
            self._gone(heard.cid)

    def say(self, *lines: str) -> None:
        """Where OpenVPN is away there is nobody to say it to: it forgets who was not let in, and is told again."""
        with self.lock:
            try:
                if self.management is not None:
                    self.management.say(*lines)
            except OSError as wrong:
                note(f"OpenVPN was not told: {wrong}")

    # Coming in

    def _connect(self, asked: Asked) -> None:
        self._gone(asked.cid)  # OpenVPN counts anew when it starts anew
        with self.lock:
            is_full = len(self.asking) >= MOST_ASKING or len(self.sessions) >= MOST_KEPT
            if not is_full:
                self.asking[asked.cid] = asked.kid
        if is_full:
            self._deny(asked, "too many at once", LATER)
            return
        threading.Thread(target=self._decide, args=(asked,), daemon=True).start()

    def _decide(self, asked: Asked) -> None:
        began = boottime()
        try:
            answer = self._device(asked.said) if self.told.asks == "device" else self._person(asked)
            if answer.get("verdict") == "accept":
                self._let_in(asked, answer, began)
            elif answer.get("verdict") == "ask":
                self._deny(asked, "to be confirmed", question(self.told.url, asked.said["username"], answer))
            else:
                self._deny(asked, "refused", "")
        except Exception as wrong:  # noqa: BLE001 -- whatever is wrong, nobody comes in
            note(f"Limen could not be asked: {named(wrong)}")
            self._deny(asked, "Limen can't be asked", LATER)
        finally:
            with self.lock:
                if self.asking.get(asked.cid) == asked.kid:
                    del self.asking[asked.cid]

    def _limens(self, path: str, said: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Its answer to what this server asks. Raises OSError, ValueError or Wrong where it can't be asked."""
        answer = self.limen.ask(path, {"server": self.told.server, **said}, seconds)
        if answer is None:
            raise Wrong("Limen answers nothing")
        return answer

    def _device(self, said: dict[str, str]) -> dict[str, Any]:
        fingerprint = said.get("tls_digest_sha256_0", "").replace(":", "").lower()
        if not re.fullmatch(r"[0-9a-f]{64}", fingerprint) or not CALLED.fullmatch(self._called(said)):
            return {}
        return self._limens("/openvpn/device", {"address": place(said), "fingerprint": fingerprint}, DEVICE_SECONDS)

    def _person(self, asked: Asked) -> dict[str, Any]:
        """Somebody waits to be confirmed in the portal, which clients that can open it do."""
        said = asked.said
        password = said.get("password", "")
        answer = CHALLENGE.fullmatch(password)
        if not CALLED.fullmatch(self._called(said)):
            return {}
        seconds = int(LOGIN_SECONDS)
        self.say(f"client-pending-auth {asked.cid} {asked.kid} WEB_AUTH::{self.told.url}/radius {seconds}")
        question = {
            "user": said["username"],
            "password": "" if answer else password,
            "state": answer[1] if answer else "",
        }
        return self._limens("/openvpn/login", {"address": place(said), **question}, LOGIN_SECONDS)

    def _let_in(self, asked: Asked, answer: dict[str, Any], began: float) -> None:
        """Their time counts from when Limen was asked: whatever was slow since makes it no longer."""
        name, ends = str(answer["session"]), began + int(answer["ms"]) / 1_000
        if not SESSION.fullmatch(name):
            raise Wrong("Limen names no session")
        with self.lock:
            is_there = self.asking.get(asked.cid) == asked.kid
            left = int(ends - boottime())
            if not is_there or left < 1 or name in self.ended:
                self._is_over(name)
                if is_there:
                    self._deny(asked, "its time is over", LATER)
                return
            self.sessions[asked.cid] = Session(
                name, asked.cid, self._called(asked.said), who(asked.said), boottime(), ends
            )
            self.say(f"client-auth {asked.cid} {asked.kid}", f"session-timeout {left}", "END")

    def _deny(self, asked: Asked, why: str, told: str) -> None:
        said = f' "{told}"' if told else ""
        self.say(f'client-deny {asked.cid} {asked.kid} "{why}"{said}')

    def _again(self, asked: Asked) -> None:
        """A renegotiation: whoever is in stays, until their end."""
        with self.lock:
            one = self.sessions.get(asked.cid)
            if one is not None and one.ends > boottime() and one.id not in self.ended and one.who == who(asked.said):
                self.say(f"client-auth-nt {asked.cid} {asked.kid}")
                return
            self._deny(asked, "not who came in", "")
            self._kill(asked.cid, one.called if one is not None else self._called(asked.said))

    # Going

    def _gone(self, cid: str) -> None:
        with self.lock:
            self.asking.pop(cid, None)
            one = self.sessions.pop(cid, None)
            if one is not None:
                self._is_over(one.id)

    def _kill(self, cid: str, called: str) -> None:
        """`client-kill` tells the client to come again, and leaves it in for five seconds; so `kill` follows at once.
        That knows clients by their names, of which each is in once.
        """
        self.say(f"client-kill {cid}")
        if CALLED.fullmatch(called):
            self._leaving.append((boottime() + TICK_SECONDS, called))
        self._gone(cid)

    def _called(self, said: dict[str, str]) -> str:
        return said.get("X509_0_CN" if self.told.asks == "device" else "username", "")

    def _is_over(self, name: str) -> None:
        remember(self.over, name)
        self.changed.set()

    def end_what_is_over(self) -> None:
        with self.lock:
            due = [called for at, called in self._leaving if at <= boottime()]
            self._leaving = [one for one in self._leaving if one[0] > boottime()]
            for called in due:
                self.say(f"kill {called}")
            for one in list(self.sessions.values()):
                is_late = not one.is_in and boottime() >= one.began + COMES_IN_SECONDS
                if boottime() >= one.ends or one.id in self.ended or is_late:
                    self._kill(one.cid, one.called)

    def _compare(self, present: Present) -> None:
        """Nobody is in of whom this program knows nothing."""
        with self.lock:
            for cid, called in present.clients.items():
                if called is not None and cid not in self.sessions and NUMBER.fullmatch(cid):
                    self._kill(cid, called)
            for cid in [cid for cid in self.sessions if cid not in present.clients]:
                self._gone(cid)  # it left before it was quite in, which OpenVPN does not say

    # Limen

    def follow(self) -> None:
        """Ask Limen for ever what has to end. The question waits there until something has to."""
        while True:
            began = boottime()
            if not self._ask():
                time.sleep(AGAIN_SECONDS)
            elif boottime() < began + AGAIN_SECONDS:
                time.sleep(TICK_SECONDS)

    def report(self) -> None:
        """Say at once what is over, beside the question that waits: Limen answers that one then."""
        while True:
            self.changed.wait()
            time.sleep(TICK_SECONDS)
            self.changed.clear()
            self._ask()

    def _ask(self) -> bool:
        """Say what is in and what is over, and end what has to; whether Limen answered."""
        with self.lock:
            open_now, over = [one.id for one in self.sessions.values()], list(self.over)[:MOST_KEPT]
        try:
            answer = self._limens("/openvpn/state", {"open": open_now, "over": over}, STATE_SECONDS)
            ending = [str(name) for name in answer["end"]]
            with self.lock:
                for name in over:
                    self.over.pop(name, None)
                for name in ending:
                    self._has_to_end(name)
        except Exception as wrong:  # noqa: BLE001 -- whatever is wrong, it is asked again, and the ends hold
            note(f"Limen could not be followed: {named(wrong)}")
            return False
        return True

    def _has_to_end(self, name: str) -> None:
        """Whether it is in yet or not: an answer that lets it in may be on its way."""
        if not SESSION.fullmatch(name):
            return
        remember(self.ended, name)
        for one in [one for one in self.sessions.values() if one.id == name]:
            self._kill(one.cid, one.called)
        self._is_over(name)
