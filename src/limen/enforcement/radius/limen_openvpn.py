#!/usr/bin/python3 -I
"""limen-openvpn: what makes an OpenVPN server follow Limen. One file, Python 3.9 or newer, and nothing else.

    limen-openvpn /etc/openvpn/limen/devices.json

OpenVPN verifies certificates by itself. Over its management interface it asks this program who may come in, and the
program asks Limen; without Limen's word nobody does. It ends sessions when Limen says so, or when their time is over.
OpenVPN was told that end as well (`session-timeout`), and holds to it whatever becomes of this program.
"""

from __future__ import annotations

import base64
import json
import os
import re
import select
import socket
import ssl
import stat
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Iterator

LONGEST_LINE = 16_384
MOST_LINES = 1_000
"""What OpenVPN says of one client at once: beyond either it is not read on."""
MOST_ASKING = 48
"""Clients that are asked about at one moment; what comes beside them is told to come again."""
MOST_KEPT = 5_000
MOST_BYTES = 1_000_000
DEVICE_SECONDS = 10.0
LOGIN_SECONDS = 55.0
STATE_SECONDS = 40.0
COMES_IN_SECONDS = 60.0
"""How long a client that may come in has to do so."""
LOOKS_SECONDS = 5.0
TICK_SECONDS = 0.1
WRITES_SECONDS = 5.0
AGAIN_SECONDS = 1.0
NUMBER = re.compile(r"[0-9]{1,10}")
CALLED = re.compile(r"[A-Za-z0-9_.@+'~-]{1,254}")
"""What a client may be called: by this name it is ended."""
SESSION = re.compile(r"v_[0-9a-f]{32}")
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
CHALLENGE = re.compile(r"CRV1::([A-Za-z0-9_-]{1,64})::.{0,64}", re.DOTALL)
"""What a client answers to a question (management-notes.txt, dynamic challenge)."""
SAYS = ("untrusted_ip", "untrusted_ip6", "username", "password", "tls_digest_sha256_0", "X509_0_CN")
"""What is read of what OpenVPN says of a client."""
LATER = "TEMP[backoff 5,advance no]:Limen can't be asked"


class Wrong(Exception):
    """What can't be done, and what to do about it."""


def note(what: str) -> None:
    """For the log of whatever started this."""
    print(f"limen-openvpn: {what}", file=sys.stderr, flush=True)


def now() -> float:
    """Seconds since the boot, which nobody sets, sleep included."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


# What it is told


@dataclass(frozen=True)
class Told:
    """The file that Limen wrote. `asks` is `device`, where certificates open it, or `person`."""

    url: str
    client: str
    secret: str
    server: str
    asks: str
    management: str
    authority: str = ""

    @staticmethod
    def read(path: str) -> Told:
        with open(path, encoding="utf-8") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o037:
                raise Wrong(f"others may read {path}: chmod 640 it")
            told = Told(**json.load(file))
        if told.asks not in {"device", "person"} or not NAME.fullmatch(told.server):
            raise Wrong(f"{path} is none that Limen wrote")
        return told

    def check_place(self) -> None:
        """Raises Wrong where others reach the management interface: who does lets anybody in."""
        folder = os.path.dirname(os.path.abspath(self.management))
        if os.stat(folder).st_mode & (stat.S_IRWXO | stat.S_IWGRP):
            raise Wrong(f"others reach OpenVPN's management interface: chmod 750 {folder}")


# What Limen says


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """The secret goes nowhere else."""

    def redirect_request(self, *_arguments: Any) -> None:
        return None


class Limen:
    """Where Limen is, and how it is asked."""

    def __init__(self, told: Told) -> None:
        place = urllib.parse.urlsplit(told.url)
        is_here = place.hostname in {"127.0.0.1", "::1"} or (place.hostname or "").endswith(".localhost")
        if place.scheme != "https" and not (place.scheme == "http" and is_here):
            raise Wrong("Limen is asked over https")
        self._url, self._server = told.url.rstrip("/"), told.server
        self._proof = "Basic " + base64.b64encode(f"{told.client}:{told.secret}".encode()).decode()
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=told.authority or None)),
            NoRedirects(),
            urllib.request.ProxyHandler({}),
        )

    def ask(self, path: str, said: dict[str, Any], seconds: float) -> dict[str, Any]:
        """What Limen answers. Raises OSError, ValueError or Wrong where it can't be asked."""
        headers = {
            "content-type": "application/json",
            "user-agent": "limen-openvpn/1",
            "authorization": self._proof,
        }
        body = json.dumps({"server": self._server, **said}).encode()
        request = urllib.request.Request(self._url + path, body, headers, method="POST")
        with self._opener.open(request, timeout=seconds) as answer:
            read = answer.read(MOST_BYTES + 1)
        if len(read) > MOST_BYTES:
            raise Wrong("Limen's answer is too long")
        found = json.loads(read)
        if not isinstance(found, dict):
            raise Wrong("Limen's answer is none")
        return found


# OpenVPN's management interface (management-notes.txt)


class Management:
    """The connection. One thread reads it, any may say something."""

    def __init__(self, path: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(WRITES_SECONDS)
        self._socket.connect(path)
        self._writing = threading.Lock()
        self._ready = select.poll()
        self._ready.register(self._socket, select.POLLIN)

    def say(self, *lines: str) -> None:
        """Raises OSError where it is gone, or does not listen: half a command is none, so that is its end."""
        if any(set(line) & set("\r\n\0") for line in lines):
            raise ValueError("a command has one line")
        with self._writing:
            try:
                self._socket.sendall("".join(f"{line}\n" for line in lines).encode())
            except OSError:
                self._socket.shutdown(socket.SHUT_RDWR)
                raise

    def lines(self) -> Iterator[str]:
        """What it says, line by line, "" each tick in between. Raises Wrong for a line that nobody writes so long."""
        left = b""
        while True:
            if not self._ready.poll(TICK_SECONDS * 1_000):
                yield ""
                continue
            got = self._socket.recv(65_536)
            if not got:
                return
            *whole, left = (left + got).split(b"\n")
            for line in whole:
                yield self._line(line)
            self._line(left)
            yield ""

    @staticmethod
    def _line(line: bytes) -> str:
        if len(line) > LONGEST_LINE:
            raise Wrong("OpenVPN's management interface says a line that is too long")
        return line.rstrip(b"\r").decode("utf-8", "replace")

    def close(self) -> None:
        self._socket.close()


# Who is in


@dataclass
class Session:
    """Somebody who may be in until `ends` (seconds since the boot). `called` is what OpenVPN calls them, and `who` may
    not change at a renegotiation.
    """

    id: str
    cid: str
    called: str
    who: str
    began: float
    ends: float
    is_in: bool = False


@dataclass(frozen=True)
class Asked:
    """OpenVPN asks about a client: a connection of its own (`cid`) and a key of it (`kid`)."""

    kind: str
    cid: str
    kid: str = ""


class Follower:
    """Lets in whom Limen lets in, and ends what has to end. The lock holds for all that is kept."""

    def __init__(self, told: Told) -> None:
        self.told, self.limen = told, Limen(told)
        self.lock, self.changed = threading.RLock(), threading.Event()
        self.management: Management | None = None
        self.sessions: dict[str, Session] = {}
        self.asking: dict[str, str] = {}
        self.over: OrderedDict[str, None] = OrderedDict()
        self.ended: OrderedDict[str, None] = OrderedDict()
        self._leaving: list[tuple[float, str]] = []
        self._asked: Asked | None = None
        self._said: dict[str, str] = {}
        self._is_broken = False
        self._lines = 0
        self._columns: list[str] = []
        self._present: dict[str, str | None] | None = None

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
            self.management, self._asked, self._present = management, None, None
            self.asking.clear()
        try:
            for line in management.lines():
                if line:
                    self.hear(line)
                if now() >= looks:
                    looks = now() + LOOKS_SECONDS
                    management.say("status 3")
                self.end_what_is_over()
        finally:
            with self.lock:
                self.management = None
            management.close()

    def hear(self, line: str) -> None:
        if not line.startswith(">CLIENT:"):
            if not line.startswith(">"):
                self._status(line)
            return
        about = line[len(">CLIENT:") :]
        if about.startswith("ENV,"):
            self._environment(about[4:])
            return
        kind, *words = about.split(",")
        self._asked, self._said, self._lines, self._is_broken = None, {}, 0, False
        if kind in {"CONNECT", "REAUTH"} and len(words) == 2 and all(map(NUMBER.fullmatch, words)):
            self._asked = Asked(kind, *words)
        elif kind in {"ESTABLISHED", "DISCONNECT"} and len(words) == 1 and NUMBER.fullmatch(words[0]):
            self._asked = Asked(kind, words[0])

    def _environment(self, said: str) -> None:
        """A line of what it says of a client; what is said twice says nothing."""
        if said != "END":
            name, is_said, value = said.partition("=")
            self._lines += 1
            if name in SAYS:
                self._is_broken = self._is_broken or not is_said or name in self._said
                self._said[name] = value
            self._is_broken = self._is_broken or self._lines > MOST_LINES
            return
        asked, self._asked = self._asked, None
        if asked is None:
            return
        if asked.kind == "CONNECT":
            self._connect(asked, {} if self._is_broken else self._said)
        elif asked.kind == "REAUTH":
            self._again(asked, {} if self._is_broken else self._said)
        elif asked.kind == "ESTABLISHED":
            with self.lock:
                if asked.cid in self.sessions:
                    self.sessions[asked.cid].is_in = True
        else:
            self._gone(asked.cid)

    def say(self, *lines: str) -> None:
        """Where OpenVPN is away there is nobody to say it to: it forgets who was not let in, and is told again."""
        with self.lock:
            try:
                if self.management is not None:
                    self.management.say(*lines)
            except OSError as wrong:
                note(f"OpenVPN was not told: {wrong}")

    # Coming in

    def _connect(self, asked: Asked, said: dict[str, str]) -> None:
        self._gone(asked.cid)  # OpenVPN counts anew when it starts anew
        with self.lock:
            is_full = len(self.asking) >= MOST_ASKING or len(self.sessions) >= MOST_KEPT
            if not is_full:
                self.asking[asked.cid] = asked.kid
        if is_full:
            self._deny(asked, "too many at once", LATER)
            return
        threading.Thread(target=self._decide, args=(asked, said), daemon=True).start()

    def _decide(self, asked: Asked, said: dict[str, str]) -> None:
        began = now()
        try:
            answer = self._device(said) if self.told.asks == "device" else self._person(asked, said)
            if answer.get("verdict") == "accept":
                self._let_in(asked, said, answer, began)
            elif answer.get("verdict") == "ask":
                self._deny(asked, "to be confirmed", self._question(said, answer))
            else:
                self._deny(asked, "refused", "")
        except Exception as wrong:  # noqa: BLE001 -- whatever is wrong, nobody comes in
            note(f"Limen could not be asked: {named(wrong)}")
            self._deny(asked, "Limen can't be asked", LATER)
        finally:
            with self.lock:
                if self.asking.get(asked.cid) == asked.kid:
                    del self.asking[asked.cid]

    def _device(self, said: dict[str, str]) -> dict[str, Any]:
        fingerprint = said.get("tls_digest_sha256_0", "").replace(":", "").lower()
        if not re.fullmatch(r"[0-9a-f]{64}", fingerprint) or not CALLED.fullmatch(self._called(said)):
            return {}
        return self.limen.ask("/openvpn/device", {"address": place(said), "fingerprint": fingerprint}, DEVICE_SECONDS)

    def _person(self, asked: Asked, said: dict[str, str]) -> dict[str, Any]:
        """Somebody waits to be confirmed in the portal, which clients that can open it do."""
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
        return self.limen.ask("/openvpn/login", {"address": place(said), **question}, LOGIN_SECONDS)

    def _question(self, said: dict[str, str], answer: dict[str, Any]) -> str:
        """What asks for the next step (dynamic challenge): whoever signs in sees the number, and types it there."""
        number, state = str(answer["number"]), str(answer["state"])
        if not re.fullmatch(r"[0-9]{2}", number) or not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", state):
            raise ValueError("Limen asks nothing that can be shown")
        user = base64.b64encode(said["username"].encode()).decode()
        text = f"Open {self.told.url}/radius, type {number} there, then answer OK here"
        return f"CRV1:R,E:{state}:{user}:{text}"

    def _let_in(self, asked: Asked, said: dict[str, str], answer: dict[str, Any], began: float) -> None:
        """Their time counts from when Limen was asked: whatever was slow since makes it no longer."""
        name, ends = str(answer["session"]), began + int(answer["ms"]) / 1_000
        if not SESSION.fullmatch(name):
            raise Wrong("Limen names no session")
        with self.lock:
            is_there = self.asking.get(asked.cid) == asked.kid
            left = int(ends - now())
            if not is_there or left < 1 or name in self.ended:
                self._is_over(name)
                if is_there:
                    self._deny(asked, "its time is over", LATER)
                return
            self.sessions[asked.cid] = Session(name, asked.cid, self._called(said), who(said), now(), ends)
            self.say(f"client-auth {asked.cid} {asked.kid}", f"session-timeout {left}", "END")

    def _deny(self, asked: Asked, why: str, told: str) -> None:
        said = f' "{told}"' if told else ""
        self.say(f'client-deny {asked.cid} {asked.kid} "{why}"{said}')

    def _again(self, asked: Asked, said: dict[str, str]) -> None:
        """A renegotiation: whoever is in stays, until their end."""
        with self.lock:
            one = self.sessions.get(asked.cid)
            if one is not None and one.ends > now() and one.id not in self.ended and one.who == who(said):
                self.say(f"client-auth-nt {asked.cid} {asked.kid}")
                return
            self._deny(asked, "not who came in", "")
            self._kill(asked.cid, one.called if one is not None else self._called(said))

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
            self._leaving.append((now() + TICK_SECONDS, called))
        self._gone(cid)

    def _called(self, said: dict[str, str]) -> str:
        return said.get("X509_0_CN" if self.told.asks == "device" else "username", "")

    def _is_over(self, name: str) -> None:
        remember(self.over, name)
        self.changed.set()

    def end_what_is_over(self) -> None:
        with self.lock:
            due = [called for at, called in self._leaving if at <= now()]
            self._leaving = [one for one in self._leaving if one[0] > now()]
            for called in due:
                self.say(f"kill {called}")
            for one in list(self.sessions.values()):
                is_late = not one.is_in and now() >= one.began + COMES_IN_SECONDS
                if now() >= one.ends or one.id in self.ended or is_late:
                    self._kill(one.cid, one.called)

    def _status(self, line: str) -> None:
        """Of `status 3` who is in: nobody of whom this program knows nothing."""
        words = line.split("\t")
        if words[:2] == ["HEADER", "CLIENT_LIST"]:
            self._columns, self._present = words[2:], {}
        elif words[0] == "CLIENT_LIST" and self._present is not None:
            one = dict(zip(self._columns, words[1:]))
            is_in = bool(one.get("Virtual Address") or one.get("Virtual IPv6 Address"))
            self._present[one.get("Client ID", "")] = one.get("Common Name", "") if is_in else None
        elif words == ["END"] and self._present is not None:
            present, self._present = self._present, None
            with self.lock:
                for cid, called in present.items():
                    if called is not None and cid not in self.sessions and NUMBER.fullmatch(cid):
                        self._kill(cid, called)
                for cid in [cid for cid in self.sessions if cid not in present]:
                    self._gone(cid)  # it left before it was quite in, which OpenVPN does not say

    # Limen

    def follow(self) -> None:
        """Ask Limen for ever what has to end. The question waits there until something has to."""
        while True:
            began = now()
            if not self._ask():
                time.sleep(AGAIN_SECONDS)
            elif now() < began + AGAIN_SECONDS:
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
            answer = self.limen.ask("/openvpn/state", {"open": open_now, "over": over}, STATE_SECONDS)
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


def remember(kept: OrderedDict[str, None], name: str) -> None:
    kept[name] = None
    while len(kept) > MOST_KEPT:
        kept.popitem(last=False)


def who(said: dict[str, str]) -> str:
    """What may not change while a client is in."""
    return f"{said.get('tls_digest_sha256_0', '')} {said.get('username', '')}"


def place(said: dict[str, str]) -> str:
    return said.get("untrusted_ip") or said.get("untrusted_ip6", "")


def named(wrong: Exception) -> str:
    """An error without what Limen or a client said in it."""
    return f"HTTP {wrong.code}" if isinstance(wrong, urllib.error.HTTPError) else type(wrong).__name__


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        Follower(Told.read(sys.argv[1])).serve()
    except (Wrong, OSError, ValueError, TypeError) as wrong:
        note(str(wrong))
    return 1


if __name__ == "__main__":
    sys.exit(main())
