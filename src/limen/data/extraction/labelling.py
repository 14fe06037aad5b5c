"""Writes a label into a document where nothing else is in reach: in the process that parses what strangers made."""

from __future__ import annotations

from limen.data.extraction.frames import Written
from limen.data.labels.model import NoLabelError, WhyNoLabel


def with_label(data: bytes, word: str, mark: str) -> Written:
    """The document with this label. Raises nothing: what has no room for one, or can't be read, says why."""
    from limen.data.labels import carriers  # noqa: PLC0415 -- heavy, and for documents alone

    try:
        labelled = carriers.carrier_of(data).write(word, mark)
        return Written(labelled, carriers.read(labelled).content)
    except NoLabelError as error:
        return Written(why_not=error.why)
    except MemoryError:
        return Written(why_not=WhyNoLabel.TOO_LARGE)
    except Exception:  # noqa: BLE001 -- parsers of others raise anything at what is broken
        return Written(why_not=WhyNoLabel.BROKEN)
