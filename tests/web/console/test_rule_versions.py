"""What two changes made of one rule, in sentences, where somebody has to choose between them."""

from __future__ import annotations

import re
from html import unescape

from tests.golden import Expected
from tests.web.console.conftest import Console
from tests.web.console.test_change_updates import policy_of
from tests.web.console.test_changes import FORM, begun, published
from tests.web.console.test_resolving import AT


def _said(page: str, side: str) -> list[str]:
    """What the rules of one side are said to be, in a page that shows a conflict."""
    own = page.partition(f'value="{side}"')[2].partition("<pre")[0]
    return [unescape(re.sub(r"<[^>]+>", "", one)) for one in re.findall(r"<p>(.*?)</p>", own)]


async def test_a_rule_is_shown_as_the_sentence_that_it_is_on_each_side(console: Console, expected: Expected) -> None:
    text = policy_of(console, "staff-work")
    first = await begun(console, AT, text=text.replace("Staff use", "Staff open"), do="")
    second = await begun(console, AT, text=text.replace("strength >= 2", "strength >= 3"), do="")
    await published(console, first)
    page = (await console.ada.post(f"{second}/rebase")).text
    expected("\n".join(_said(page, "theirs")))
    expected("\n".join(_said(page, "ours")))


async def test_two_new_rules_in_one_place_are_each_told_on_its_own_side(console: Console) -> None:
    first = await begun(console, "/console/rules", **FORM)
    second = await begun(console, "/console/rules", **{**FORM, "title": "Sales reads the payroll", "groups": "sales"})
    await published(console, first)
    page = (await console.ada.post(f"{second}/rebase")).text
    assert [one for one in _said(page, "theirs") if "Sales" in one] == []
    assert len([one for one in _said(page, "ours") if "Sales" in one]) == 2
