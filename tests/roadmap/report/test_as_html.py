"""The report as HTML: one file that runs nothing, fetches nothing, and can be read aloud."""

from __future__ import annotations

from html.parser import HTMLParser

import lxml.html
from tests.roadmap.report.made import report

from limen.roadmap.report.as_html import as_html

PAGE = lxml.html.document_fromstring(as_html(report()).decode())
RUNS = {"script", "iframe", "object", "embed", "img", "link", "form", "base", "svg"}


class Balance(HTMLParser):
    """Whether what is opened is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_it_is_one_file_that_runs_nothing() -> None:
    assert not RUNS & {one.tag for one in PAGE.iter() if isinstance(one.tag, str)}
    assert not [name for one in PAGE.iter() for name in one.attrib if name.startswith("on") or name in {"src", "href"}]
    (policy,) = PAGE.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"


def test_it_can_be_read_aloud() -> None:
    assert PAGE.get("lang") == "en"
    assert len(PAGE.xpath("//h1")) == 1
    assert [one.tag for one in PAGE.xpath("//h1|//h2")] == ["h1", *["h2"] * 5]
    for table in PAGE.xpath("//table"):
        assert table.xpath("./caption/text()")
        assert {one.get("scope") for one in table.xpath("./thead//th")} == {"col"}
        assert all(row.xpath("./th[@scope='row']") for row in table.xpath("./tbody/tr"))
    balance = Balance()
    balance.feed(as_html(report()).decode())
    assert not balance.open


def test_whatever_things_are_called_it_is_text() -> None:
    assert not PAGE.xpath("//b")
    assert "=Customers <b>" in PAGE.text_content()
    assert "Harbor & Söhne" in PAGE.xpath("//h1")[0].text_content()


def test_each_control_shows_its_figure() -> None:
    shown = zip(PAGE.xpath("//span[@class='id']/text()"), PAGE.xpath("//span[@class='figure']/text()"), strict=True)
    assert dict(shown) == {one.id: one.figure for one in report().lines}
