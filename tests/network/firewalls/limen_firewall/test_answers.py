"""What is answered to whom something is open; what is refused and never answered: tests/attacks/test_names.py."""

from __future__ import annotations

import importlib

import dns.flags
import dns.message
import dns.rcode
import pytest

from limen.following.program.kept import Wrong
from limen.network.firewalls.limen_firewall import answers
from limen.network.firewalls.limen_firewall.answers import LONGEST_TTL, answered

NAME = "erp.harbor.internal"
OPEN = {NAME: (["10.21.0.4", "10.21.0.5", "fd00:21::4"], 100.0)}


def asked(kind: str, now: float = 0.0, name: str = NAME) -> dns.message.Message:
    answer = answered(dns.message.make_query(name, kind).to_wire(), OPEN, now)
    assert answer is not None
    return dns.message.from_wire(answer)


@pytest.mark.parametrize(
    ("kind", "addresses"), [("A", {"10.21.0.4", "10.21.0.5"}), ("AAAA", {"fd00:21::4"}), ("MX", set())]
)
def test_each_family_has_its_addresses_and_nothing_else_is_known_of_a_name(kind: str, addresses: set[str]) -> None:
    said = asked(kind)
    assert said.rcode() == dns.rcode.NOERROR
    assert said.flags & dns.flags.AA
    assert {one.to_text() for of in said.answer for one in of} == addresses


def test_it_is_kept_in_no_cache_beyond_its_end() -> None:
    assert [asked("A", now).answer[0].ttl for now in (0.0, 97.0, 98.9)] == [LONGEST_TTL, 3, 1]
    assert asked("A", 99.5).rcode() == dns.rcode.REFUSED


def test_capitals_are_the_same_name_and_come_back_as_they_were_asked() -> None:
    assert asked("A", name="ERP.harbor.Internal").answer[0].name.to_text() == "ERP.harbor.Internal."


def test_without_the_library_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    answers.dnspython.cache_clear()
    with monkeypatch.context() as changed:
        changed.setattr(importlib, "import_module", missing)
        with pytest.raises(Wrong, match="python3-dnspython"):
            answers.dnspython()
    answers.dnspython.cache_clear()
