"""What the process says of itself on standard error: one JSON object a line for machines, plain lines for people.

It is no journal: nothing here says who did what. Whatever looks like a secret is taken out before it is written.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, Final, TextIO

import structlog
from structlog.types import Processor

from limen.printable import visible

HIDDEN: Final = "[hidden]"
LONGEST: Final = 4_000
"""Characters of one value; an error's whole trace fits, a hostile answer does not."""
MOST_LEVELS: Final = 4
_TALKATIVE: Final = ("alembic",)
"""Libraries that tell of each step they take: what is not at least a warning is for debugging."""

_SECRET: Final = re.compile(
    r"(?<![A-Za-z0-9_-])(?:limen_[A-Za-z0-9_-]{8,}|[A-Za-z0-9_-]{43,})(?![A-Za-z0-9_-])"
    r"|(?<![A-Za-z0-9-])[0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{4}(?:-[0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{4}){3}(?![A-Za-z0-9-])"
    r"|(?<![A-Za-z0-9])(?:[A-Z2-7]{32,}|[a-z2-7]{32,}|(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4})(?![A-Za-z0-9])"
    r"|(?<![A-Za-z0-9+/._-])[A-Za-z0-9+/]{42,}={1,2}"
    r"|(?<![A-Za-z0-9+/._-])(?=[A-Za-z0-9/]*\+)[A-Za-z0-9+/]{43,}(?![A-Za-z0-9+/._-])"
    r"|(?<![A-Za-z0-9+/._-])(?!/)(?=[a-z0-9/]*[A-Z])(?=[A-Z0-9/]*[a-z])(?=[A-Za-z/]*[0-9])[A-Za-z0-9/]{43,}"
    r"(?![A-Za-z0-9+/._-])"
    r"|(?<=#)[A-Za-z0-9_-]{16,}"
    r"|(?i:(?<=bearer )|(?<=basic ))[A-Za-z0-9+/=._~-]+"
    r"|(?<=://)[^/\s@]+(?=@)"
)
"""Tokens of ours (43 characters of base64url, or our prefix), recovery codes, seeds of codes (base32), 32 bytes in
plain base64 (which is not to be taken for a path), a link's fragment, credentials in fields and URLs."""
_NAMED: Final = re.compile(r"(?i)pass(word|phrase|wd)?$|secret|token|cookie|authorization|credential|seed|private_key")


def begin(form: str = "auto", level: str = "info", out: TextIO | None = None) -> None:
    """Send all logging of this process to `out` (standard error) as `form`: "json", "text", or "auto".

    `auto` is text on a terminal and JSON elsewhere. Asked again, it replaces what was set before.
    """
    out = out or sys.stderr
    is_text = form == "text" or (form == "auto" and out.isatty())
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: Processor = (
        structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0) if is_text else structlog.processors.JSONRenderer()
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                without_secrets,
                last,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(root.level, logging.WARNING) if level != "debug" else logging.DEBUG)


def without_secrets(_logger: Any, _method: str, said: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The same line without what looks like a secret, by its name or by its look, and without what a terminal obeys."""
    return {name: HIDDEN if _NAMED.search(name) else _clean(value) for name, value in said.items()}


def _clean(value: Any, depth: int = 0) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping) and depth < MOST_LEVELS:
        return {str(k): HIDDEN if _NAMED.search(str(k)) else _clean(v, depth + 1) for k, v in value.items()}
    if isinstance(value, list | tuple) and depth < MOST_LEVELS:
        return [_clean(one, depth + 1) for one in value]
    text = value if isinstance(value, str) else repr(value)
    return visible(_SECRET.sub(HIDDEN, text[:LONGEST]))
