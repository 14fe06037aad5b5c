"""The message catalogues are complete, in step with the pages, and safe to put into them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from jinja2 import nodes
from tools.messages import found, spoken_templates, updated

from limen.messages.catalogue import FOLDERS, catalogue, po_of
from limen.policy.saying import Language
from limen.web.pages import Pages, environment_of
from limen.web.speaking import speech

OTHERS = [language for language in Language if language is not Language.ENGLISH]
PLACE = re.compile(r"%\((\w+)\)s|\{(\w+)\}")
TAG = re.compile(r"</?\w[^>]*>")
ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
READ_OUT = {"aria-label", "title", "alt", "placeholder", "data-as", "data-copied", "data-unused", "data-held"}


def texts(message: Message) -> Iterator[tuple[str, str]]:
    """Each form of a message beside its translation."""
    ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
    strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
    yield from zip(ids, strings, strict=True)


def messages(language: Language) -> list[Message]:
    return [one for one in read_po(BytesIO(po_of(language).read_bytes()), locale=language.value) if one.id]


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_has_a_translation_that_is_nobodys_guess(language: Language) -> None:
    for message in messages(language):
        assert all(string for _, string in texts(message)), message.id
        assert not message.fuzzy, message.id


@pytest.mark.parametrize("language", OTHERS)
def test_the_file_is_what_the_pages_say_now(language: Language) -> None:
    assert po_of(language).read_bytes() == updated(language), "run: python3 do.py messages"


@pytest.mark.parametrize("language", OTHERS)
def test_places_and_markup_are_the_same_in_every_language(language: Language) -> None:
    for message in messages(language):
        for text, string in texts(message):
            assert Counter(PLACE.findall(text)) == Counter(PLACE.findall(string)), text
            assert sorted(TAG.findall(text)) == sorted(TAG.findall(string)), text


@pytest.mark.parametrize("language", OTHERS)
def test_no_translation_breaks_out_of_an_attribute(language: Language) -> None:
    for message in messages(language):
        for _, string in texts(message):
            rest = TAG.sub("", string)
            assert not set('"<>') & set(rest), string
            assert not re.search(r"&(?!\w+;)", rest), string


def test_english_is_what_messages_are_written_in() -> None:
    english = catalogue(Language.ENGLISH)
    assert english.gettext("Use at most {most} characters", most=3) == "Use at most 3 characters"
    assert english.has("anything at all")


def test_german_says_what_it_knows_and_says_what_it_does_not() -> None:
    german = catalogue(Language.GERMAN)
    assert german.gettext("use at most {most} characters", most=3) == "benutzen Sie höchstens 3 Zeichen"
    assert german.has("Your apps")
    assert not german.has("Your ships")


class Bare(HTMLParser):
    """The text of a template that is neither markup nor looked up anywhere."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        for name, value in ATTRIBUTE.findall(data):  # those of a block or a macro, away from their tag
            if name in READ_OUT:
                self.note(value)
        self.note(ATTRIBUTE.sub("", data))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in READ_OUT:
                self.note(value or "")

    def note(self, text: str) -> None:
        if re.search(r"[^\W\d_]", text):
            self.found.append(" ".join(text.split()))


def bare_texts(source: str) -> list[str]:
    """What this template would say in the same words in every language."""
    environment = environment_of(speech(Language.ENGLISH, ZoneInfo("UTC")))
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


def test_all_that_is_found_is_more_than_a_handful() -> None:
    assert len(found()) > 150


def po(folder: Path, **messages: str) -> Path:
    path = po_of(Language.GERMAN, folder)
    path.parent.mkdir(parents=True)
    lines = [f'msgid "{text}"\nmsgstr "{said}"\n' for text, said in messages.items()]
    path.write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n' + "\n".join(lines))
    return folder


def test_a_part_brings_its_own_words_and_changes_none_of_limens(tmp_path: Path) -> None:
    ships = po(tmp_path, **{"Your ships": "Ihre Schiffe", "Your apps": "Ihre Boote"})
    FOLDERS.compose({"ships": {"ships": ships}})
    try:
        german = catalogue(Language.GERMAN)
        assert german.gettext("Your ships") == "Ihre Schiffe"
        assert german.gettext("Your apps") == "Ihre Apps"
        assert german.has("Your ships")
        FOLDERS.compose({"ships": {"ships": tmp_path / "absent"}})
        with pytest.raises(FileNotFoundError):
            catalogue(Language.GERMAN)
    finally:
        FOLDERS.compose({})
    assert not catalogue(Language.GERMAN).has("Your ships")
