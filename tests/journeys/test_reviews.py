"""A review by keyboard: moved through, kept, removed, undone, many at once; and by forms alone, without a script."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from limen.access.reviews.model import Effect, ReviewRow, Verdict
from limen.access.reviews.services import Reviews

HERE = "Lotte Brandt"
OTHERS = ("Milan Vogel", "Nora Weiss", "Pavel Stein")


def begin(harbor: Any) -> Any:
    return harbor.run(harbor.limen.core.offers.take(Reviews).start("customers", ""))


def decided(harbor: Any, review: Any) -> dict[str, ReviewRow]:
    rows = harbor.run(harbor.limen.core.offers.take(Reviews).rows(review.id))
    by_id = {person_id: name for name, person_id in harbor.people.items()}
    return {by_id[row.person_id]: row for row in rows if by_id.get(row.person_id) in OTHERS}


def test_a_review_by_keyboard(harbor: Any, browse: Any) -> None:
    lotte = browse()
    harbor.arrive(lotte, HERE, "staff", "sales")
    for name in OTHERS:
        harbor.signed_in(name, "staff", "sales")
    review, page = begin(harbor), lotte.page
    page.goto(f"{harbor.origin}/access/reviews")
    lotte.clean_both_ways()
    page.get_by_role("link", name="customers").first.click()
    page.wait_for_url(f"**/access/reviews/{review.id}")
    lotte.clean_both_ways()

    def to(name: str) -> None:
        """Only their row, with the keyboard on it."""
        page.goto(f"{harbor.origin}/access/reviews/{review.id}?show=all&q={name.replace(' ', '+')}")
        page.keyboard.press("j")
        expect(page.locator("[data-row][aria-current]")).to_contain_text(name)

    def press(key: str, done: str = "done=") -> None:
        with page.expect_navigation(url=f"**{done}**"):
            page.keyboard.press(key)

    to("Milan Vogel")
    press("y")
    assert decided(harbor, review)["Milan Vogel"].verdict is Verdict.KEEP
    to("Nora Weiss")
    press("n")
    assert decided(harbor, review)["Nora Weiss"].effect is Effect.REMOVED
    assert "sales" not in harbor.limen.known.people[harbor.people["Nora Weiss"]].groups
    page.keyboard.press("j")
    press("u", "done=undone")
    assert decided(harbor, review)["Nora Weiss"].verdict is Verdict.OPEN
    assert "sales" in harbor.limen.known.people[harbor.people["Nora Weiss"]].groups
    to("Pavel Stein")
    page.keyboard.press("?")
    expect(page.locator("[data-keys]")).to_have_attribute("open", "")
    lotte.clean_both_ways()
    press("a")
    assert decided(harbor, review)["Pavel Stein"].verdict is Verdict.ASK
    page.goto(f"{harbor.origin}/access/reviews/{review.id}")
    count = page.locator("[data-row]").count()
    for _ in range(count):
        page.keyboard.press("j")
        page.keyboard.press("x")
    assert page.locator("[name=row]:checked").count() == count
    press("y")
    assert {row.verdict for row in decided(harbor, review).values()} == {Verdict.KEEP}
    page.get_by_role("searchbox").press("n")  # letters that are typed decide nothing
    assert {row.verdict for row in decided(harbor, review).values()} == {Verdict.KEEP}


def test_a_review_by_forms_alone(harbor: Any, browse: Any) -> None:
    quiet = browse(java_script_enabled=False)
    quiet.keep(harbor.origin, harbor.signed_in("Rike Sommer", "staff", "sales"))
    harbor.signed_in("Tilo Kraus", "staff", "sales")
    review, page = begin(harbor), quiet.page
    page.goto(f"{harbor.origin}/access/reviews/{review.id}?q=Tilo+Kraus")
    page.locator("[name=row]").check()
    page.get_by_role("button", name="Remove").click()
    assert "sales" not in harbor.limen.known.people[harbor.people["Tilo Kraus"]].groups
    page.get_by_role("button", name="Undo").first.click()
    assert "sales" in harbor.limen.known.people[harbor.people["Tilo Kraus"]].groups
