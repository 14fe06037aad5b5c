from __future__ import annotations

import pytest
from tests.golden import Expected

from limen.data.doors.judging import Verdict
from limen.data.doors.mail import address_of, kept_because, outside, reason_in, reply
from limen.data.doors.refusal import Refusal
from limen.data.rules.model import Judged, Step

DOMAINS = frozenset({"harbor.example", "harbor.test"})


@pytest.mark.parametrize(
    ("said", "address"),
    [(b"<a@b>", "a@b"), (b"a@b", "a@b"), (b"<>", ""), (" <ö@b> ".encode(), "ö@b"), (b"\xff", "\ufffd")],
)
def test_addresses(said: bytes, address: str) -> None:
    assert address_of(said) == address


@pytest.mark.parametrize(
    ("address", "is_outside"),
    [
        ("ida@harbor.example", False),
        ("ida@HARBOR.example.", False),
        ("ida@harbor.test", False),
        ("root", False),
        ("", False),
        ("bob@other.example", True),
        ("bob@sub.harbor.example", True),
        ("bob@harbor.example.other.example", True),
        ("bob%other.example@harbor.example", True),
        ("other.example!bob@harbor.example", True),
        ("@other.example:bob@harbor.example", True),
        ('"bob@other.example"@harbor.example', True),
        ("bob%other.example", True),
        ("bob@", True),
    ],
)
def test_who_is_outside(address: str, is_outside: bool) -> None:
    assert outside([address], DOMAINS) == ({address} if is_outside else frozenset())


@pytest.mark.parametrize(
    ("subject", "why", "rest"),
    [
        ("Lunch", "", "Lunch"),
        ("Lunch [because: they  asked for it]", "they asked for it", "Lunch"),
        ("[BECAUSE:they asked for it] Lunch", "they asked for it", "Lunch"),
        ("Essen [weil: der Kunde fragt]", "der Kunde fragt", "Essen"),
        (
            "=?utf-8?q?Gr=C3=BC=C3=9Fe_=5Bweil=3A_der_K=C3=A4ufer_fragt=5D?=",
            "der Käufer fragt",
            "=?utf-8?b?R3LDvMOfZQ==?=",
        ),
        ("Lunch [because: so]", "", "Lunch [because: so]"),
        ("Lunch [because: ]", "", "Lunch [because: ]"),
        ("Lunch [because: never ends", "", "Lunch [because: never ends"),
        ("=?nonsense?q?x?= [because: they asked for it]", "", "=?nonsense?q?x?= [because: they asked for it]"),
        ("[" * 5_000, "", "[" * 5_000),
    ],
)
def test_why_it_may_pass_by_its_subject(subject: str, why: str, rest: str) -> None:
    assert reason_in(subject) == (why, rest)


def test_what_a_sender_is_told(expected: Expected) -> None:
    def said(step: Step, *, knows: bool = True, **more: object) -> str:
        judged = Judged(step, ("no-cards", "no-ibans"), kinds=("Payment card", "IBAN"), may_justify=True)
        verdict = Verdict(judged, passes=False, event="e1", **more)
        return reply(Refusal(verdict, "Ida, extension 7", "By contract."), knows_sender=knows)

    told = (said(Step.BLOCK), said(Step.WARN), said(Step.WARN, knows=False), said(Step.BLOCK, failed=True))
    expected(
        "\n".join((*told, kept_because(Verdict(Judged(Step.QUARANTINE, ("no-cards",)), passes=False, event="e1"))))
    )
