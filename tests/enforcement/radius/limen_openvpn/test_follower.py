"""The program beside OpenVPN, by itself: what it says for what is said to it. OpenVPN and Limen are played here; the
real ones are in tests/interop/test_openvpn.py.
"""

from __future__ import annotations

import threading
import time
from http.client import IncompleteRead
from typing import Any

import pytest
from tests.waiting import wait_until

from limen.enforcement.radius.limen_openvpn import follower
from limen.enforcement.radius.limen_openvpn.follower import Follower
from limen.enforcement.radius.limen_openvpn.management import Management
from limen.enforcement.radius.limen_openvpn.told import Told
from limen.following.program.asking import Limen
from limen.following.program.clock import boottime

PRINT = "ab" * 32
CERTIFICATE = ":".join(["AB"] * 32)
FIRST, SECOND = "v_" + "1" * 32, "v_" + "2" * 32
TOLD = Told("https://limen.harbor.example", "10.0.0.5/32", "s" * 40, "devices", "device", "/nowhere/devices")


class PlayedManagement(Management):
    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, *lines: str) -> None:
        self.said += lines


class PlayedLimen(Limen):
    """Answers what it is told to; an exception it raises."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.answers: list[Any] = []

    def ask(self, path: str, said: dict[str, Any], _seconds: float) -> dict[str, Any]:
        assert said.pop("server") in {"devices", "people"}
        self.asked.append((path, said))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        found: dict[str, Any] = answer
        return found


class World:
    def __init__(self, told: Told = TOLD) -> None:
        self.limen, self.openvpn = PlayedLimen(), PlayedManagement()
        self.follower = Follower(told)
        self.follower.limen, self.follower.management = self.limen, self.openvpn

    def hear(self, head: str, *environment: str) -> None:
        for line in (head, *(f"ENV,{one}" for one in environment), "ENV,END"):
            self.follower.hear(f">CLIENT:{line}")

    def said(self) -> list[str]:
        """What OpenVPN was told once everything that was asked is answered."""
        wait_until(lambda: not self.follower.asking)
        said, self.openvpn.said = self.openvpn.said, []
        return said

    def connect(self, cid: int = 0, answer: Any = None, *more: str) -> list[str]:
        permit = {"verdict": "accept", "session": FIRST, "ms": 3_600_000}
        self.limen.answers.append(permit if answer is None else answer)
        environment = more or (f"tls_digest_sha256_0={CERTIFICATE}", "X509_0_CN=d_laptop", "untrusted_ip=10.9.9.9")
        self.hear(f"CONNECT,{cid},1", *environment)
        return self.said()


@pytest.fixture
def world() -> World:
    return World()


def test_a_device_is_let_in_for_as_long_as_limen_says(world: World) -> None:
    first, second, last = world.connect()
    assert (first, last) == ("client-auth 0 1", "END")
    assert second in {"session-timeout 3599", "session-timeout 3598", "session-timeout 3597"}
    assert world.limen.asked == [("/openvpn/device", {"address": "10.9.9.9", "fingerprint": PRINT})]
    assert [one.id for one in world.follower.sessions.values()] == [FIRST]


@pytest.mark.parametrize(
    "answer",
    [
        {"verdict": "reject"},
        {"verdict": "maybe"},
        {},
        {"verdict": "accept"},
        {"verdict": "accept", "session": FIRST, "ms": 999},
        {"verdict": "accept", "session": "v_1\nkill all", "ms": 60_000},
        {"verdict": "accept", "session": FIRST, "ms": "soon"},
        OSError("no route"),
        ValueError("no JSON"),
        IncompleteRead(b"{"),
        RecursionError(),
    ],
)
def test_whatever_else_limen_says_lets_nobody_in(world: World, answer: Any) -> None:
    said = world.connect(0, answer)
    assert [line.split()[:3] for line in said] == [["client-deny", "0", "1"]]
    assert world.follower.sessions == {}


@pytest.mark.parametrize(
    "environment",
    [
        ("untrusted_ip=10.9.9.9",),
        ("tls_digest_sha256_0=", "X509_0_CN=d_laptop"),
        (f"tls_digest_sha256_0={CERTIFICATE}", "X509_0_CN=d laptop"),
        (f"tls_digest_sha256_0={CERTIFICATE}", f"tls_digest_sha256_0={CERTIFICATE}", "X509_0_CN=d_laptop"),
        (f"tls_digest_sha256_0={CERTIFICATE}", "X509_0_CN=d_laptop", *["IV_X=1"] * 1_001),
    ],
)
def test_without_a_certificate_that_is_said_once_limen_is_not_asked(world: World, environment: tuple[str, ...]) -> None:
    world.hear("CONNECT,0,1", *environment)
    assert [line.split()[0] for line in world.said()] == ["client-deny"]
    assert world.limen.asked == []


def test_whoever_left_before_the_answer_is_over(world: World) -> None:
    held = threading.Event()

    def late(_path: str, _said: dict[str, Any], _seconds: float) -> dict[str, Any]:
        held.wait(60)
        return {"verdict": "accept", "session": FIRST, "ms": 60_000}

    world.limen.ask = late  # type: ignore[method-assign]
    world.hear("CONNECT,0,1", f"tls_digest_sha256_0={CERTIFICATE}", "X509_0_CN=d_laptop")
    world.hear("DISCONNECT,0")
    held.set()
    wait_until(lambda: world.follower.over)
    assert (list(world.follower.over), world.follower.sessions, world.said()) == ([FIRST], {}, [])


def test_what_limen_ends_before_its_answer_arrives_does_not_begin(world: World) -> None:
    world.limen.answers.append({"end": [FIRST]})
    assert world.follower._ask()
    said = world.connect()
    assert [line.split()[0] for line in said] == ["client-deny"]


def test_what_has_to_end_ends_and_is_said_to_be_over(world: World) -> None:
    world.connect()
    world.limen.answers += [{"end": [FIRST, "nonsense"]}, {"end": []}]
    assert world.follower._ask()
    time.sleep(0.11)
    world.follower.end_what_is_over()
    assert world.said() == ["client-kill 0", "kill d_laptop"]
    assert world.follower._ask()
    assert world.limen.asked[-1] == ("/openvpn/state", {"open": [], "over": [FIRST]})
    assert list(world.follower.over) == []


def test_what_limen_did_not_hear_is_said_again(world: World) -> None:
    world.connect()
    world.hear("DISCONNECT,0")
    world.limen.answers += [OSError("away"), IncompleteRead(b"{"), {"end": 1}, {"end": []}]
    assert [world.follower._ask() for _ in range(3)] == [False] * 3
    assert world.follower._ask()
    assert [said for _, said in world.limen.asked[1:]] == [{"open": [], "over": [FIRST]}] * 4


def test_its_own_clock_ends_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.connect()
    world.hear("ESTABLISHED,0")
    at = boottime()
    monkeypatch.setattr(follower, "boottime", lambda: at + 3590)
    world.follower.end_what_is_over()
    assert world.said() == []
    monkeypatch.setattr(follower, "boottime", lambda: at + 3601)
    world.follower.end_what_is_over()
    assert world.said() == ["client-kill 0"]
    assert list(world.follower.over) == [FIRST]


def test_who_may_come_in_and_does_not_may_no_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.connect()
    at = boottime()
    monkeypatch.setattr(follower, "boottime", lambda: at + follower.COMES_IN_SECONDS)
    world.follower.end_what_is_over()
    assert world.said() == ["client-kill 0"]


def test_a_renegotiation_leaves_in_who_came_in_and_nobody_else(world: World) -> None:
    world.connect()
    same = (f"tls_digest_sha256_0={CERTIFICATE}", "X509_0_CN=d_laptop")
    world.hear("REAUTH,0,2", *same)
    assert world.said() == ["client-auth-nt 0 2"]
    world.hear("REAUTH,0,3", f"tls_digest_sha256_0={':'.join(['CD'] * 32)}", "X509_0_CN=d_laptop")
    assert [line.split()[0] for line in world.said()] == ["client-deny", "client-kill"]
    world.hear("REAUTH,0,4", *same)  # it is over by now
    assert [line.split()[0] for line in world.said()] == ["client-deny", "client-kill"]
    world.hear("REAUTH,9,1", *same)
    assert [line.split()[0] for line in world.said()] == ["client-deny", "client-kill"]


STATUS = (
    "HEADER\tCLIENT_LIST\tCommon Name\tReal Address\tVirtual Address\tVirtual IPv6 Address\tClient ID",
    "CLIENT_LIST\td_laptop\t10.9.9.9:1194\t10.8.0.2\t\t0",
    "CLIENT_LIST\td_other\t10.9.9.8:1194\t10.8.0.3\t\t7",
    "CLIENT_LIST\tUNDEF\t10.9.9.7:1194\t\t\t8",
    "HEADER\tROUTING_TABLE\tVirtual Address",
    "END",
)


def test_who_is_in_without_limens_word_is_put_out_and_who_has_gone_is_over(world: World) -> None:
    world.connect()
    world.connect(3, {"verdict": "accept", "session": SECOND, "ms": 60_000})
    for line in STATUS:
        world.follower.hear(line)
    assert world.said() == ["client-kill 7"]
    assert [one.id for one in world.follower.sessions.values()] == [FIRST]
    assert list(world.follower.over) == [SECOND]


def test_too_many_at_once_come_again_later(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "MOST_ASKING", 0)
    world.hear("CONNECT,0,1", f"tls_digest_sha256_0={CERTIFICATE}", "X509_0_CN=d_laptop")
    (said,) = world.said()
    assert follower.LATER in said


# People

PERSON = ("username=ida@harbor.example", "untrusted_ip=10.9.9.9")


@pytest.fixture
def people() -> World:
    return World(Told("https://limen.harbor.example", "10.0.0.5/32", "s" * 40, "people", "person", "/nowhere/people"))


def test_a_question_is_shown_and_its_answer_names_it(people: World) -> None:
    ask = {"verdict": "ask", "number": "47", "state": "abc_-9"}
    pending, denied = people.connect(0, ask, *PERSON, "password=anything")
    assert pending.split()[:3] == ["client-pending-auth", "0", "1"]
    assert '"CRV1:R,E:abc_-9:aWRhQGhhcmJvci5leGFtcGxl:' in denied
    assert " 47 " in denied
    people.connect(1, None, *PERSON, "password=CRV1::abc_-9::ok")
    assert people.limen.asked[-1] == (
        "/openvpn/login",
        {"address": "10.9.9.9", "user": "ida@harbor.example", "password": "", "state": "abc_-9"},
    )


@pytest.mark.parametrize(
    "ask", [{"number": '4"\nkill', "state": "a"}, {"number": "47", "state": 'a":b'}, {"number": "47"}]
)
def test_a_question_that_would_be_another_command_is_not_shown(people: World, ask: dict[str, str]) -> None:
    _, denied = people.connect(0, {"verdict": "ask", **ask}, *PERSON, "password=x")
    assert "CRV1" not in denied


def test_a_name_that_would_be_another_command_is_not_asked_about(people: World) -> None:
    people.hear("CONNECT,0,1", 'username=ida" kill', "password=47")
    assert [line.split()[0] for line in people.said()] == ["client-deny"]
    assert people.limen.asked == []
