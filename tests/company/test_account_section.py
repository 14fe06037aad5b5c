"""`account:` in apps.yaml."""

from __future__ import annotations

import pytest

from limen.company.account_section import AccountSection, account_complaints, account_of
from limen.facts import SignsIn

GOOD = {"user": "orders", "why": "one account is sold", "sign_in": "/login", "never": ["/account/**"]}


def test_it_becomes_an_account() -> None:
    made = account_of(AccountSection(**GOOD, fields={"user": "email"}, rotate_days=30))
    assert (made.user, made.user_field, made.password_field, made.never) == (
        "orders",
        "email",
        "password",
        ("/account/**",),
    )
    assert (made.signs_in, made.rotate_days) == (SignsIn.FORM, 30)


def test_its_secret_goes_over_https_or_stays_on_this_machine() -> None:
    section = AccountSection(**GOOD)
    for good in ("https://vendor.example", "http://127.0.0.1:3000"):
        assert not list(account_complaints(section, good, has_public=False))
    assert [at for at, _, _ in account_complaints(section, "http://vendor.example", has_public=False)] == [()]
    assert [at for at, _, _ in account_complaints(section, "https://vendor.example", has_public=True)] == [()]


@pytest.mark.parametrize(
    ("changed", "at"),
    [
        ({"sign_in": ""}, ("sign_in",)),
        ({"sign_in": "//evil.example/login"}, ("sign_in",)),
        ({"sign_in": "https://evil.example"}, ("sign_in",)),
        ({"sign_out": "logout"}, ("sign_out",)),
        ({"never": ["POST /account"]}, ("never", 0)),
        ({"never": ["account"]}, ("never", 0)),
        ({"user": "a:b", "signs_in": "basic"}, ("user",)),
        ({"why": "be\x1b[0mcause"}, ("why",)),
    ],
)
def test_what_can_not_be_meant_is_said_where_it_stands(changed: dict[str, object], at: tuple[object, ...]) -> None:
    section = AccountSection(**{**GOOD, **changed})
    assert at in [one for one, _, _ in account_complaints(section, "https://vendor.example", has_public=False)]
