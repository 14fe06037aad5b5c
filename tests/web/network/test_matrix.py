"""The matrix: each pair of zones, and why it is as it is."""

from __future__ import annotations

import re
from dataclasses import replace

from tests.network.networks import flow, harbor, way, zone
from tests.network.probes import canaries
from tests.network.probes.asking import asked, canary, number_of, tell
from tests.web.conftest import Browser, House
from tests.web.network.conftest import Put

from limen.network.model import Block, Network, Never, Trial
from limen.web.network.matrix import AT, AT_ONCE

_CELL = re.compile(r'<td class="([a-z]*)"><a href="/console/network/matrix/([a-z0-9-]+)/([a-z0-9-]+)" title="([^"]*)">')


def cells(page: str) -> dict[tuple[str, str], tuple[str, str]]:
    return {(one, other): (kind, why) for kind, one, other, why in _CELL.findall(page)}


async def test_every_pair_has_a_cell_with_its_why(ada: Browser) -> None:
    found = cells((await ada.get(AT)).text)
    assert len(found) == 11 * 11
    assert found["office", "finance"][0] == "permit"
    assert "accounting" in found["office", "finance"][1]
    assert found["warehouse", "finance"][0] == "deny"
    assert "finance-from-hall" in found["warehouse", "finance"][1]
    assert found["servers", "servers"][0] == ""
    assert found["office", "office"][0] == "deny"
    assert "label-printer-quiet" in found["machines", "internet"][1]


async def test_a_pair_says_what_is_let_through_what_is_denied_and_what_must_never_be(ada: Browser) -> None:
    page = (await ada.get(f"{AT}/office/finance")).text
    assert "/console/network/flows/accounting" in page.split('id="lines"')[1].split("</section>")[0]
    assert "administration-from-people" in page.split('id="never"')[1]
    quiet = (await ada.get(f"{AT}/machines/internet")).text
    assert 'id="label-printer-quiet"' in quiet
    nothing = (await ada.get(f"{AT}/warehouse/finance")).text
    assert "/console/network/flows/" not in nothing.split('id="lines"')[1].split("</section>")[0]
    assert "/console/network/new-flow?from=warehouse&amp;to=finance" in nothing
    assert 'id="lines"' not in (await ada.get(f"{AT}/servers/servers")).text
    for wrong in ("office/nowhere", "nowhere/office", "office/files"):
        assert (await ada.get(f"{AT}/{wrong}")).status_code == 404


async def test_a_broken_statement_is_shown_with_its_witness(ada: Browser, put: Put) -> None:
    nevers = (Never("no-erp", way("office", "erp"), "salaries"),)
    put(harbor([flow("erp", way("office", "erp"))], [Block("quiet", way("guests", "erp"), "q")], nevers))
    assert cells((await ada.get(AT)).text)["office", "finance"][0] == "broken"
    page = (await ada.get(f"{AT}/office/finance")).text
    assert "10.21.0.4" in page.split('id="never"')[1]
    assert 'role="alert"' in page
    assert 'id="quiet"' in (await ada.get(f"{AT}/guests/finance")).text


async def test_where_everything_is_let_through_no_leftover_ports_are_said(ada: Browser, put: Put) -> None:
    trial = Trial("look-first", way("office", "servers", "any"), "We look", "2999-01-15")
    put(replace(harbor([flow("files-web", way("office", "files", "https"))]), trials=(trial,)))
    cell = (await ada.get(AT)).text.split('/matrix/office/servers"')[1].split("</td>")[0]
    assert re.search(r">\s*any, https", cell)
    assert "tcp/" not in cell
    assert "look-first" in cell


async def test_a_wide_table_comes_in_parts(ada: Browser, put: Put) -> None:
    put(Network(tuple(zone(f"z{number}", "server", number) for number in range(60))))
    first = cells((await ada.get(AT)).text)
    assert len(first) == AT_ONCE * AT_ONCE
    last = cells((await ada.get(f"{AT}?row=50&column=50")).text)
    assert len(last) == 11 * 11
    assert ("internet", "internet") in last
    assert not first.keys() & last.keys()
    assert cells((await ada.get(f"{AT}?row=x&column=-1")).text) == first
    assert cells((await ada.get(f"{AT}?row=9999&column=9999")).text) == {}


async def test_a_cell_says_what_canaries_tried_and_what_is_otherwise_than_stated(
    house: House, ada: Browser, put: Put
) -> None:
    put(canaries.network())
    one = await canary(house)
    assert 'id="probes"' not in (await ada.get(f"{AT}/servers/vaults")).text
    found = await asked(house, one)
    await tell(house, one, found.id, (number_of(found, 22), "refused"), (number_of(found, 443), "through"))
    assert "probes: as stated" in cells((await ada.get(AT)).text)["servers", "vaults"][1]
    page = (await ada.get(f"{AT}/servers/vaults")).text
    card = page.split('id="probes"')[1].split("</section>")[0]
    assert card.count('class="effect permit"') == 2
    assert canaries.CANARY.name in card
    for path in ("/console/network/zones/servers", "/console/network/zones/vaults"):
        assert 'id="probes"' in (await ada.get(path)).text
    found = await asked(house, one)
    await tell(house, one, found.id, (number_of(found, 22), "through"), (number_of(found, 443), "untried"))
    assert "1 not" in cells((await ada.get(AT)).text)["servers", "vaults"][1]
    card = (await ada.get(f"{AT}/servers/vaults")).text.split('id="probes"')[1].split("</section>")[0]
    assert (card.count('class="effect deny"'), card.count('class="effect permit"')) == (1, 0)
    assert "tcp/22" in card
