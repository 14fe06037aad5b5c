"""What the process says of itself on standard error: one JSON object a line for machines, plain lines for people.

It is no journal: nothing here says who did what. Whatever looks like a secret is taken out before it is written. What
strangers can cause again and again must not fill the disk: of lines that are alike so many are written, and the next
one says how many were `left_out`.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import time
from collections.abc import Mapping, MutableMapping
from typing import Any, Final, TextIO

_modules: dict[str, Any] = sys.modules
_modules.setdefault("rich", None)  # structlog would load it to draw traces, which it never does here: 5 MB
import structlog  # noqa: E402
from structlog.types import Processor  # noqa: E402

if _modules["rich"] is None:
    del _modules["rich"]  # commands that draw tables load it for themselves

from limen.clock import SECOND  # noqa: E402
from limen.printable import visible  # noqa: E402
from limen.rate_limit import RateLimit  # noqa: E402

HIDDEN: Final = "[hidden]"
LONGEST: Final = 4_000
"""Characters of one value; an error's whole trace fits, a hostile answer does not."""
MOST_LEVELS: Final = 4
ALIKE, ALIKE_A_DAY = 200, 4_000
"""Lines of one text: so many at once, and so many more in a day."""
TRACES_ALIKE, TRACES_ALIKE_A_DAY = 5, 200
"""The same of traces from one place, which are long."""
IN_ALL, IN_ALL_A_DAY = 5_000, 15_000
"""The same of all lines. With a text and a trace of `LONGEST` characters each that is 160 MB on the worst day."""
_DAY_SECONDS: Final = 86_400
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
    handler.addFilter(LeaveOut())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before,
            processors=[
                _with_left_out,
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


class LeaveOut(logging.Filter):
    """Leaves out what was said often enough already; what is for debugging is never left out."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._alike = RateLimit(ALIKE_A_DAY / _DAY_SECONDS, ALIKE, most_keys=1_000)
        self._traces = RateLimit(TRACES_ALIKE_A_DAY / _DAY_SECONDS, TRACES_ALIKE, most_keys=1_000)
        self._all = RateLimit(IN_ALL_A_DAY / _DAY_SECONDS, IN_ALL)

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno <= logging.DEBUG:
            return True
        now = int(time.monotonic() * SECOND)
        place = _place_of(record)
        limit = self._traces if place else self._alike
        key = f"{record.name} {str(record.msg)[:200]} {place}"
        with self._lock:
            if not limit.admits(key, now) or not self._all.admits("", now):
                return False
            record.left_out = limit.refused(key) + self._all.refused("")
        return True


def _place_of(record: logging.LogRecord) -> str:
    """Which error was raised where; "" where the line has no trace."""
    kind, _, trace = record.exc_info or (None, None, None)
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if kind is None or trace is None:
        return ""
    return f"{kind.__name__} {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"


def _with_left_out(_logger: Any, _method: str, said: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    left_out = getattr(said.get("_record"), "left_out", 0)
    return {**said, "left_out": left_out} if left_out else said


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
