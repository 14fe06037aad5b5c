"""The catalogue is complete, in step with what Limen says, and safe to put into pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from tools.messages import (
    KEY,
    beginnings,
    code_of_limen,
    found,
    keyed,
    unknown_keys,
    unsaid_keys,
    updated,
    written_out,
)

from limen.messages import Language, catalogue, gettext_noop
from limen.messages.catalogue import CATALOGUE_FOLDERS, po_of

OTHERS = [language for language in Language if language is not Language.ENGLISH]
PLACE = re.compile(r"%\((\w+)\)s|\{(\w+)\}")
TAG = re.compile(r"</?\w[^>]*>")
ENGLISH = keyed()


def texts(message: Message) -> Iterator[tuple[str, str]]:
    """Each form of a message in English beside its translation."""
    ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
    strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
    yield from zip((ENGLISH.get(one, one) for one in ids), strings, strict=True)


def messages(language: Language) -> list[Message]:
    return [one for one in read_po(BytesIO(po_of(language).read_bytes()), locale=language.value) if one.id]


@pytest.mark.parametrize("language", Language)
def test_every_message_has_words_that_are_nobodys_guess(language: Language) -> None:
    for message in messages(language):
        assert all(string.strip() for _, string in texts(message)), message.id
        assert not message.fuzzy, message.id


@pytest.mark.parametrize("language", Language)
def test_the_file_is_what_limen_says_now(language: Language) -> None:
    assert po_of(language).read_bytes() == updated(language), "run: python3 do.py messages"


@pytest.mark.parametrize("language", OTHERS)
def test_it_says_everything_that_has_a_key_in_english(language: Language) -> None:
    assert {one for one in catalogue(language).messages if KEY.fullmatch(one)} == set(ENGLISH)


@pytest.mark.parametrize("language", OTHERS)
def test_places_and_markup_are_the_same_in_every_language(language: Language) -> None:
    for message in messages(language):
        for text, string in texts(message):
            assert set(PLACE.findall(text)) == set(PLACE.findall(string)), text
            assert sorted(TAG.findall(text)) == sorted(TAG.findall(string)), text


@pytest.mark.parametrize("language", OTHERS)
def test_no_translation_breaks_out_of_an_attribute(language: Language) -> None:
    for message in messages(language):
        for _, string in texts(message):
            rest = TAG.sub("", string)
            assert not set('"<>') & set(rest), string
            assert not re.search(r"&(?!\w+;)", rest), string


@pytest.mark.parametrize("language", Language)
def test_no_message_reaches_into_what_fills_it(language: Language) -> None:
    """A place is a name: no attribute, no index and no format that an object could answer to."""
    for message in messages(language):
        for text, string in texts(message):
            for said in (text, string):
                assert re.fullmatch(r"[^{}]*(\{[a-z_]+\}[^{}]*)*", said), said


def test_what_is_said_to_the_person_has_no_place_for_a_threshold() -> None:
    """Not the value that was wanted, nor the one that was seen, nor a policy's text: none can slip in."""
    for key, message in ENGLISH.items():
        if key.startswith(("self.", "do.self.", "holds.", "fails.", "mend.", "headline.", "done.", "withheld.")):
            fields = set(re.findall(r"\{(\w+)", message))
            assert fields <= {"app", "factors", "at", "whom", "action", "groups", "done", "what", "why"}, key
            assert not re.search(r"\d", message), key


def test_german_is_german() -> None:
    german = catalogue(Language.GERMAN).messages
    assert {key for key in ENGLISH if german[key][0] == ENGLISH[key]} == {"title.limen", "length.in"}


def test_a_key_has_dots_and_a_text_is_never_mistaken_for_one() -> None:
    for message in found():
        if message.id and message.id not in ENGLISH:
            ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
            assert not any(KEY.fullmatch(one) for one in ids), message.id
    assert [key for key in ENGLISH if not KEY.fullmatch(key)] == []


def test_every_key_that_is_written_out_is_there_and_every_key_is_said_somewhere() -> None:
    assert len(written_out(code_of_limen())) > 80
    assert (unknown_keys(), unsaid_keys()) == ([], [])


def test_a_key_is_written_out_or_put_together_from_a_value() -> None:
    code = """words.say("a.b", x=1); say('c.d' if x else "e.f"); words.first(f"title.{kind}"); say("with." ~ one)"""
    assert written_out(code) == {"a.b", "c.d", "e.f"}
    assert beginnings(code) == {"title.", "with."}


def test_english_is_what_messages_are_written_in() -> None:
    english = catalogue(Language.ENGLISH)
    assert english.gettext("Use at most {most} characters", most=3) == "Use at most 3 characters"
    assert english.can_say("anything at all")
    assert english.ngettext("{count} day", "{count} days", 2, count=2) == "2 days"


def test_german_says_what_it_knows_and_says_what_it_does_not() -> None:
    german = catalogue(Language.GERMAN)
    assert german.gettext("use at most {most} characters", most=3) == "benutzen Sie höchstens 3 Zeichen"
    assert german.can_say("Your apps")
    assert not german.can_say("Your ships")
    assert german.ngettext("%(count)s day", "%(count)s days", 1) == "%(count)s Tag"
    assert german.ngettext("%(count)s day", "%(count)s days", 0) == "%(count)s Tage"


def test_a_key_that_there_is_not_is_an_error() -> None:
    with pytest.raises(KeyError):
        catalogue(Language.ENGLISH).say("self.nothing-like-it")


def test_what_fills_a_place_is_never_read_as_a_message() -> None:
    for language in Language:
        said = catalogue(language).say("page.open", app="{app} {0.__class__} %(x)s")
        assert "{app} {0.__class__} %(x)s" in said


def test_a_marked_text_stays_as_it_is() -> None:
    assert gettext_noop("Your {apps}") == "Your {apps}"


def test_all_that_is_found_is_more_than_a_handful() -> None:
    assert len(found()) > 500


def po(folder: Path, language: Language, **messages: str) -> None:
    folder.mkdir(exist_ok=True)
    lines = [f'msgid "{text}"\nmsgstr "{said}"\n' for text, said in messages.items()]
    po_of(language, folder).write_text("\n".join(lines))


def test_a_part_brings_its_own_words_and_changes_none_of_limens(tmp_path: Path) -> None:
    own = {"Your ships": "Ihre Schiffe", "Your apps": "Ihre Boote", "self.group": "Nein.", "ships.sunk": "Gesunken."}
    po(tmp_path / "ships", Language.GERMAN, **own)
    po(tmp_path / "ships", Language.ENGLISH, **{"self.group": "No.", "ships.sunk": "It sank."})
    po(tmp_path / "boats", Language.GERMAN, **{"Your boats": "Ihre Boote"})
    before = CATALOGUE_FOLDERS.parts
    limens = {language: catalogue(language).say("self.group", app="Wiki") for language in Language}
    CATALOGUE_FOLDERS.compose({"ships": {"ships": tmp_path / "ships"}, "boats": {"boats": tmp_path / "boats"}})
    try:
        german, english = catalogue(Language.GERMAN), catalogue(Language.ENGLISH)
        assert (german.gettext("Your ships"), german.gettext("Your boats")) == ("Ihre Schiffe", "Ihre Boote")
        assert german.gettext("Your apps") == "Ihre Apps"
        assert german.can_say("Your ships")
        assert (german.say("ships.sunk"), english.say("ships.sunk")) == ("Gesunken.", "It sank.")
        assert {language: catalogue(language).say("self.group", app="Wiki") for language in Language} == limens
        CATALOGUE_FOLDERS.compose({"ships": {"ships": tmp_path / "absent"}})
        assert not catalogue(Language.ENGLISH).has("ships.sunk")
        with pytest.raises(FileNotFoundError):
            catalogue(Language.GERMAN)
    finally:
        CATALOGUE_FOLDERS.compose(before)
    assert not catalogue(Language.GERMAN).can_say("Your ships")
