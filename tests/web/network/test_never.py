"""What must never be: proved, refuted with the packet that shows it, not decided, and set aside."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from tests.network.networks import flow, harbor, way
from tests.web.conftest import Browser
from tests.web.network.conftest import Put, settled

from limen.network import proved
from limen.network.model import Never, Trial, Way
from limen.network.proof.nevers import verdicts
from limen.web.network.never import AT

_ITEM = re.compile(r'<li id="([a-z0-9-]+)">(.*?)(?=<li id=|</section>)', re.DOTALL)


def items(page: str) -> dict[str, str]:
    return dict(_ITEM.findall(page))


NEVERS = (
    Never("fine", way("guests", "backup"), "q"),
    Never("hop", way("office", "vault", "https"), "q", hops=True),
    Never("direct", way("office", "files"), "q"),
)
FLOWS = (flow("a", way("office", "files")), flow("b", way("files", "vault")))


async def test_all_of_harbors_are_proved(ada: Browser) -> None:
    found = items((await ada.get(AT)).text)
    assert {"finance-from-hall", "backup-by-detours", "internet-inside", "backup-from-people"} <= found.keys()
    assert all('class="effect permit"' in one for one in found.values())


async def test_a_refuted_one_comes_first_with_its_steps(ada: Browser, put: Put) -> None:
    put(harbor(FLOWS, (), NEVERS))
    found = items((await ada.get(AT)).text.split('id="without-object"')[0])
    assert [*found] == ["hop", "direct", "fine"]
    assert 'class="effect deny"' in found["direct"]
    assert "tcp/443" in found["direct"]
    assert "10.20.0.10" in found["direct"]
    assert "/console/network/flows/a" in found["direct"]
    assert found["hop"].count("<li>") == 2
    assert 'class="effect permit"' in found["fine"]


async def test_one_that_is_not_decided_is_not_called_proved(
    ada: Browser, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        proved, "verdicts", lambda *given: tuple(replace(one, path=(), is_decided=False) for one in verdicts(*given))
    )
    put(harbor(FLOWS, (), NEVERS))
    found = items((await ada.get(AT)).text)
    assert {one.id for one in NEVERS} <= found.keys()
    assert all('class="effect challenge"' in found[one.id] for one in NEVERS)
    assert "effect permit" not in "".join(found[one.id] for one in NEVERS)


async def test_those_set_aside_say_why(ada: Browser, put: Put) -> None:
    put(harbor(FLOWS), {"guests-inside": "their <printer> is in the office"})
    page = (await ada.get(AT)).text
    aside = page.split('id="set-aside"')[1].split("</section>")[0]
    assert [*items(aside + "</section>")] == ["guests-inside"]
    assert "&lt;printer&gt;" in aside
    assert "iot-sensitive" in page.split('id="without-object"')[1]


async def test_what_is_possible_on_trial_is_neither_proved_nor_refuted(ada: Browser, put: Put) -> None:
    trial = Trial("look", Way(("office",), ("servers",), ("any",)), "we look", "2027-01-15")
    put(replace(harbor(FLOWS[1:], (), NEVERS[2:]), trials=(trial,)))
    found = items((await settled(ada, AT)).split('id="without-object"')[0])["direct"]
    assert 'class="effect challenge"' in found
    assert "effect deny" not in found
    assert "/console/network/flows/look" not in found
    pair = await settled(ada, "/console/network/matrix/office/servers")
    assert "look" in pair
    assert "2027-01-15" in pair
    assert 'role="alert"' not in pair
    page = await settled(ada, "/console/network")
    assert 'marker-end="url(#arrow-broken)"' not in page
    assert "2027-01-15" in page
    assert "/flows/look" not in await settled(ada, "/console/network/blast?from=office")
