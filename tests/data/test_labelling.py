"""Labelling a document, without its page: what it would be to give each label, and that nothing is done by halves."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.data.labels import made
from tests.web.conftest import House, house
from tests.web.data.labelled import ACCOUNT, CARD, RULES, arrived, claim_of, one_inspection, quick

from limen.data.documents import WhyNot
from limen.data.labelling import Choice, Labelling, NotGivenError
from limen.data.labels.model import NoLabelError, WhyNoLabel
from limen.data.protection import DataProtection
from limen.data.rules.stated import DataRules
from limen.facts import Label

__all__ = ["house", "one_inspection", "quick"]
pytestmark = pytest.mark.usefixtures("quick")
PUBLIC, INTERNAL, CONFIDENTIAL, RESTRICTED = Label


@pytest.fixture
async def labelling(house: House) -> Labelling:
    await house.administrator(house.browser())
    await arrived(house, "Fin", "staff", "finance")
    return house.limen.core.offers.take(Labelling)


async def test_each_label_is_what_the_rules_and_the_document_make_of_it(house: House, labelling: Labelling) -> None:
    fin = house.id_of("fin@harbor.example")
    account = await labelling.look(made.word(ACCOUNT), "", fin)
    assert (account.counts_as, account.content, account.why_not) == (CONFIDENTIAL, CONFIDENTIAL, None)
    lowered, given, no = Choice.LOWERED, Choice.GIVEN, Choice.NOT_YOURS
    assert [account.choices[one] for one in Label] == [lowered, lowered, given, given]
    assert account.ask == ("eve@harbor.example", "finance")
    card = await labelling.look(made.word(CARD), "", fin)
    assert [card.choices[one] for one in Label] == [no, no, no, given]
    stranger = await labelling.look(made.word(ACCOUNT), "", "p_nobody")
    assert [stranger.choices[one] for one in Label] == [no, no, given, given]


async def test_what_is_not_read_as_a_whole_is_raised_and_never_lowered(
    house: House, labelling: Labelling, monkeypatch: pytest.MonkeyPatch
) -> None:
    fin, really = house.id_of("fin@harbor.example"), DataProtection.inspect

    async def in_part(*asked: object) -> object:
        return replace(await really(*asked), why_not=frozenset({WhyNot.TIMED_OUT}))  # type: ignore[arg-type]

    monkeypatch.setattr(DataProtection, "inspect", in_part)
    with pytest.raises(NotGivenError) as refused:
        await labelling.give(made.word(ACCOUNT), "", fin, PUBLIC, "why not")
    assert refused.value.choice is Choice.UNREAD
    raised = await labelling.give(made.word(ACCOUNT), "", fin, RESTRICTED, "")
    assert claim_of(house, raised).label is RESTRICTED


async def test_what_can_not_be_written_is_not_recorded(house: House, labelling: Labelling) -> None:
    fin = house.id_of("fin@harbor.example")
    with pytest.raises(NoLabelError) as refused:
        await labelling.give(made.pdf(ACCOUNT) + b"/ByteRange", "", fin, PUBLIC, "our own")
    assert refused.value.why is WhyNoLabel.SIGNED
    assert house.events("data.label_lowered") == []


async def test_the_rules_of_now_count(house: House, labelling: Labelling) -> None:
    fin = house.id_of("fin@harbor.example")
    without = replace(RULES, labels=tuple(replace(one, lowered_by=frozenset()) for one in RULES.labels))
    house.limen.known.set_rules(DataRules, without)
    looked = await labelling.look(made.word(ACCOUNT), "", fin)
    assert (looked.choices[PUBLIC], looked.ask) == (Choice.NOT_YOURS, ())
