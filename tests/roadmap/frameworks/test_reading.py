"""The mapping is read strictly, and the one that comes with Limen is whole."""

from __future__ import annotations

from itertools import pairwise

import pytest

from limen.roadmap.frameworks.model import CONTROL_IDS, Framework, HowFar, Stage
from limen.roadmap.frameworks.reading import MappingError, frameworks, read_frameworks

HEAD = """
[[framework]]
id = "f"
title = "F"
publisher = "Harbor"
version = "1"
source = "a drawer"
published = 2026-01-01
mapped = 2026-02-01
checked = "against nothing"
unchecked = true
"""
ITEM = '{ id = "1", title = "One", controls = ["I2"], how_far = "full" }'


def file(*items: str, head: str = HEAD) -> bytes:
    return f'{head}\n[[framework.group]]\ntitle = "G"\nitems = [{", ".join(items)}]\n'.encode()


def test_an_item_is_read_with_what_its_framework_says_for_all() -> None:
    (one,) = read_frameworks(file(ITEM, '{ id = "2", title = "Two", open = "Ben", unchecked = false }'))
    first, second = one.items
    assert (first.controls, first.how_far, first.is_unchecked) == (("I2",), HowFar.FULL, True)
    assert (second.controls, second.open_to, second.is_unchecked) == ((), "Ben", False)


@pytest.mark.parametrize(
    "items",
    [
        ['{ id = "1", title = "One", controls = ["I12"], how_far = "full" }'],
        ['{ id = "1", title = "One", controls = ["X1"], how_far = "full" }'],
        ['{ id = "1", title = "One", controls = ["i2"], how_far = "full" }'],
        ['{ id = "1", title = "One", controls = ["I2", "I2"], how_far = "full" }'],
        ['{ id = "1", title = "One", controls = ["I2"] }'],
        ['{ id = "1", title = "One", controls = ["I2"], how_far = "mostly" }'],
        ['{ id = "1", title = "One", controls = ["I2"], how_far = "part" }'],
        ['{ id = "1", title = "One", controls = ["I2"], how_far = "full", open = "Ben" }'],
        ['{ id = "1", title = "One" }'],
        ['{ id = "1", title = "One", how_far = "full", open = "Ben" }'],
        ['{ id = "1", title = "  ", open = "Ben" }'],
        ['{ id = "", title = "One", open = "Ben" }'],
        [f'{{ id = "1", title = "{"x" * 301}", open = "Ben" }}'],
        [f'{{ id = "1", title = "One", open = "{"x" * 301}" }}'],
        ['{ id = "1", title = "One", open = "Ben", opne = "Ben" }'],
        ['{ id = "1", title = "One", open = "Ben", stage = "late" }'],
        ['{ id = 1, title = "One", open = "Ben" }'],
        [ITEM, ITEM],
        [],
    ],
    ids=str,
)
def test_an_item_that_is_wrong_is_refused(items: list[str]) -> None:
    with pytest.raises(MappingError):
        read_frameworks(file(*items))


@pytest.mark.parametrize(
    "line",
    [
        'source = "a drawer"',
        "published = 2026-01-01",
        "mapped = 2026-02-01",
        'version = "1"',
        'checked = "against nothing"',
        "unchecked = true",
        'publisher = "Harbor"',
    ],
)
def test_a_framework_without_a_source_or_a_date_is_refused(line: str) -> None:
    assert read_frameworks(file(ITEM))
    for instead in ("", f"{line.partition('=')[0]}= ''"):
        with pytest.raises(MappingError):
            read_frameworks(file(ITEM, head=HEAD.replace(line, instead)))


def test_other_files_are_refused() -> None:
    late = HEAD.replace("mapped = 2026-02-01", "mapped = 2025-02-01")
    twice = file(ITEM) + file(ITEM)
    for wrong in (b"", b"\xff\xfe", b"[framework", b"framework = 1", file(ITEM, head=late), twice, HEAD.encode()):
        with pytest.raises(MappingError):
            read_frameworks(wrong)


@pytest.mark.parametrize("one", frameworks(), ids=lambda one: one.id)
def test_what_comes_with_limen_is_whole(one: Framework) -> None:
    items = list(one.items)
    assert {control for item in items for control in item.controls} <= CONTROL_IDS
    titles = [item.title.casefold() for group in one.groups for item in group.items if item.stage is None]
    assert len(titles) == len(set(titles))
    assert all("://" not in one.source for one in frameworks())
    assert len({item.id for item in items}) == len(items)


def test_it_has_the_items_that_each_framework_has() -> None:
    of = {one.id: [item.id for item in one.items] for one in frameworks()}
    assert of["nis2"] == list("abcdefghij")
    assert of["nist-800-207"] == list("1234567")
    annex = {"5": 37, "6": 8, "7": 14, "8": 34}
    assert of["iso-27001"] == [f"A.{part}.{n}" for part, last in annex.items() for n in range(1, last + 1)]
    first_group = {1: 2, 2: 3, 3: 6, 4: 7, 5: 4, 6: 5, 7: 4, 8: 3, 9: 2, 10: 3, 11: 4, 12: 1, 14: 8, 15: 1, 17: 3}
    assert of["cis-ig1"] == [f"{part}.{n}" for part, last in first_group.items() for n in range(1, last + 1)]
    assert len(of["cis-ig1"]) == 56
    assert {"insurer", "cyber-essentials", "cisa-ztmm"} < set(of)


def test_the_maturity_model_has_each_function_at_each_stage() -> None:
    (model,) = (one for one in frameworks() if one.id == "cisa-ztmm")
    assert len(model.groups) == 37
    assert all([item.stage for item in group.items] == list(Stage) for group in model.groups)
    for group in model.groups:
        for lower, higher in pairwise(group.items):
            # what is open at a stage is not claimed in full above it
            assert lower.controls or higher.how_far is not HowFar.FULL, higher.id


def test_every_control_answers_something() -> None:
    assert {control for one in frameworks() for item in one.items for control in item.controls} == CONTROL_IDS
