"""Attacks by requests for flows: floods, smuggled YAML, one's own approval, more than was asked, and looking around."""

from __future__ import annotations

from dataclasses import replace
from html import unescape
from ipaddress import ip_network
from typing import Any

import pytest
from tests.access.at_harbor import AtHarbor, Colleague
from tests.web.access.people import at_harbor, done_in
from tests.web.network.test_ask import FORM, ada, asked_by, asks, oscar, text_of, wanda

from limen.access.flow_judge import MOST_NAMED
from limen.access.model import AccessRequest, RequestState
from limen.access.requests import MOST_OPEN
from limen.company.company import Company
from limen.errors import LimenError
from limen.network import flow_text
from limen.network.learning.from_firewalls import Begun
from limen.network.learning.service import Learning
from limen.network.model import FILE, Network
from limen.network.stated import NetworkFile
from limen.web.network import requested
from limen.web.network.ask import AT

__all__ = ["ada", "at_harbor", "oscar", "wanda"]
TODAY = "2026-11-30"


def company_of(at_harbor: AtHarbor) -> Company:
    company = at_harbor.house.limen.in_force.company
    assert company is not None
    return company


def file_of(company: Company) -> NetworkFile:
    file: NetworkFile = company.parts[FILE]
    return file


async def approved(at_harbor: AtHarbor, who: Colleague, owner: Colleague, **fields: str) -> AccessRequest:
    assert done_in(await asks(who, **fields)) == "asked"
    request = await asked_by(who)
    await owner.access.approve(owner.session, request.id)
    return await asked_by(who)


@pytest.mark.parametrize(
    "purpose",
    [
        "orders\n  - id: all\n    from: everything\n    to: everything\n    service: any",
        "orders, from: everything, to: everything}",
        'orders\' , "to": [everything] # the rest',
        "!!python/object/apply:os.system [id]",
        "{{ 7*7 }} &anchor *alias <<: merge",
        "orders: | > - ? : %TAG ---",
    ],
)
async def test_a_purpose_smuggles_nothing_into_the_file(
    at_harbor: AtHarbor, oscar: Colleague, wanda: Colleague, purpose: str
) -> None:
    request = await approved(at_harbor, oscar, wanda, purpose=purpose)
    before = company_of(at_harbor)
    after = requested.with_approved(before, request, TODAY)
    more = [one for one in file_of(after).network.flows if one not in file_of(before).network.flows]
    assert [(one.way.sources, one.way.destinations, one.way.services) for one in more] == [
        (("office",), ("stock",), ("tcp/8088",))
    ]
    assert more[0].purpose == " ".join(purpose.split())
    assert set(after.files) == set(before.files)


@pytest.mark.parametrize("field", ["from", "to", "service", "expires", "review"])
@pytest.mark.parametrize(
    "value", ["everything", "inside", "any", "office, warehouse", "[office, finance]", "x\ny: z", "../..", "a" * 5_000]
)
async def test_no_field_asks_for_more_than_one_way(oscar: Colleague, field: str, value: str) -> None:
    answer = await asks(oscar, **{field: value})
    assert answer.status_code in {400, 413}
    assert await oscar.access.requests_of(oscar.id) == []


async def test_a_text_that_would_say_more_than_was_approved_is_never_drafted(
    at_harbor: AtHarbor, oscar: Colleague, wanda: Colleague, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = await approved(at_harbor, oscar, wanda)

    def wider(text: str, flow: Any) -> str:
        return flow_text.with_flow(text, replace(flow, way=replace(flow.way, destinations=("stock", "files"))))

    monkeypatch.setattr(requested, "with_flow", wider)
    with pytest.raises(LimenError):
        requested.with_approved(company_of(at_harbor), request, TODAY)


def moved(network: Network) -> Network:
    """The stock server has the address of another host by now."""
    host = replace(network.host_of["stock"], addresses=(ip_network("10.20.0.77/32"),))
    return replace(network, hosts=tuple(host if one.name == "stock" else one for one in network.hosts))


async def test_what_means_something_else_by_now_is_neither_approved_nor_published(
    at_harbor: AtHarbor, oscar: Colleague, wanda: Colleague
) -> None:
    known = at_harbor.house.limen.known
    await asks(oscar)
    request = await asked_by(oscar)
    network = known.rules_of(Network)
    assert network is not None
    known.set_rules(Network, moved(network))
    assert f"/access/inbox/{request.id}/approve" not in (await wanda.browser.get("/access/inbox")).text
    answer = await wanda.browser.post(f"/access/inbox/{request.id}/approve")
    assert "data-problem" in answer.text
    assert (await asked_by(oscar)).state is RequestState.OPEN

    known.set_rules(Network, network)
    await wanda.access.approve(wanda.session, request.id)
    text = text_of(at_harbor).replace("10.20.0.13", "10.20.0.77")
    company = company_of(at_harbor)
    elsewhere = replace(company, files={**company.files, FILE: text}, parts={**company.parts, FILE: _Stated(network)})
    with pytest.raises(LimenError):
        requested.with_approved(elsewhere, await asked_by(oscar), TODAY)


class _Stated:
    def __init__(self, network: Network) -> None:
        self.network = moved(network)


async def test_nobody_approves_what_they_asked_for(at_harbor: AtHarbor, wanda: Colleague) -> None:
    """She owns where it leads; that another account at her mailbox makes no second owner, `test_terms.py` tries."""
    other = await at_harbor.colleague("Wim", "staff", "warehouse")
    await asks(wanda)
    request = await asked_by(wanda)
    assert request.approvers(request.asked_at) == {other.id}
    await wanda.browser.get("/access/inbox")
    await wanda.browser.post(f"/access/inbox/{request.id}/approve")
    assert (await asked_by(wanda)).state is RequestState.OPEN
    (told,) = at_harbor.events("access.denied")
    assert (told.actor, told.reason) == (wanda.id, "same-person")


async def test_whoever_asks_much_is_held_up(oscar: Colleague, wanda: Colleague) -> None:
    answers = [await asks(oscar, service=f"tcp/{8_100 + number}") for number in range(MOST_OPEN + 2)]
    assert [one.status_code for one in answers] == [303] * MOST_OPEN + [400] * 2
    assert len(await wanda.access.inbox(wanda.id)) == MOST_OPEN


async def test_names_are_not_guessed_and_hidden_ones_look_like_none(
    at_harbor: AtHarbor, oscar: Colleague, ada: Colleague
) -> None:
    known = at_harbor.house.limen.known
    network = known.rules_of(Network)
    assert network is not None
    laptop = replace(
        network.host_of["stock"], name="laptop-ines", zone="office", addresses=(ip_network("10.10.0.9/32"),)
    )
    known.set_rules(Network, replace(network, hosts=(*network.hosts, laptop)))

    def said(page: str) -> str:
        return page.split("data-problem")[1].split("</div>", maxsplit=1)[0]

    answers = {name: said((await asks(oscar, to=name)).text) for name in ("laptop-ines", "laptop-nobody", "10.10.0.9")}
    assert len(set(answers.values())) == 1
    assert "laptop-ines" not in (await oscar.browser.get(AT)).text
    for _ in range(MOST_NAMED):
        last = said((await asks(oscar, to="vault-of-somebody")).text)
    assert last != answers["laptop-ines"]  # they wait now
    assert said((await asks(oscar)).text) == last


async def test_why_something_must_never_be_draws_nobody_a_map(oscar: Colleague) -> None:
    """The proof names hosts, addresses and flows on the way; who may not read the network is told that it may not."""
    page = unescape((await asks(oscar, **{"from": "warehouse", "to": "accounting", "service": "https"})).text)
    said = page.split("data-problem")[1].split("</div>")[0]
    assert not [one for one in ("10.", "fd00", "finance-from-hall", "accounting") if one in said]


async def test_what_was_refused_to_somebody_is_shown_to_nobody_else(
    at_harbor: AtHarbor, oscar: Colleague, wanda: Colleague
) -> None:
    learning = at_harbor.house.limen.core.offers.take(Learning)
    learning._whose = lambda *_: (oscar.id, "")
    learning.refused([Begun(at_harbor.house.clock.now() // 1000, "10.10.0.7", "10.20.0.13", 6, 8088, 1)])
    await learning.keep()
    assert 'id="refused"' in (await oscar.browser.get(AT)).text
    assert 'id="refused"' not in (await wanda.browser.get(AT)).text


async def test_a_request_of_others_is_neither_seen_nor_withdrawn(oscar: Colleague, wanda: Colleague) -> None:
    await asks(oscar)
    request = await asked_by(oscar)
    await wanda.browser.get("/access")
    assert done_in(await wanda.browser.post(f"/access/requests/{request.id}/withdraw")) == "gone"
    assert request.id not in (await wanda.browser.get("/access")).text


async def test_another_sites_form_asks_for_nothing(oscar: Colleague) -> None:
    await oscar.browser.get(AT)
    headers = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    sent = await oscar.browser.client.post(AT, data={"csrf": oscar.browser.csrf, **FORM}, headers=headers)
    assert sent.status_code == 403
    assert await oscar.access.requests_of(oscar.id) == []
