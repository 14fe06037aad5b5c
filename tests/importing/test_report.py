from __future__ import annotations

from typing import Any

from hypothesis import given, strategies as st

from limen.importing.report import SECRET, UNKNOWN, Effect, Report, Verdict, leaves, shown_path

TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


def _number_of(tree: Any) -> int:
    if isinstance(tree, dict) and tree:
        return sum(map(_number_of, tree.values()))
    if isinstance(tree, list) and tree:
        return sum(map(_number_of, tree))
    return 1


@given(TREES, st.data())
def test_whatever_is_said_every_value_has_exactly_one_verdict(tree: Any, data: st.DataObject) -> None:
    files = {"a.yml": tree}
    paths = [path for path, _ in leaves(files)]
    report = Report()
    for path in data.draw(st.lists(st.sampled_from(paths), max_size=5)):
        some = path[: data.draw(st.integers(1, len(path)))]
        data.draw(st.sampled_from([report.translated, report.not_translated, report.approximated]))(some, "so")
    account = report.account(files)
    assert account.values == _number_of(tree) == len(paths)
    assert sum(account.count(verdict) for verdict in Verdict) == account.values


def test_what_nobody_spoke_of_is_named_and_secrets_are_left_out() -> None:
    account = Report().account({"a.yml": {"theme": "dark", "redis": {"password": "x"}, "jwt_secret": "y"}})
    told = {one.where: (one.verdict, one.how) for one in account.items}
    assert told == {
        "a.yml: theme": (Verdict.NOT_TRANSLATED, UNKNOWN),
        "a.yml: redis.password": (Verdict.LEFT_OUT, SECRET),
        "a.yml: jwt_secret": (Verdict.LEFT_OUT, SECRET),
    }


def test_nothing_is_taken_by_what_is_said_of_the_whole_that_it_is_in() -> None:
    report = Report()
    report.translated(("a.yml", "client"), "an app")
    report.translated(("a.yml", "hosts"), "apps")
    account = report.account({"a.yml": {"client": {"id": "x", "more": "y"}, "hosts": ["one", "two"]}})
    assert [(one.where, one.verdict, one.count) for one in account.items] == [
        ("a.yml: client.id", Verdict.NOT_TRANSLATED, 1),
        ("a.yml: client.more", Verdict.NOT_TRANSLATED, 1),
        ("a.yml: hosts", Verdict.TRANSLATED, 2),
    ]


def test_what_was_left_out_stays_so_and_wider_access_is_told_apart() -> None:
    report = Report()
    report.left_out(("a.yml", "key"))
    report.translated(("a.yml", "key"), "an app")
    report.approximated(("a.yml", "rule"), "more paths", Effect.WIDER)
    account = report.account({"a.yml": {"key": 1, "rule": 2}})
    assert account.count(Verdict.LEFT_OUT) == 1
    assert [one.where for one in account.wider] == ["a.yml: rule"]


def test_a_path_steers_no_terminal() -> None:
    assert shown_path(("a.yml", "users", "x\x1b[2J\n", 3)) == "a.yml: users.x\\u001b[2J\\n[3]"
