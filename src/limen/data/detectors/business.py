"""What a business keeps to itself: markings that people set, contracts, source code."""

from __future__ import annotations

from typing import Final

from limen.data.detectors.expressions import any_of, phrase
from limen.data.model import Confidence, Detector, Kind

_NAME: Final = "[A-Za-z_][A-Za-z0-9_]{0,40}"

DETECTORS: Final = (
    Detector(
        "confidentiality-marking",
        "Marked as confidential",
        Kind.MARKING,
        phrase(
            "strictly confidential",
            "company confidential",
            "confidential",
            "internal use only",
            "for internal use",
            "internal only",
            "trade secret",
            "attorney[- ]client privileged?",
            "do not distribute",
            "streng vertraulich",
            "vertraulich",
            "nur für den internen gebrauch",
            "nur intern",
            "geschäftsgeheimnis",
            "betriebsgeheimnis",
            "verschlusssache",
        ),
        longest=48,
        alone=Confidence.LOW,
        beside_words=Confidence.MEDIUM,
        words=("classification", "document", "label", "status", "klassifizierung", "dokument", "einstufung"),
    ),
    Detector(
        "contract-clause",
        "Clause of a contract",
        Kind.CONTRACT,
        phrase(
            "non[- ]disclosure agreement",
            "this agreement is (?:made|entered)",
            "hereinafter referred to as",
            "governing law",
            "limitation of liability",
            "indemnif(?:y|ication)",
            "termination for convenience",
            "in witness whereof",
            "geheimhaltungsvereinbarung",
            "salvatorische klausel",
            "gerichtsstand",
            "haftungsbeschränkung",
            "vertragsstrafe",
            "kündigungsfrist",
        ),
        longest=48,
        alone=Confidence.LOW,
        beside_words=Confidence.MEDIUM,
        words=("agreement", "contract", "party", "parties", "clause", "vertrag", "vertragspartei", "vereinbarung"),
    ),
    Detector(
        "source-code",
        "Source code",
        Kind.CODE,
        r"(?m)^[ \t]{0,16}"
        + any_of(
            rf"def {_NAME}\(",
            rf"class {_NAME}[:({{]",
            r"import [a-z_][A-Za-z0-9_.]{0,60};?$",
            r"from [a-z_.]{1,60} import ",
            '#include [<"]',
            "public (?:static |final ){0,2}(?:class|void|int|String) ",
            rf"func (?:\([a-z]{{1,8}} \*?{_NAME}\) )?{_NAME}\(",
            rf"fn {_NAME}[<(]",
            "export (?:default |async )?(?:function|class|const) ",
            rf"const {_NAME} = (?:require\(|async |\()",
        ),
        longest=130,
        alone=Confidence.MEDIUM,
    ),
)
