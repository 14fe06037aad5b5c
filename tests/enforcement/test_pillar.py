"""Enforcement as a part: it offers who decides before anything is built, and can't be left out."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

from limen.app import open_limen
from limen.company.load import load_company
from limen.demo.harbor import copy_to
from limen.enforcement.decision_point import DecisionPoint
from limen.enforcement.pillar import PILLAR
from limen.enforcement.services import EnforcementServices
from limen.facts import LIMEN
from limen.pillar import Decider
from limen.policy.decision import Effect


async def test_it_decides_for_whoever_signs_people_in_and_offers_its_doors(tmp_path: Path) -> None:
    copy_to(tmp_path, prefer_usual_ports=False)
    company = load_company(tmp_path)
    async with AsyncExitStack() as closing:
        limen = await open_limen(closing, company.settings, tmp_path, lambda: company)
        nobody = limen.known.facts(None, limen.known.apps[LIMEN], "192.0.2.1")
        decision = limen.core.offers.take(Decider).decide(nobody, "sign_in")
        assert decision.effect is not Effect.PERMIT
        assert limen.core.offers.take(EnforcementServices).doors is limen.core.offers.take(DecisionPoint)
    assert not PILLAR.is_optional
