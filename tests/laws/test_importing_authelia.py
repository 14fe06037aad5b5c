"""What Authelia answered, Limen answers: never more, and less only where the report says so."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given, settings, strategies as st
from tests.dial import size
from tests.importing.authelia import oracle
from tests.importing.deciding import lets_in
from tests.importing.harbor import imported, made

from limen.importing.model import EVERYONE
from limen.importing.report import Effect, Verdict

GROUPS = ("staff", "sales", "finance", "administrators")
ACCOUNTS = {
    "mara": ("staff",),
    "tom": ("staff", "sales"),
    "ines": ("finance",),
    "it": ("administrators", "staff"),
    "lea": (),
}
HOSTS = tuple(f"app{number}.harbor.example" for number in range(10))
RESOURCES = (
    "^/api([/?].*)?$", "^/api", "^/api/.*$", "^/$", "^/health$", "^/settings(/.*)?$", "^/(img|css)/.*$", "/anywhere",
    "^/a/b([/?].*)?$", "^/a([/?].*)?$", "^.*$", "^/v[0-9]+/", "^/([/?].*)?$", "^/api/x|^/b", "^/img/.+$", "\\.png$",
)  # fmt: skip
NETWORKS = ("192.0.2.0/24", "198.51.100.0/25", "hall", "2001:db8:1::/48")
ADDRESSES = ("192.0.2.7", "198.51.100.20", "203.0.113.9", "2001:db8:1::5", "2001:db8:2::5")
TARGETS = (
    "/", "/api", "/api/", "/api/x", "/api/x/y", "/api?q=1", "/apix", "/settings", "/settings/users", "/health",
    "/health?x=1", "/img/a.png", "/css", "/anywhere", "/a", "/a/b", "/a/b/c", "/a/c", "/v1/x", "/b",
    "/x?export=1", "/API",
)  # fmt: skip
METHODS = ("GET", "HEAD", "POST", "DELETE", "PROPFIND", "MKCOL")
FILLED_IN: tuple[dict[str, Any], ...] = (
    {"networks": ["gate"]}, {"networks": ["hall", "gate"]}, {"networks": ["yard"]}, {"networks": ['{{ env "GATE" }}']},
    {"subject": "group:$TEAM"}, {"subject": [["group:${TEAM}", "group:staff"]]}, {"subject": ["$WHO", "user:mara"]},
    {"methods": ["$VERB"]}, {"methods": ["GET", "${VERB}"]}, {"resources": ["^/img/$PART"]},
)  # fmt: skip
"""What Authelia fills in when it starts: a reader of the file has none of it."""
ENVIRONMENTS = (
    {"GATE": "203.0.113.0/24", "YARD": "192.0.2.0/24", "TEAM": "sales", "WHO": "user:tom", "VERB": "GET", "PART": "a"},
    {"GATE": "192.0.2.0/24", "YARD": "2001:db8::/32", "TEAM": "staff", "WHO": "group:staff", "VERB": "POST",
     "PART": "x|^/api"},
)  # fmt: skip
OTHER_METHODS = ("REPORT", "TRACE")
"""Of these an imported app has no route."""


def _rule(dice: random.Random, host: str) -> dict[str, Any]:
    rule: dict[str, Any] = {"policy": dice.choice(("bypass", "one_factor", "two_factor", "deny", "two_factor"))}
    kind = dice.random()
    if kind < 0.75:
        rule["domain"] = dice.choice((host, [host, "other.harbor.example"]))
    elif kind < 0.85:
        rule["domain"] = "*.harbor.example"
    elif kind < 0.95:
        rule["domain_regex"] = dice.choice(
            (f"^{host.split('.', maxsplit=1)[0]}\\.harbor\\.example$", "^app[0-9]\\.harbor\\.example$", "app")
        )
    else:
        rule["domain"] = "{user}.harbor.example"
    if dice.random() < 0.5:
        rule["resources"] = dice.sample(RESOURCES, dice.randint(1, 2))
    if dice.random() < 0.25:
        rule["methods"] = dice.sample(METHODS, dice.randint(1, 3))
    if dice.random() < 0.3:
        rule["networks"] = dice.sample(NETWORKS, dice.randint(1, 2))
    if dice.random() < 0.1:
        rule["query"] = [[{"operator": "present", "key": "export"}]]
    if rule["policy"] != "bypass" and dice.random() < 0.6:
        some = dice.sample([f"group:{one}" for one in GROUPS] + ["user:mara"], 2)
        rule["subject"] = dice.choice((some[0], some, [some]))
    if dice.random() < 0.15:
        rule |= {key: one for key, one in dice.choice(FILLED_IN).items() if key != "subject" or "subject" in rule}
    return rule


def _control(dice: random.Random) -> dict[str, Any]:
    rules = [_rule(dice, host) for host in HOSTS for _ in range(dice.randint(1, 4))]
    dice.shuffle(rules)
    return {
        "default_policy": dice.choice(("deny", "deny", "two_factor", "one_factor")),
        "networks": [
            {"name": "hall", "networks": ["198.51.100.0/25"]},
            {"name": "gate", "networks": ["198.51.100.0/25", '{{ env "GATE" }}']},
            {"name": "yard", "networks": ["$YARD"]},
        ],
        "rules": rules,
    }


@settings(max_examples=size(3), deadline=None)
@given(st.integers(0, 2**32))
def test_authelia_never_said_no_where_limen_says_yes(seed: int) -> None:
    dice = random.Random(seed)
    control = _control(dice)
    users = {
        name: {"displayname": name.title(), "email": f"{name}@harbor.example", "groups": list(groups)}
        for name, groups in ACCOUNTS.items()
    }
    files = {
        "configuration.yml": {"access_control": control, "session": {"cookies": [{"domain": "harbor.example"}]}},
        "users_database.yml": {"users": users},
    }
    what = imported("authelia", files)
    done = made(what)
    stricter = [one.path for one in what.account.items if one.effect is Effect.STRICTER]
    said = {path[3] for path in stricter if path[2:3] == ("rules",) and len(path) > 3}
    answering = [oracle.filled_in(control, one) for one in ENVIRONMENTS]
    notes = [one.how for one in what.account.items if one.effect is Effect.STRICTER and one.count == 0]
    people = {one.account: one for one in what.system.people}
    for _ in range(1_500):
        host, account = dice.choice(HOSTS), dice.choice(sorted(ACCOUNTS))
        app = done.apps.get(f"host:{host}")
        if app is None:
            continue
        address, target = dice.choice(ADDRESSES), dice.choice(TARGETS)
        method = dice.choice((*METHODS, *METHODS, *OTHER_METHODS))
        strength = dice.randint(0, 2)
        groups = frozenset(ACCOUNTS[account]) if strength else frozenset()
        asked = (host, account if strength else "", groups, strength, address, method, target)
        before = oracle.lets_in(dice.choice(answering), *asked)
        held = frozenset(done.groups[key] for key in (*people[account].groups, EVERYONE))
        after = lets_in(done.company, app, held, strength, address=address, method=method, target=target)
        assert before or not after, (asked, control)
        if before and not after and method in OTHER_METHODS:
            assert any("REPORT" in note for note in notes)
        elif before and not after:
            about = {number for number, rule in enumerate(control["rules"]) if _could_be(rule, host)}
            is_said = bool(about & said) or any(note.startswith(host) for note in notes)
            assert is_said, (asked, [control["rules"][number] for number in sorted(about)])
    assert sum(what.account.count(verdict) for verdict in Verdict) == what.account.values


def _could_be(rule: dict[str, Any], host: str) -> bool:
    named = rule.get("domain", [])
    return (
        "domain_regex" in rule
        or host in named
        or any("*" in one or "{" in one for one in ([named] if isinstance(named, str) else named))
    )
