"""XML from documents of strangers: no entity, no document type, nothing fetched, bounded in size, depth and number."""

from __future__ import annotations

from itertools import islice
from typing import Final

from lxml import etree

from limen.data.labels.model import NoLabelError, WhyNoLabel

MOST_BYTES: Final = 4 << 20
MOST_ELEMENTS: Final = 50_000


def parsed(text: bytes, where: str) -> etree._Element:
    """The root. Raises NoLabelError for what is no such XML; its depth is bounded by libxml2 (256)."""
    if len(text) > MOST_BYTES:
        raise NoLabelError(WhyNoLabel.TOO_LARGE, f"{where} in the document is longer than {MOST_BYTES >> 20} MB")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(text, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise _broken(where) from None
    number = sum(1 for _ in islice(root.iter(), MOST_ELEMENTS + 1))
    if root.getroottree().docinfo.internalDTD is not None or number > MOST_ELEMENTS:
        raise _broken(where)
    return root


def written(root: etree._Element) -> bytes:
    """As a file of a document: UTF-8 with its declaration."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _broken(where: str) -> NoLabelError:
    return NoLabelError(WhyNoLabel.BROKEN, f"{where} in the document can't be read")
