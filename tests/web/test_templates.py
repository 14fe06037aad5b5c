"""No page for employees says anything in one language alone, and what fills a translated text is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from jinja2 import nodes
from tools.messages import spoken_templates

from limen.messages import Language
from limen.web.localizer import Localizer
from limen.web.pages import Pages, environment_of

ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
LAYOUT = "console/_layout.html"
READ_OUT = {"aria-label", "title", "alt", "placeholder", "data-as", "data-copied", "data-unused", "data-held"}


class Bare(HTMLParser):
    """The text of a template that is neither markup nor looked up anywhere.

    What HTML calls `translate="no"` is a name or a command, and the same in every language.
    """

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside:
            return
        for name, value in ATTRIBUTE.findall(data):  # those of a block or a macro, away from their tag
            if name in READ_OUT:
                self.note(value)
        self.note(ATTRIBUTE.sub("", data))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in READ_OUT:
                self.note(value or "")
        if ("translate", "no") in attrs:
            self.inside = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self.inside:
            self.inside = ""

    def note(self, text: str) -> None:
        if re.search(r"[^\W\d_]", text):
            self.found.append(" ".join(text.split()))


def bare_texts(source: str) -> list[str]:
    """What this template would say in the same words in every language."""
    environment = environment_of(Localizer(Language.ENGLISH, ZoneInfo("UTC")))
    reader, tree = Bare(), environment.parse(source)
    for output in tree.find_all(nodes.Output):
        for one in output.nodes:
            if not isinstance(one, nodes.TemplateData):
                reader.found += [text for text in _constants(one) if re.search(r"[A-Z]|\w \w", text)]
    pieces, inside = [], False
    for _, kind, value in environment.lex(source):
        if kind == "block_begin":
            word = ""
        elif kind == "name" and not word:
            word = value
            inside = True if word == "trans" else False if word == "endtrans" else inside
        elif kind == "data" and not inside:
            pieces.append(value)
        elif kind == "variable_begin":
            word = "-"
            pieces.append("…")
    reader.feed("".join(pieces))
    return reader.found


def _constants(node: nodes.Node) -> Iterator[str]:
    """Every text that an expression can come out as, as far as it is written in it."""
    if isinstance(node, nodes.Const):
        yield from [node.value] if isinstance(node.value, str) else []
    elif isinstance(node, nodes.CondExpr):
        for branch in (node.expr1, node.expr2):
            yield from _constants(branch) if branch is not None else ()
    elif isinstance(node, nodes.Or | nodes.And | nodes.Add):
        yield from (*_constants(node.left), *_constants(node.right))
    elif isinstance(node, nodes.Concat):
        for part in node.nodes:
            yield from _constants(part)


@pytest.mark.parametrize("path", spoken_templates(), ids=lambda path: path.name)
def test_no_page_for_employees_holds_a_text_that_is_not_looked_up(path: object) -> None:
    assert bare_texts(path.read_text()) == []  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "source",
    [
        "<p>Hello</p>",
        '<p aria-label="Hello">{{ x }}</p>',
        '{{ "Hello" if x else _("Bye") }}',
        "{% if x %}{% trans %}Fine{% endtrans %} not fine{% endif %}",
        '{{ x or "no app" }}',
    ],
)
def test_a_bare_text_is_found(source: str) -> None:
    assert bare_texts(source)


def test_what_is_looked_up_is_not_bare() -> None:
    assert bare_texts('<p class="a {{ "quiet" if x }}" id="b">{{ _("Hello") }}, {% trans %}Bye{% endtrans %}</p>') == []
    assert bare_texts('<dt translate="no">Linux</dt><pre translate="no"><code>ls {{ x }}</code></pre>') == []
    assert bare_texts('<dt translate="no">Linux</dt><dd>Hello</dd>')


def test_a_place_in_a_translated_text_is_escaped_and_its_markup_is_not() -> None:
    pages = Pages("<Harbor>", ZoneInfo("UTC"))
    for language in Language:
        template = pages._environments[language].from_string(
            "{% trans %}Welcome to {{ company }}{% endtrans %}"
            "{{ _('<strong>Scan this</strong> with the authenticator app on your phone.') }}"
        )
        html = template.render()
        assert "&lt;Harbor&gt;" in html
        assert "<strong>" in html


def test_what_a_page_adds_to_its_head_comes_beside_what_its_layout_has() -> None:
    """Else a page of the console is without its style, its live parts and its palette."""
    environment = environment_of(Localizer(Language.ENGLISH, ZoneInfo("UTC")))
    assert environment.loader is not None
    alone = []
    for name in environment.list_templates():
        tree = environment.parse(environment.loader.get_source(environment, name)[0])
        if any(
            isinstance(one.template, nodes.Const) and one.template.value == LAYOUT
            for one in tree.find_all(nodes.Extends)
        ):
            heads = [block for block in tree.find_all(nodes.Block) if block.name == "head"]
            called = [one.node for head in heads for one in head.find_all(nodes.Call)]
            if heads and not any(isinstance(one, nodes.Name) and one.name == "super" for one in called):
                alone.append(name)
    assert alone == []
