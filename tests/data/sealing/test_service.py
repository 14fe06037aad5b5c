"""Who opens what: after a decision on the label of the key that opens it, all files or none."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from tests.web.conftest import House
from tests.web.data.sealed import Somebody, harbor, ida, sealed_by_server, sealing_of

from limen.clock import DAY, HOUR
from limen.data.sealing import opening, sealing_keys
from limen.data.sealing.errors import SealedError
from limen.facts import Label

__all__ = ["harbor", "ida"]


async def test_a_label_that_no_policy_permits_opens_nothing_of_the_others_either(
    harbor: House, ida: Somebody, tmp_path: Path
) -> None:
    paths = await sealed_by_server(harbor, tmp_path, "a")
    paths += await sealed_by_server(harbor, tmp_path, "b", label=Label.RESTRICTED)
    answer = await ida.confirm("/data/open", ida.open_fields(*paths))
    assert answer.headers["location"].startswith("/not-yet?decision=")
    assert harbor.events("data.document_opened") == []
    assert len((await ida.opens(paths[0])).files) == 1


async def test_a_passkey_of_long_ago_is_asked_for_again_and_comes_back(
    harbor: House, ida: Somebody, tmp_path: Path
) -> None:
    """The floor of the label: confidential asks every 9 hours."""
    paths = await sealed_by_server(harbor, tmp_path, "a")
    harbor.clock.forward(10 * HOUR)
    answer = await ida.confirm("/data/open", ida.open_fields(*paths))
    location = answer.headers["location"]
    assert location.startswith(("/step-up?", "/sign-in?")), location


async def test_keys_that_wait_to_be_destroyed_open_nothing_and_end_in_time(
    harbor: House, ida: Somebody, tmp_path: Path
) -> None:
    (path,) = await sealed_by_server(harbor, tmp_path, "a")
    sealing, now = sealing_of(harbor), harbor.clock.now()
    period = sealing.company.period(now)
    await harbor.limen.core.write(
        lambda tx: sealing_keys.plan_shredding(tx, sealing.company, Label.CONFIDENTIAL, period, now, "p_ada")
    )
    refused = await ida.confirm("/data/open", ida.open_fields(path))
    assert refused.status_code >= 400
    await sealing.shred_due()
    assert harbor.events("data.sealing_key_shredded") == []
    harbor.clock.forward(4 * DAY)
    await sealing.shred_due()
    assert len(harbor.events("data.sealing_key_shredded")) == 1


async def test_what_was_not_sealed_here_is_not_opened(harbor: House, tmp_path: Path) -> None:
    (path,) = await sealed_by_server(harbor, tmp_path, "a")
    asked = opening.asked_of(path)
    unknown = type(asked)("sk_" + "0" * 32, asked.stanza)
    with pytest.raises(SealedError):
        await sealing_of(harbor).labels([asked, unknown])
    assert await sealing_of(harbor).labels([asked]) == [Label.CONFIDENTIAL]


async def test_somebody_who_opens_without_end_waits(harbor: House, ida: Somebody, tmp_path: Path) -> None:
    (path,) = await sealed_by_server(harbor, tmp_path, "a")
    fields = ida.open_fields(path)
    await ida.browser.get("/data/open?" + "&".join(f"{name}={value}" for name, value in fields.items()))
    answers = await asyncio.gather(*(ida.browser.post("/data/open", **fields) for _ in range(40)))
    assert any(answer.status_code >= 400 for answer in answers)
    assert len(harbor.events("data.document_opened")) < 40


async def test_rules_about_documents_count_for_sealed_files(harbor: House, tmp_path: Path) -> None:
    """No rule about apps opens them to contractors; one about documents does."""
    paths = await sealed_by_server(harbor, tmp_path, "offer")
    browser = harbor.browser()
    kim = Somebody(browser, await harbor.member(browser, "Kim", "contractors"))
    assert len((await kim.opens(*paths)).files) == 1
    paths = await sealed_by_server(harbor, tmp_path, "salaries", label=Label.RESTRICTED)
    answer = await kim.confirm("/data/open", kim.open_fields(*paths))
    assert answer.headers["location"].startswith(("/not-yet?", "/step-up?"))
