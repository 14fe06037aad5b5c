"""`sign-in.yaml`: read with its lines, and what changes with it."""

from __future__ import annotations

import pytest

from limen.company.child import parse_texts
from limen.configuration.problem import Problem
from limen.configuration.tree import Tree
from limen.facts import FactStore, StrengthRule
from limen.facts.issuer import STANDARD_RULES
from limen.pillar import Around
from limen.sso.upstream.sign_in_file import FILE, SIGN_IN_FILE, SignInFile, changes, read, shared_domains

AROUND = Around(None, frozenset({"staff", "administrators"}), frozenset())
GOOD = """issuers:
  - id: there
    name: There
    issuer: https://idp.example/realm
    client_id: limen
    domains: [harbor.example]
"""


def read_text(text: str) -> tuple[SignInFile | None, list[Problem]]:
    files, problems = parse_texts({FILE: text})
    assert not problems
    return read(Tree(files[FILE]["tree"]), AROUND)


def the_file(more: str = "", text: str = GOOD) -> SignInFile:
    found, problems = read_text(text + more)
    assert found is not None, problems
    return found


def test_an_issuer_as_it_is_written() -> None:
    more = """    authentication: private_key_jwt
    accounts: created
    groups: [staff]
    require: {hd: harbor.example}
    strength:
      - {amr: [pwd, otp], is: 2}
      - {acr: [gold], is: 3}
"""
    (one,) = the_file(more).issuers
    assert (one.id, one.url, one.client_id, one.authentication) == (
        "there",
        "https://idp.example/realm",
        "limen",
        "private_key_jwt",
    )
    assert (one.creates_accounts, one.groups, one.required) == (True, ("staff",), (("hd", "harbor.example"),))
    assert one.rules == (StrengthRule(2, amr=("pwd", "otp")), StrengthRule(3, acr=("gold",)))


def test_by_itself_nobody_gets_an_account_and_standard_words_count() -> None:
    (one,) = the_file().issuers
    assert (one.creates_accounts, one.authentication, one.rules) == (False, "secret", STANDARD_RULES)
    assert the_file(text="").issuers == ()
    assert the_file(text="issuers: []\n").issuers == ()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (GOOD.replace("id: there", "id: There!"), 2),
        (GOOD.replace("https://idp.example/realm", "http://idp.example"), 4),
        (GOOD.replace("https://idp.example/realm", "https://169.254.169.254"), 4),
        (GOOD.replace("https://idp.example/realm", "https://a@idp.example"), 4),
        (GOOD.replace("https://idp.example/realm", "https://idp.example/?x"), 4),
        (GOOD.replace("https://idp.example/realm", "idp.example"), 4),
        (GOOD.replace("https://idp.example/realm", "https://login.microsoftonline.com/common/v2.0"), 4),
        (GOOD.replace("client_id: limen", "client_id: ''"), 5),
        (GOOD.replace("[harbor.example]", "['*.example']"), 6),
        (GOOD + "    clientid: x\n", 7),
        (GOOD + "    groups: [staff]\n", 7),
        (GOOD + "    accounts: created\n    groups: [nobody]\n", 8),
        (GOOD + "    accounts: created\n    groups: [administrators]\n", 8),
        (GOOD.replace("    domains: [harbor.example]\n", "    accounts: created\n"), 6),
        (GOOD.replace("https://idp.example/realm", "https://accounts.google.com") + "    accounts: created\n", 7),
        (GOOD + "    strength: []\n", 7),
        (GOOD + "    strength:\n      - {is: 2}\n", 8),
        (GOOD + "    strength:\n      - {amr: [pwd], is: 2}\n", 8),
        (GOOD + "    strength:\n      - {amr: [mfa], is: 3}\n", 8),
        (GOOD + "    strength:\n      - {amr: [pwd, otp], is: 3}\n", 8),
        (GOOD + "    strength:\n      - {amr: [sms, pwd], is: 2}\n", 8),
        (GOOD + "    strength:\n      - {acr: [x], is: 4}\n", 8),
        (GOOD + GOOD.partition("\n")[2], 7),
        ("- id: there\n", 1),
    ],
)
def test_what_is_wrong_is_said_at_its_line(text: str, line: int) -> None:
    found, problems = read_text(text)
    assert found is None
    assert line in [problem.line for problem in problems], problems
    assert all(problem.file == FILE and problem.what for problem in problems)


def test_one_mistake_hides_no_other() -> None:
    _, problems = read_text(GOOD.replace("https://", "http://").replace("[harbor.example]", "[x]"))
    assert {problem.line for problem in problems} == {4, 6}


def test_what_changes_is_said_of_each_issuer() -> None:
    old, new = the_file(), the_file("    accounts: created\n    groups: [staff]\n")
    assert [len(list(changes(*one))) for one in ((None, old), (old, None), (old, new), (old, old))] == [1, 1, 1, 0]
    assert "staff" in next(iter(changes(old, new)))
    moved = the_file(text=GOOD.replace("/realm", "/other"))
    renamed = the_file(text=GOOD.replace("client_id: limen", "client_id: other"))
    ruled = the_file("    strength:\n      - {acr: [gold], is: 3}\n")
    for other in (moved, renamed, ruled):
        assert len(list(changes(old, other))) == 1


def test_what_is_in_force_is_known_by_its_id() -> None:
    known = FactStore()
    SIGN_IN_FILE.in_force(known, the_file())
    assert list(known.issuers) == ["there"]
    SIGN_IN_FILE.in_force(known, None)
    assert known.issuers == {}


def test_two_services_of_one_domain_are_sound_and_said() -> None:
    other = (
        GOOD.partition("issuers:\n")[2].replace("there", "second").replace("There", "Second").replace("realm", "other")
    )
    file = the_file(other)
    assert len(file.issuers) == 2
    ((what, fix),) = shared_domains(file.issuers)
    assert all(name in what for name in ("There", "Second", "harbor.example"))
    assert "There" in fix
    apart = the_file(other.replace("harbor.example", "harbor.test"))
    assert list(shared_domains(apart.issuers)) == []
