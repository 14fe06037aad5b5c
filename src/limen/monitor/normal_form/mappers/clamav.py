"""What ClamAV finds (clamd, clamscan) and how it is kept (freshclam), as Sigma's category `antivirus` names it."""

from __future__ import annotations

from typing import Final

from limen.monitor.normal_form.classes import FOUND_MALWARE, LIFECYCLE, what
from limen.monitor.normal_form.templates import Line

_UPDATED: Final = what(LIFECYCLE, 8, status_id=1)
CLAMAV: Final = (
    Line("{*Filename}: {Signature}({hash}) FOUND", FOUND_MALWARE),
    Line("{*Filename}: {Signature} FOUND", FOUND_MALWARE),
    Line("{database} updated (version: {version}, {*more}", _UPDATED),
    Line("Database updated ({signatures} signatures) from {*from}", _UPDATED),
    Line("SIGTERM{*}", what(LIFECYCLE, 4)),
    Line("--- Stopped at {*}", what(LIFECYCLE, 4)),
    Line("Exiting{*}", what(LIFECYCLE, 4)),
)
"""Without the time that ClamAV's own log files put before a line, and an arrow."""
