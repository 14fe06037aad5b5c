"""Reading XML that strangers send: no document type, no entities, no network, and bounds on everything.

A document that could be read in two ways is not read at all: other encodings than UTF-8, processing instructions, and,
in messages, comments (`admin@harbor.example<!---->.evil.example` is an attack on whoever reads only the first text).
"""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

from limen.sso.saml.arrived import WrongMessageError

MOST_BYTES: Final = 64 * 1024
MOST_ELEMENTS: Final = 500
MOST_DEPTH: Final = 24
MOST_BYTES_OF_METADATA: Final = 1024 * 1024
MOST_ELEMENTS_OF_METADATA: Final = 10_000
_IDS: Final = frozenset({"ID", "Id", "id", "{http://www.w3.org/XML/1998/namespace}id"})
_ENCODING: Final = re.compile(r"""^\s*<\?xml[^>]*encoding\s*=\s*["']([^"']*)["']""")


class UnreadableXmlError(WrongMessageError):
    """What came is not read. The text says why, for the people who run the app."""


def read_message(data: bytes) -> etree._Element:
    """The root of a protocol message. Raises UnreadableXmlError."""
    if b"<!--" in data:
        raise UnreadableXmlError("a message with a comment in it is not read")
    return _read(data, MOST_BYTES, MOST_ELEMENTS)


def read_metadata(data: bytes) -> etree._Element:
    """The root of metadata, without its comments. Raises UnreadableXmlError."""
    return _read(data, MOST_BYTES_OF_METADATA, MOST_ELEMENTS_OF_METADATA)


def text_of(element: etree._Element | None) -> str:
    """The text of an element that has nothing but text in it; "" where there is none, or more than text."""
    if element is None or len(element):
        return ""
    return (element.text or "").strip()


def _read(data: bytes, most_bytes: int, most_elements: int) -> etree._Element:
    if len(data) > most_bytes:
        raise UnreadableXmlError("it is too long")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableXmlError("it is not in UTF-8") from None
    declared = _ENCODING.search(text)
    if declared is not None and declared[1].lower() not in {"utf-8", "us-ascii"}:
        raise UnreadableXmlError("it is not in UTF-8")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise UnreadableXmlError("a document type is not read")
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
    )
    try:
        root = etree.fromstring(text.encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        raise UnreadableXmlError("it is not well-formed XML") from None
    _check(root, most_elements)
    return root


def _check(root: etree._Element, most_elements: int) -> None:
    """Raises UnreadableXmlError for a tree that is too large or deep, has two elements of one ID, or is not plain."""
    document_type: object = root.getroottree().docinfo.internalDTD
    if any(one is not None for one in (document_type, root.getprevious(), root.getnext())):
        raise UnreadableXmlError("a document type or instruction is not read")
    seen: set[str] = set()
    waiting = [(root, 1)]
    number = 0
    while waiting:
        element, depth = waiting.pop()
        number += 1
        if number > most_elements or depth > MOST_DEPTH:
            raise UnreadableXmlError("it is too large or too deep")
        if not isinstance(element.tag, str):
            raise UnreadableXmlError("an entity or instruction is not read")
        for name in _IDS.intersection(map(str, element.attrib)):
            value = str(element.get(name))
            if value in seen:
                raise UnreadableXmlError("two elements have the same ID")
            seen.add(value)
        waiting += [(child, depth + 1) for child in element]
