"""The form on a vendor's page: found among others, filled in, and never sent elsewhere."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from limen.enforcement.brokered.sign_in_form import LONGEST_PAGE, NoFormError, filled_in

AT = "https://vendor.example/auth/login"
USER, PASSWORD = ("user", "orders"), ("pass", "s&cret")
FIELDS = '<input name=user><input type=password name="pass">'


def form(inner: str = FIELDS, action: str = "", method: str = "post") -> str:
    return f'<form method="{method}" action="{action}">{inner}</form>'


@pytest.mark.parametrize(
    ("action", "target"),
    [
        ("", "/auth/login"),
        ("in?x=1", "/auth/in?x=1"),
        ("/go#part", "/go"),
        ("https://vendor.example/a", "/a"),
        ("//vendor.example/b", "/b"),
    ],
)
def test_it_is_posted_where_the_page_says(action: str, target: str) -> None:
    assert filled_in(form(action=action), AT, USER, PASSWORD).target == target


def test_what_is_hidden_goes_back_and_what_is_chosen_does_not() -> None:
    inner = f'<input type=hidden name=csrf value="a&amp;b">{FIELDS}<input type=checkbox name=stay value=1>'
    made = filled_in(form('<input name="q">') + form(inner), AT, USER, PASSWORD)
    assert made.fields == {"csrf": "a&b", "user": "orders", "pass": "s&cret"}
    assert "s&cret" not in repr(made)


@pytest.mark.parametrize(
    ("page", "word"),
    [
        ("", "no-form"),
        (FIELDS, "no-form"),
        (form("<input name=user>"), "no-form"),
        (form(method="get"), "form-not-posted"),
        (form(action="http://vendor.example/login"), "form-elsewhere"),
        (form(action="https://vendor.example:8443/login"), "form-elsewhere"),
        (form(action="https://vendor.example@evil.example/"), "form-elsewhere"),
        (form(action="//evil.example"), "form-elsewhere"),
        (form(action="javascript:alert(1)"), "form-elsewhere"),
        (form(action="https://[x"), "form-elsewhere"),
        (" " * LONGEST_PAGE + form(), "no-form"),
    ],
)
def test_otherwise_nothing_is_filled_in(page: str, word: str) -> None:
    with pytest.raises(NoFormError) as wrong:
        filled_in(page, AT, USER, PASSWORD)
    assert wrong.value.word == word


@given(st.text(alphabet="<>/=\"' forminputnauserp!-\n\0", max_size=400))
def test_any_page_is_read_to_its_end(page: str) -> None:
    try:
        made = filled_in(page + form(), AT, USER, PASSWORD)
    except NoFormError:
        return
    assert made.target.startswith("/")
