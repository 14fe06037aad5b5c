"""One document: who is let at it that was not before, in both clouds, and what is remembered of it."""

from __future__ import annotations

from pathlib import Path

from tests.data.links.linked import ANYONE, CARDS, FINANCE, MIAS, VERA, linked

from limen.data.links import kept_links
from limen.data.links.model import LinkState
from limen.data.rules.model import Step


async def test_a_folder_is_what_is_in_it_and_its_link_is_taken_away_where_it_was_given(tmp_path: Path) -> None:
    async with linked(tmp_path) as at:
        at.vendor.folder("F", "Customers")
        at.vendor.folder("G", "2026", "F")
        at.vendor.put("A", "plain.txt", b"nothing", "F")
        await at.look()
        at.vendor.share("F", VERA)
        await at.look()
        assert at.states() == {"p-vera": "passes"}
        at.vendor.put("B", "cards.txt", CARDS, "G")  # what comes later goes by the same link
        await at.look()
        assert at.vendor.removed == [("F", "p-vera")]
        at.vendor.share("F", ANYONE)
        await at.look()
        assert at.vendor.removed[1:] == [("F", "link-1")]
        assert at.protection.inspected[-1].digest == b""


async def test_of_googles_documents_and_folders_it_is_the_same(tmp_path: Path) -> None:
    async with linked(tmp_path, MIAS) as at:
        at.vendor.may_write = True
        at.vendor.put("root", "My Drive", mime="application/vnd.google-apps.folder")
        at.vendor.put("f", "HR", mime="application/vnd.google-apps.folder", parent="root")
        at.vendor.put("a", "cards.txt", CARDS, parent="root")
        at.vendor.put("b", "cards.txt", CARDS, parent="f")
        at.vendor.put("theirs", "cards.txt", CARDS, owners=[{"emailAddress": "vera@partner.example"}])
        await at.look()
        at.vendor.share("a", {"type": "anyone"})
        at.vendor.share("a", {"type": "user", "emailAddress": "tom@harbor.example"})
        at.vendor.share("f", {"type": "domain", "domain": "partner.example"})
        at.vendor.share("theirs", {"type": "anyone"})
        await at.look()
        assert [file for file, _ in at.vendor.removed] == ["a", "f"]
        assert [passing.outside for passing, *_ in at.protection.noted] == [
            frozenset({"anyone"}),
            frozenset({"partner.example"}),
        ]
        assert {passing.person for passing, *_ in at.protection.noted} == {"p_mia"}


async def test_a_quarantine_takes_every_outside_permission(tmp_path: Path) -> None:
    async with linked(tmp_path, step=Step.QUARANTINE) as at:
        at.vendor.put("A", "cards.txt", CARDS)
        at.vendor.share("A", VERA)
        await at.look()
        at.vendor.share("A", ANYONE)
        await at.look()
        assert sorted(at.vendor.removed) == [("A", "link-1"), ("A", "p-vera")]
        assert {one.why for one in at.links().values()} == {"quarantined"}


async def test_what_was_said_lets_it_stand_and_holds_for_no_other_document_or_wider_circle(tmp_path: Path) -> None:
    async with linked(tmp_path, step=Step.WARN, may_justify=True) as at:
        at.vendor.put("A", "cards.txt", CARDS)
        await at.look()
        at.vendor.share("A", VERA)
        await at.look()
        said = at.links()["p-vera"]
        stands = type(said)(
            **{name: getattr(said, name) for name in said.__slots__} | {"state": LinkState.JUSTIFIED, "due_at": 0}
        )
        at.database.write(lambda t: kept_links.keep(t.connection, stands))
        at.vendor.unshare("A", "p-vera")
        at.vendor.share("A", {**VERA, "id": "again"})
        at.vendor.share("A", ANYONE)
        await at.look()
        assert at.states() == {"p-vera": "justified", "again": "passes", "link-1": "waits"}
        assert at.protection.noted[1][2:] == (True, "justified")
        at.vendor.put("A", "cards.txt", CARDS + b" and more", shared={"scope": "users"})
        await at.look()
        assert at.states()["again"] == "waits"


async def test_what_is_said_to_be_not_sensitive_passes_for_whom_it_was_said(tmp_path: Path) -> None:
    async with linked(tmp_path, step=Step.WARN, may_justify=True) as at:
        at.protection.digest = b"d" * 16
        at.vendor.put("A", "cards.txt", CARDS)
        await at.look()
        at.vendor.share("A", VERA)
        at.excepted.add(("p_mia", b"d" * 16))
        await at.look()
        assert at.states() == {"p-vera": "passes"}
        at.protection.step = Step.BLOCK  # what one person says counts only where a rule asks people
        at.vendor.share("A", ANYONE)
        await at.look()
        assert at.states()["link-1"] == "removed"
        at.excepted.add(("", b"d" * 16))
        at.vendor.share("A", {**ANYONE, "id": "link-9"})
        await at.look()
        assert (at.states()["link-9"], at.protection.noted[-1][2:]) == ("passes", (True, "not-sensitive"))


async def test_what_somebody_decided_about_is_judged_again(tmp_path: Path) -> None:
    async with linked(tmp_path, step=Step.WATCH) as at:
        at.vendor.put("A", "cards.txt", CARDS)
        at.vendor.put("B", "cards.txt", CARDS)
        await at.look()
        at.vendor.share("A", ANYONE)
        at.vendor.share("B", VERA)
        await at.look()
        at.protection.step = Step.BLOCK
        await at.look()
        assert at.vendor.removed == []
        at.database.write(lambda t: kept_links.judge_all_again(t.connection, at.store.name))
        del at.vendor.files["B"]
        await at.look()
        assert (at.vendor.removed, at.states()) == ([("A", "link-1")], {"link-1": "removed"})


async def test_what_ends_by_itself_or_is_deleted_is_forgotten(tmp_path: Path) -> None:
    async with linked(tmp_path) as at:
        at.vendor.put("A", "a.txt", b"a")
        at.vendor.put("B", "b.txt", b"b")
        await at.look()
        at.vendor.share("A", ANYONE)
        at.vendor.share("B", VERA)
        await at.look()
        assert len(at.links()) == 2
        at.vendor.unshare("A", "link-1")
        at.vendor.delete("B")
        await at.look()
        assert at.links() == {}


async def test_another_place_knows_nothing_of_the_first(tmp_path: Path) -> None:
    async with linked(tmp_path) as at:
        at.vendor.put("A", "a.txt", b"a")
        await at.look()
        at.vendor.share("A", ANYONE)
        await at.look()
        at.database.write(lambda t: kept_links.go_on(t.connection, FINANCE.name, "elsewhere", at.kept().cursor))
        await at.look()
        assert at.states() == {"link-1": "stood"}
