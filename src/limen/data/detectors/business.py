"""What a business keeps to itself: contracts, markings that people set, source code."""

from __future__ import annotations

from typing import Final

from limen.data.model import Confidence, Detector, Kind

DETECTORS: Final = (
    Detector(
        "confidentiality-marking",
        "Marked as confidential",
        Kind.MARKING,
        r"(?i)\b(?:strictly confidential|company confidential|confidential|internal use only|for internal use|internal only|trade secret|attorney[- ]client privileged?|do not distribute|streng vertraulich|vertraulich|nur für den internen gebrauch|nur intern|geschäftsgeheimnis|betriebsgeheimnis|verschlusssache)\b",
        longest=48,
        alone=Confidence.LOW,
        beside_words=Confidence.MEDIUM,
        words=("classification", "document", "label", "status", "klassifizierung", "dokument", "einstufung"),
    ),
    Detector(
        "contract-clause",
        "Clause of a contract",
        Kind.CONTRACT,
        r"(?i)\b(?:non[- ]disclosure agreement|this agreement is (?:made|entered)|hereinafter referred to as|governing law|limitation of liability|indemnif(?:y|ication)|termination for convenience|in witness whereof|geheimhaltungsvereinbarung|nachfolgend .{1,40} genannt|salvatorische klausel|gerichtsstand|haftungsbeschränkung|vertragsstrafe|kündigungsfrist)\b",
        longest=80,
        alone=Confidence.LOW,
        beside_words=Confidence.MEDIUM,
        words=("agreement", "contract", "party", "parties", "clause", "vertrag", "vertragspartei", "vereinbarung", "§"),
    ),
    Detector(
        "source-code",
        "Source code",
        Kind.CODE,
        r"(?m)^[ \t]{0,16}(?:def [a-z_][A-Za-z0-9_]{0,40}\(|class [A-Z][A-Za-z0-9_]{0,40}[:({]|import [a-z_][A-Za-z0-9_.]{0,60};?$|from [a-z_.]{1,60} import |#include [<\"]|public (?:static |final ){0,2}(?:class|void|int|String) |func (?:\([a-z]{1,8} \*?[A-Z][A-Za-z]{0,40}\) )?[A-Za-z_][A-Za-z0-9_]{0,40}\(|fn [a-z_][a-z0-9_]{0,40}[<(]|export (?:default |async )?(?:function|class|const) |const [A-Za-z_]{1,40} = (?:require\(|async |\())",
        longest=120,
        alone=Confidence.MEDIUM,
    ),
)
