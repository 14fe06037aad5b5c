"""A report as a signed file, in one of its forms, and the signature that lies beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from limen.errors import LimenError
from limen.roadmap.report.as_csv import as_csv
from limen.roadmap.report.as_html import as_html
from limen.roadmap.report.as_oscal import as_oscal
from limen.roadmap.report.as_pdf import as_pdf
from limen.roadmap.report.model import Report
from limen.roadmap.report.signing import CSV, HTML, OSCAL, PDF, REPORTS
from limen.storage import Keyring
from limen.storage.signed_documents import LastLine


@dataclass(frozen=True, slots=True)
class Written:
    """`content` is the whole file; `detached` the signature over it, for OpenSSL."""

    form: str
    content: bytes
    detached: bytes

    @property
    def digest(self) -> str:
        """SHA-256, in hexadecimal."""
        return sha256(self.content).hexdigest()


_FORMS: Final[Mapping[str, tuple[Callable[[Report], bytes], LastLine]]] = {
    "pdf": (as_pdf, PDF),
    "html": (as_html, HTML),
    "csv": (as_csv, CSV),
    "json": (as_oscal, OSCAL),
}
FORMS: Final = tuple(_FORMS)


def written(report: Report, form: str, keyring: Keyring) -> Written:
    """Raises LimenError for a form that there is not."""
    if form not in _FORMS:
        raise LimenError(f"a report is {', '.join(FORMS[:-1])} or {FORMS[-1]}", "choose one of them")
    make, line = _FORMS[form]
    content = REPORTS.signed(make(report), line.mark, keyring)
    return Written(form, content, REPORTS.detached(content, keyring))
