"""Exceptions in memory."""

from __future__ import annotations

from limen.clock import SetClock
from limen.data.findings.held import HeldExceptions
from limen.data.findings.model import DocumentException


def test_an_exception_holds_for_whose_it_is_at_its_app_until_it_ends():
    held = HeldExceptions(SetClock(0))
    held._put_all(
        [DocumentException("1", b"a", "ana", "wiki", "e", 10), DocumentException("2", b"b", "", "wiki", "e", 10)]
    )
    assert held.holds("ana", "wiki", b"a", 9)
    assert not held.holds("ana", "wiki", b"a", 10)
    assert not held.holds("bo", "wiki", b"a", 9)
    assert not held.holds("ana", "payroll", b"a", 9)
    assert held.holds("bo", "wiki", b"b", 9)
    held._put("ana", [])
    assert not held.holds("ana", "wiki", b"a", 9)
