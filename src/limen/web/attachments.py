"""A file that somebody gets to keep: never shown in our origin, whatever is in it, and called as it may be called."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from starlette.responses import Response

LONGEST: Final = 120
"""Letters of a name; file systems take 255 bytes of it (NAME_MAX)."""
LONGEST_ENDING: Final = 16
_NOT_IN_NAMES: Final = re.compile(r'[<>:"|?*;%]')
_DEVICES: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
"""What Windows takes for a device, whatever follows the dot."""


def attachment(content: bytes, name: str) -> Response:
    """`content` as a file that is saved and never opened in the browser, under this name (RFC 6266, RFC 8187)."""
    safe = safe_name(name)
    plain = "".join(one if one.isascii() else "_" for one in safe)
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(safe, safe='')}"
    headers = {"content-disposition": disposition, "cache-control": "no-store"}
    return Response(content, media_type="application/octet-stream", headers=headers)


def safe_name(name: str) -> str:
    """What somebody called a file, without folders and what leads into them, or hides or turns a part of the name."""
    last = re.split(r"[/\\]", name)[-1]
    shown = "".join(one for one in last if one.isprintable())
    clean = _NOT_IN_NAMES.sub("_", " ".join(shown.split())).strip(". ")
    if _DEVICES.match(clean):
        clean = f"_{clean}"
    if len(clean) > LONGEST:
        stem, dot, ending = clean.rpartition(".")
        kept = f"{dot}{ending}" if stem and len(ending) <= LONGEST_ENDING else ""
        clean = clean[: LONGEST - len(kept)] + kept
    return clean or "document"
