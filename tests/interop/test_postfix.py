"""A real Postfix, told what Limen prints for it, asks about each mail before it accepts it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.data.doors.protecting import CARD, OwnProtection
from tests.interop.postfix_world import postfix_world

from limen.data.doors.recipes import postfix
from limen.data.rules.model import Judged, Step
from limen.facts import Label

TEXT = CARD.decode()
OUT, IN = "bob@other.example", "ida@harbor.example"


class Labelling(OwnProtection):
    def judge(self, passing, inspected) -> Judged:
        judged = super().judge(passing, inspected)
        return Judged(judged.step, judged.rules, Label.INTERNAL, judged.kinds, judged.may_justify)


@pytest.mark.gate("milter")
async def test_mail_is_stopped_passed_justified_labelled_and_kept(tmp_path: Path) -> None:
    protection = Labelling(only_outside=True)
    async with postfix_world(tmp_path, protection) as world:
        assert (await world.send("Lunch at noon?", OUT))[0] == 250
        code, said = await world.send(TEXT, OUT, IN)
        assert (code, said[:6]) == (550, "5.7.1 ")
        assert "Payment card" in said
        assert "4111" not in said
        assert (await world.send("attached", OUT, attached=CARD))[0] == 550
        assert (await world.send(TEXT, IN))[0] == 250

        protection.step, protection.may_justify = Step.WARN, True
        assert (await world.send(TEXT, OUT))[0] == 550
        assert (await world.send(TEXT, OUT, subject="Lunch [because: customer-asked]", signed_in=False))[0] == 550
        assert (await world.send(TEXT, OUT, subject="Lunch [because: customer-asked]"))[0] == 250
        assert [one[1:] for one in world.milter.reasons] == [("p_ann", "customer-asked")]

        passed_on = await world.arrived(3)
        assert [to for to, _ in passed_on] == [[OUT], [IN], [OUT]]
        assert all(b"X-Limen-Label: internal\r\n" in mail for _, mail in passed_on)
        assert b"Subject: Lunch\r\n" in passed_on[2][1]
        assert b"customer" not in passed_on[2][1]

        protection.step = Step.QUARANTINE
        assert (await world.send(TEXT, OUT))[0] == 250
        (kept,) = world.on_hold()
        assert b"4111" in kept
        assert len(await world.arrived(3)) == 3

        await world.milter.server.close()
        assert (await world.send("Lunch at noon?", OUT))[0] == 451
        assert len(await world.arrived(3)) == 3


def test_what_becomes_of_mail_without_limen_is_the_companys_to_say() -> None:
    assert "milter_default_action = accept" in postfix("127.0.0.1:8891", without="accept")
