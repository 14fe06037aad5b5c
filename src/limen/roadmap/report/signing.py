"""How a report is signed: by the one mechanism for documents, with a key of its own, in the last line of each form."""

from __future__ import annotations

from typing import Final

from limen.storage.signed_documents import LastLine, Signing

CSV: Final = LastLine(b"#", b"# ")
PDF: Final = LastLine(b"%", b"% ")
HTML: Final = LastLine(b"<!--", b"<!-- ", b" -->")
OSCAL: Final = LastLine(
    b"{",
    b',{"uuid":"3f3b1d0a-9a0e-4c53-8a3e-0d6c2b7f5a10","title":"Signature","description":"',
    b'"}]}}}',
)
"""Its signature is the last of its resources, and closes the file."""
REPORTS: Final = Signing(
    word="limen-report-signature",
    purpose="reports of the roadmap",
    about=b"limen roadmap report v1\n",
    lines=(CSV, PDF, HTML, OSCAL),
    changed="ask for the report again",
)
