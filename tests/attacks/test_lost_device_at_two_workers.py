"""A laptop is lost: whoever has a cookie that once came with its certificate is out at every worker, at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.attacks.test_stolen_cookies import at_the_wiki
from tests.devices.certificates.test_issuing import DOMAIN, ask, certificate_of, sent
from tests.devices.laptops import devices_of, new_agent
from tests.two_limens import TwoLimens, two_limens
from tests.web.conftest import Browser, House

from limen.devices.model import State
from limen.enforcement.tied_sessions import TiedSessions


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[TwoLimens]:
    async with two_limens(tmp_path, f"sqlite:///{tmp_path / 'limen.db'}") as running:
        for house in (running.here, running.there):
            certificates = devices_of(house).certificates
            core = certificates._core
            listen = core.settings.listen.model_copy(update={"certificate_domain": DOMAIN})
            settings = core.settings.model_copy(update={"listen": listen})
            certificates._core = replace(core, settings=settings)
        yield running


async def seen_once(two: TwoLimens) -> tuple[Browser, Browser, bytes, str]:
    """A sign-in elsewhere than on the laptop, its browser at the wiki, and the laptop's certificate and id."""
    ida = two.here.browser()
    ida_id = await two.here.member(ida, "Ida", "staff", "finance")
    laptop = new_agent(two.here)
    await laptop.enrol(await devices_of(two.here).token(ida_id, by="server"))
    await laptop.report()
    other = two.here.browser()
    other.passkey = ida.passkey
    await other.sign_in()
    wiki = await two.here.into(other, "wiki")
    certificate = sent(certificate_of(await ask(laptop)))
    await two.caught_up()
    return other, wiki, certificate, laptop.device


def tied_of(house: House) -> TiedSessions:
    return house.limen.doors.tied


async def test_a_lost_device_is_out_at_the_worker_that_never_saw_its_certificate(two: TwoLimens) -> None:
    other, wiki, certificate, device_id = await seen_once(two)
    assert at_the_wiki(two.here, wiki, certificate).permitted
    await tied_of(two.here).kept()
    assert at_the_wiki(two.there, wiki).permitted
    await devices_of(two.here).change(device_id, State.LOST, by="server")
    assert not at_the_wiki(two.here, wiki).permitted
    assert not at_the_wiki(two.there, wiki).permitted
    assert (await two.at(two.there, other).get("/sessions")).status_code == 303


async def test_it_is_written_once_and_a_certificate_whose_sight_cannot_be_kept_opens_nothing(two: TwoLimens) -> None:
    _, wiki, certificate, _ = await seen_once(two)
    tied, asked = tied_of(two.here), []
    keep = tied._keep
    assert keep is not None

    async def broken(*sight: str) -> None:
        asked.append(sight)
        raise OSError

    tied.keep_by(broken)
    at_the_wiki(two.here, wiki, certificate)
    await tied.kept()
    assert not at_the_wiki(two.here, wiki, certificate).permitted
    assert not at_the_wiki(two.here, wiki, certificate).permitted  # also while it is being tried again
    await tied.kept()
    assert len(asked) == 2
    tied.keep_by(keep)
    at_the_wiki(two.here, wiki, certificate)
    await tied.kept()
    tied.keep_by(broken)
    assert at_the_wiki(two.here, wiki, certificate).permitted
    assert at_the_wiki(two.here, wiki, certificate).permitted
    assert len(asked) == 2
