"""Linux: what resolvectl is asked, and what is said where it can't. The real one: tests/network/tunnels."""

from __future__ import annotations

import pytest
from agent.tests.tunnel.recorded import ENDPOINT, KEY, NAMES, ROUTES, WAY, Recorded

from limen_agent.errors import AgentError
from limen_agent.tunnel import linux
from limen_agent.tunnel.linux import LinuxInterface

MISSING = AgentError("resolvectl is missing")


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The interfaces that are there."""
    found: set[str] = set()
    monkeypatch.setattr(linux, "_is_there", found.__contains__)
    return found


class Kernel(Recorded):
    """It makes and deletes interfaces."""

    def __init__(self, there: set[str], **says: AgentError) -> None:
        super().__init__(says)
        self.there = there

    def __call__(self, tool: str, *words: str, given: str = "") -> str:
        if words[:2] == ("link", "add"):
            self.there.add(words[2])
        if words[:2] == ("link", "delete"):
            self.there.discard(words[2])
        return super().__call__(tool, *words, given=given)


def test_only_questions_for_these_names_go_there(there: set[str]) -> None:
    system = Kernel(there)
    one = LinuxInterface("", KEY, WAY, ENDPOINT, system)
    one.lead(ROUTES)
    assert one.name(NAMES, WAY.resolvers) == ""
    asked = [said.removeprefix("resolvectl ") for said in system.asked if said.startswith("resolvectl")]
    assert asked[:3] == [
        "dns limen0 10.99.0.1 fd00:99::1",
        "domain limen0 ~erp.harbor.internal ~books.harbor.internal",
        "default-route limen0 no",
    ]
    one.close()
    assert there == set()


def test_without_systemd_resolved_it_says_so_and_leaves_nothing_half_set(there: set[str]) -> None:
    system = Kernel(there, resolvectl=MISSING)
    one = LinuxInterface("", KEY, WAY, ENDPOINT, system)
    assert "resolvectl is missing" in one.name(NAMES, WAY.resolvers)
    assert system.asked[-1] == "resolvectl revert limen0"


@pytest.mark.parametrize("name", ["a b", "x" * 16, "0/../x", "-x"])
def test_a_name_is_one_that_the_kernel_takes(name: str, there: set[str]) -> None:
    with pytest.raises(AgentError):
        LinuxInterface(name, KEY, WAY, ENDPOINT, Kernel(there))


def test_where_it_can_not_be_made_nothing_is_left(there: set[str]) -> None:
    with pytest.raises(AgentError):
        LinuxInterface("", KEY, WAY, ENDPOINT, Kernel(there, **{"ip address": AgentError("ip: denied")}))
    assert there == set()
