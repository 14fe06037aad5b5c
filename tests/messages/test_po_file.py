from __future__ import annotations

from io import BytesIO

import pytest
from babel.messages.pofile import read_po
from tools.messages import po_of

from limen.messages import Language
from limen.messages.po_file import Entry, entries


@pytest.mark.parametrize("language", Language)
def test_it_reads_what_babel_reads(language: Language) -> None:
    data = po_of(language).read_bytes()
    theirs = {}
    for one in read_po(BytesIO(data), locale=language.value):
        text = one.id if isinstance(one.id, str) else one.id[0]
        theirs[text] = (one.string,) if isinstance(one.string, str) else tuple(one.string)
    del theirs[""]
    assert {one.message: one.said for one in entries(data.decode())} == theirs


def test_a_message_may_have_forms_comments_and_several_lines() -> None:
    text = '# Words\nmsgid ""\nmsgstr "Language: de"\n\n#: a.py\nmsgid "{n} \\"x\\""\nmsgid_plural "{n} xs"\n'
    text += 'msgstr[0] "ein "\n"x\\n"\nmsgstr[1] "viele"\n'
    assert entries(text) == [Entry('{n} "x"', ("ein x\n", "viele"))]


@pytest.mark.parametrize("text", ['msgid "a\nmsgstr ""', "what is this", 'msgid 3\nmsgstr "x"'])
def test_what_is_no_such_file_is_refused(text: str) -> None:
    with pytest.raises((ValueError, TypeError)):
        entries(text)
