"""Pages lead where they say: each relative link exists, each page is reachable, and nothing in them is half done."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from limen.data.pillar import PILLAR as DATA

HERE = Path(__file__).resolve().parents[2]
DOCS = HERE / "docs"
PAGES = [*sorted(HERE.glob("*.md")), *sorted(DOCS.rglob("*.md"))]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def links(page: Path) -> list[str]:
    return LINK.findall(CODE.sub("", page.read_text("utf-8")))


def anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(HERE)))
def test_each_link_leads_somewhere(page: Path) -> None:
    for link in links(page):
        if "://" in link:
            assert link.startswith("https://"), link
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{page.name}: {link}"
        assert not anchor or anchor in anchors(target), f"{page.name}: {link}"


def test_the_index_names_each_how_to_once_in_a_list() -> None:
    """A table may name one again, beside what it is compared with."""
    text = (DOCS / "README.md").read_text("utf-8")
    listed = re.findall(r"\(how-to/([^)]+)\)", "".join(line for line in text.splitlines(True) if "|" not in line))
    assert [one for one in set(listed) if listed.count(one) > 1] == []


def test_each_page_can_be_found_from_the_index() -> None:
    index = DOCS / "README.md"
    found = {(DOCS / link).resolve() for link in links(index) if "://" not in link}
    pages = {page for page in DOCS.rglob("*.md") if page.parent.name != "decisions"} - {index}
    assert pages - found == set()


def test_a_source_of_the_comparison_is_named_once_and_used() -> None:
    text = (DOCS / "explanation" / "comparison.md").read_text("utf-8")
    body, _, sources = text.partition("## Sources")
    named = re.findall(r"^(\d+)\. \[", sources, re.MULTILINE)
    assert named == [str(number) for number in range(1, len(named) + 1)]
    assert set(re.findall(r"\[(\d+)\]", body)) == set(named)
    assert re.search(r"Researched on \d+ \w+ \d{4}", body)


def test_each_page_about_data_is_named_where_somebody_would_look_for_it() -> None:
    text = "".join(page.read_text("utf-8") for page in sorted((DOCS / "how-to").glob("*.md")))
    modules = [importlib.import_module(name) for name in DATA.pages]
    titles = [
        page.menu.title or page.title for module in modules for page in module.PAGES if getattr(page, "menu", None)
    ]
    assert len(titles) > 4
    assert [title for title in titles if f"*{title}*" not in text] == []
