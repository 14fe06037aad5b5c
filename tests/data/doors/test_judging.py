from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from tests.data.doors.protecting import CARD, NO_CARD, OwnProtection

from limen.data.documents import Inspected, WhyNot
from limen.data.doors import judging
from limen.data.doors.judging import UNASKED, Content, Passed, judge, together
from limen.data.labels.marks import Marks
from limen.data.labels.model import Carried, DocumentLabel, Standing, label_in_force
from limen.data.model import Confidence, Finding, Found
from limen.data.rules.model import Channel, Passing, Step
from limen.facts import Label
from limen.http_bodies.codings import UnreadableError
from limen.http_bodies.splitting import Document

WEB = Passing(Channel.WEB)
A_CARD = Passed((Content(CARD),))


async def test_where_nobody_asks_nothing_is_looked_into_nor_noted() -> None:
    protection = OwnProtection(is_asked=False)
    assert await judge(protection, WEB, A_CARD) is UNASKED
    assert (protection.looks, protection.noted) == (0, [])


@pytest.mark.parametrize(
    ("step", "may_justify", "why", "passes"),
    [
        (Step.ALLOW, False, "", True),
        (Step.WATCH, False, "", True),
        (Step.WARN, False, "", False),
        (Step.WARN, True, "", False),
        (Step.WARN, True, "  ", False),
        (Step.WARN, False, "they asked for it", False),
        (Step.WARN, True, "they asked for it", True),
        (Step.BLOCK, True, "they asked for it", False),
        (Step.QUARANTINE, True, "they asked for it", False),
    ],
)
async def test_what_passes_by_the_step(step: Step, may_justify: bool, why: str, passes: bool) -> None:
    protection, kept = OwnProtection(step=step, may_justify=may_justify), []

    async def keep_reason(*said: str) -> None:
        kept.append(said)

    passing, is_justified = Passing(Channel.WEB, person="p_ann"), step == Step.WARN and passes
    verdict = await judge(protection, passing, Passed((Content(CARD),), why=why), keep_reason)
    assert verdict.passes == passes
    assert [one[2:] for one in protection.noted] == [(passes, "justified" if is_justified else "")] * bool(step)
    assert kept == [("e1", "p_ann", why)] * is_justified
    assert verdict.event == ("e1" if step else "")


async def test_a_reason_that_cannot_be_kept_lets_nothing_pass() -> None:
    async def failing(*_said: str) -> None:
        raise RuntimeError

    verdict = await judge(OwnProtection(Step.WARN, may_justify=True), WEB, Passed((Content(CARD),), why="so"), failing)
    assert (verdict.passes, verdict.failed) == (False, True)


@pytest.mark.parametrize("broken", ["asks", "judge", "note"])
async def test_whatever_fails_does_not_pass(broken: str) -> None:
    verdict = await judge(OwnProtection(Step.WATCH, broken={broken}), WEB, A_CARD)
    assert (verdict.passes, verdict.failed) == (False, True)


@pytest.mark.parametrize(("unread", "passes"), [(Step.WATCH, True), (Step.BLOCK, False)])
async def test_what_could_not_be_looked_into_is_judged_as_that(unread: Step, passes: bool) -> None:
    protection = OwnProtection(unread=unread, broken={"inspect"})
    assert (await judge(protection, WEB, A_CARD)).passes == passes
    assert protection.inspected[0].why_not == {WhyNot.FAILED}


async def test_what_takes_too_long_was_not_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(OwnProtection):
        async def inspect(self, body: AsyncIterator[bytes] | bytes, name: str = "", owner: str = "") -> Inspected:
            await asyncio.sleep(60)
            raise AssertionError

    monkeypatch.setattr(judging, "INSPECT_SECONDS", 0.01)
    protection = Slow()
    assert not (await judge(protection, WEB, A_CARD)).passes
    assert protection.inspected[0].why_not == {WhyNot.TIMED_OUT}


async def test_what_is_sent_coded_is_looked_into_with_its_codings_as_well() -> None:
    class Coded(_Apart):
        whole, decoded = Content(CARD, "whole"), Content(NO_CARD, "decoded")

        async def documents(self) -> AsyncIterator[Document]:
            async def body() -> AsyncIterator[bytes]:
                yield NO_CARD

            yield Document("a.txt", "f", body())

    assert not (await judge(OwnProtection(), WEB, Passed(body=Coded()))).passes
    assert (await judge(OwnProtection(), Passing(Channel.DOWNLOAD), Passed(body=Coded()))).passes


async def test_owners_take_turns_at_the_look() -> None:
    class Asked(OwnProtection):
        async def inspect(self, body: AsyncIterator[bytes] | bytes, name: str = "", owner: str = "") -> Inspected:
            owners.append(owner)
            return await super().inspect(body, name, owner)

    owners: list[str] = []
    sent = replace(A_CARD, sender="192.0.2.7")
    for passing, passed in (
        (Passing(Channel.WEB, person="ann", app="site"), A_CARD),
        (Passing(Channel.WEB, app="site"), A_CARD),
        (Passing(Channel.MAIL), A_CARD),
        (Passing(Channel.WEB, app="site"), sent),
    ):
        await judge(Asked(), passing, passed)
    assert owners == ["ann", "site", "mail", "192.0.2.7"]


async def test_one_of_several_documents_is_enough() -> None:
    passed = Passed((Content(NO_CARD, "a.txt"), Content(CARD, "b.txt"), Content(NO_CARD)))
    protection = OwnProtection()
    assert not (await judge(protection, WEB, passed)).passes
    assert protection.inspected[0].where == ("b.txt",)


def test_several_documents_together() -> None:
    find = Finding("card", Confidence.HIGH, 1, 2, b"d")
    one = Inspected(
        "docx", Found((find,), {"card": Confidence.HIGH}), ("page 1",), Label.INTERNAL, frozenset({WhyNot.BROKEN})
    )
    other = Inspected("pdf", Found((find,)), (), Label.RESTRICTED)
    both = together([("a.docx", one), ("", other)], {WhyNot.TOO_LARGE})
    assert (both.found.findings, both.found.more) == ((find, find), {"card": Confidence.HIGH})
    assert (both.where, both.label) == (("a.docx / page 1", ""), Label.RESTRICTED)
    assert both.why_not == {WhyNot.BROKEN, WhyNot.TOO_LARGE}
    assert together([("a.docx", one)]) is one


def test_what_several_say_of_their_labels_proves_nothing_together() -> None:
    marks = Marks((b"k" * 32,))
    mark = marks.made(DocumentLabel(Label.PUBLIC, 1_000, lowered_from=Label.RESTRICTED), b"c" * 32)
    lowered = Inspected("docx", carried=Carried(("public",), (mark,), b"c" * 32))
    alone = together([("", Inspected("text")), ("a.docx", lowered)]).carried
    assert alone is not None
    assert marks.claim(alone, {}).standing is Standing.PROVEN
    both = together([("b.docx", Inspected("docx", carried=Carried(("internal",)))), ("a.docx", lowered)]).carried
    assert both is not None
    claim = marks.claim(both, {})
    assert (claim.label, claim.standing) == (Label.INTERNAL, Standing.FORGED)


FIND = Finding("card", Confidence.HIGH, 1, 2, b"d")


@pytest.mark.parametrize(
    "beside",
    [
        [("customers.csv", Inspected("csv", Found((FIND,))))],
        [("customers.csv", Inspected("csv", Found(more={"card": Confidence.HIGH})))],
        [("sealed.zip", Inspected("zip", why_not=frozenset({WhyNot.ENCRYPTED})))],
        [("", Inspected("text")), ("customers.csv", Inspected("csv", Found((FIND,))))],
        [("b.docx", Inspected("docx", carried=Carried()))],
        [],
    ],
)
def test_one_that_was_lowered_lowers_nothing_beside_it(beside: list[tuple[str, Inspected]]) -> None:
    """Whoever has a brochure that was lowered uploads it together with what is restricted, or unread."""
    marks = Marks((b"k" * 32,))
    mark = marks.made(DocumentLabel(Label.PUBLIC, 1_000, lowered_from=Label.RESTRICTED), b"c" * 32)
    lowered = ("a.docx", Inspected("docx", carried=Carried(("public",), (mark,), b"c" * 32)))
    for seen in ([lowered, *beside], [*beside, lowered]):
        found = together(seen, () if beside else {WhyNot.TIMED_OUT})
        claim = marks.claim_of_all(found.carried, found.inside, {})
        assert claim is not None
        assert label_in_force(claim, Label.RESTRICTED) is Label.RESTRICTED


def test_what_is_packed_in_one_of_several_says_its_label_as_well() -> None:
    """A label of Microsoft's on a document in an archive, with anything else beside the archive."""
    packed = Inspected("zip", inside=(Carried(microsoft=frozenset({"id"})),))
    found = together([("address", Inspected("text")), ("a.zip", packed)])
    claim = Marks().claim_of_all(found.carried, found.inside, {"id": Label.RESTRICTED})
    assert claim is not None
    assert claim.label is Label.RESTRICTED


async def test_an_address_in_which_nothing_is_found_hides_nothing_of_its_body() -> None:
    """Its kind, and the digest by which somebody said that it is not sensitive."""
    protection = OwnProtection(Step.WATCH)
    for address, is_alone in ((NO_CARD, True), (CARD, False)):
        await judge(protection, WEB, Passed((Content(address, "address"),), _Apart()))
        assert (len(protection.inspected[-1].where) == 1) is is_alone


class _Apart:
    """A body that can't be taken apart behind its first document, as `swallowed` by whoever looks or not."""

    whole = Content(CARD, "whole")
    decoded: Content | None = None
    first = NO_CARD

    async def documents(self) -> AsyncIterator[Document]:
        async def broken() -> AsyncIterator[bytes]:
            yield self.first
            raise UnreadableError("broken")

        yield Document("a.txt", "f", broken())


async def test_what_cannot_be_taken_apart_is_looked_into_as_it_came() -> None:
    protection = OwnProtection()
    assert not (await judge(protection, WEB, Passed(body=_Apart()))).passes
    (inspected,) = protection.inspected
    assert (inspected.why_not, inspected.where) == ({WhyNot.BROKEN}, ("whole",))


async def test_what_was_read_before_it_could_not_be_taken_apart_counts() -> None:
    class Apart(_Apart):
        whole, decoded = Content(NO_CARD, "whole"), Content(CARD, "decoded")

    class Torn(_Apart):
        whole, first = Content(NO_CARD, "whole"), CARD

    for apart, where in ((Apart(), "decoded"), (Torn(), "f / a.txt")):
        protection = OwnProtection()
        assert not (await judge(protection, WEB, Passed(body=apart))).passes
        assert protection.inspected[0].where == (where,)
