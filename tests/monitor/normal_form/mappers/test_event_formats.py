"""CEF and LEEF, with their escapes."""

from __future__ import annotations

import pytest
from tests.monitor.normal_form.frames import only

from limen.monitor.normal_form.reading import is_unreadable


def test_escapes_and_spaces_of_cef() -> None:
    found = only(
        "cef", r"CEF:0|a\|b|P|1|7|a\\|9|msg=x \= y\nz suser=jane doe src=203.0.113.9 act=blocked cs1Label=Rule cs1=r"
    )
    assert found.fields["deviceVendor"] == "a|b"
    assert (found.fields["name"], found.severity_id) == ("a\\", 5)
    assert (found.fields["msg"], found.user, found.fields["Rule"], found.status_id) == ("x = y\nz", "jane doe", "r", 2)


@pytest.mark.parametrize(
    ("separator", "between"), [("^", "^"), ("x09", "\t"), ("0x7C", "|"), ("", "\t")], ids=["own", "tab", "bar", "none"]
)
def test_separators_of_leef(separator: str, between: str) -> None:
    values = between.join(["src=203.0.113.9", "usrName=jane doe"])
    found = only("leef", f"LEEF:2.0|a|P|1|7|{separator}|{values}")
    assert (found.src_ip, found.user, found.kind) == ("203.0.113.9", "jane doe", "7")


@pytest.mark.parametrize("line", ["CEF:0|a|b", "CEF", "CEF:" + "|" * 3, "LEEF:1.0|a", "x" * 300 + "CEF:0|a|b|c|d|e|f|"])
def test_what_is_neither_is_kept(line: str) -> None:
    assert is_unreadable(only("leef" if line.startswith("LEEF") else "cef", line))
