from __future__ import annotations

from collections.abc import AsyncIterator

from tests.data.inventory.inventories import CARD, Cards

from limen.data.documents import Inspected, WhyNot
from limen.data.inventory.looking import MOST_DETECTORS, ByRules, looked_into, mark_of
from limen.data.inventory.model import Item, Store, StoreKind
from limen.data.model import Confidence, Finding, Found
from limen.data.rules.model import Judged, Step
from limen.data.rules.stated import DataRules, Dictionary, LabelRule
from limen.facts import Label


async def body(text: str) -> AsyncIterator[bytes]:
    yield text.encode()


async def test_an_item_is_looked_into_as_at_entry_points() -> None:
    store = Store("share", StoreKind.FOLDER, "/srv", Label.INTERNAL)
    looking = ByRules(Cards(), "mark")
    found = await looking.look(store, Item("k", "hr/cards.txt", 9, 0, ""), body(f"{CARD}, {CARD}"))
    assert (found.label, [(one.detector, one.number) for one in found.counted]) == (
        Label.CONFIDENTIAL,
        [("payment-card", 1)],
    )


def test_the_higher_of_what_it_says_and_what_is_in_it_is_its_label() -> None:
    for said, judged, label in (
        (Label.RESTRICTED, Label.INTERNAL, Label.RESTRICTED),
        (Label.PUBLIC, Label.CONFIDENTIAL, Label.CONFIDENTIAL),
        (None, None, None),
    ):
        assert looked_into(Inspected("text", label=said), Judged(Step.ALLOW, label=judged)).label is label


def test_a_label_that_is_proven_counts_whatever_its_content_is() -> None:
    judged = Judged(Step.ALLOW, label=Label.RESTRICTED, in_force=Label.INTERNAL)
    assert looked_into(Inspected("text", label=Label.INTERNAL), judged).label is Label.INTERNAL


def test_detectors_are_bounded_and_reasons_are_kept() -> None:
    findings = tuple(Finding(f"d{n:03}", Confidence.LOW, n, n + 1, bytes([n])) for n in range(200))
    why_not = frozenset({WhyNot.TOO_DEEP, WhyNot.ENCRYPTED})
    found = looked_into(Inspected("text", Found(findings), why_not=why_not), Judged(Step.ALLOW))
    assert (len(found.counted), found.why_not) == (MOST_DETECTORS, ("encrypted", "too-deep"))


def test_the_mark_is_another_whenever_something_else_is_looked_for() -> None:
    rules = DataRules(use=frozenset({"bank", "tax"}))
    others = [
        DataRules(use=frozenset({"bank"})),
        DataRules(use=frozenset({"bank", "tax"}), off=frozenset({"iban"})),
        DataRules(use=frozenset({"bank", "tax"}), dictionaries=(Dictionary("d", "D", ("x",)),)),
        DataRules(use=frozenset({"bank", "tax"}), labels=(LabelRule(Label.INTERNAL),)),
    ]
    marks = [mark_of(one, [("list", 1)]) for one in (rules, *others)] + [mark_of(rules, [("list", 2)])]
    marks.append(mark_of(rules, [("list", 1)], [("payment-card", b"1")]))  # somebody allowed a value
    assert len(set(marks)) == 7
    store = Store("share", StoreKind.FOLDER, "/srv", Label.INTERNAL)
    assert mark_of(DataRules(use=frozenset({"tax", "bank"}), stores=(store,)), [("list", 1)]) == marks[0]
