"""`transmitters:` in `signals.yaml`: what it means, what is wrong with it, and what a change of it means."""

from __future__ import annotations

import pytest
from tests.golden import Expected

from limen.company.child import parse_texts
from limen.configuration.tree import Tree
from limen.pillar import Around
from limen.sso.shared_signals.event_types import AccountDisabled, SessionRevoked
from limen.sso.shared_signals.receivers import SignalsFile
from limen.sso.shared_signals.receiving.transmitter import May, SignalTransmitter, standard_events
from limen.sso.shared_signals.signals_file import FILE, changes, read

AROUND = Around(None, None, None)
OKTA = "{id: okta, issuer: https://okta.example, domains: [harbor.example], sessions: all}"


def found(*entries: str) -> tuple[SignalsFile | None, list[str]]:
    text = "transmitters:\n" + "".join(f"  - {one}\n" for one in entries)
    files, wrong = parse_texts({FILE: text})
    assert not wrong
    file, problems = read(Tree(files[FILE]["tree"]), AROUND)
    return file, [f"{one.line}: {one.what}; {one.fix}" for one in problems]


def test_without_more_its_word_is_worth_the_least() -> None:
    file, problems = found(OKTA)
    assert problems == []
    okta = SignalTransmitter(
        "okta",
        "https://okta.example",
        "okta",
        domains=("harbor.example",),
        ends_all=True,
        events=standard_events([May.END_SESSIONS]),
    )
    assert file == SignalsFile(transmitters=(okta,))


def test_everything_that_can_be_said() -> None:
    file, problems = found(
        "{id: entra, issuer: https://entra.example/t, name: Entra ID, delivery: poll, events: [session-revoked,"
        " account-disabled], may: [end_sessions, disable_accounts], upstreams: [entra], devices: all,"
        " when_high: quarantine, may_disable: {share: 2, people: 1}}",
        "{id: mdm, issuer: https://mdm.example, audience: limen, keys: https://mdm.example/k, may: [mark_devices],"
        " devices: all}",
    )
    assert problems == []
    assert file is not None
    entra, mdm = file.transmitters
    assert entra.events == {SessionRevoked.uri, AccountDisabled.uri}
    assert (entra.name, entra.delivery, entra.may) == ("Entra ID", "poll", {May.END_SESSIONS, May.DISABLE_ACCOUNTS})
    assert (entra.share, entra.people, entra.when_high, entra.ends_all) == (2, 1, "quarantine", False)
    assert (mdm.audience, mdm.keys, mdm.of_all_devices) == ("limen", "https://mdm.example/k", True)


WRONG = (
    "{id: a, domains: [harbor.example], sessions: all}",
    "{id: a, issuer: http://okta.example, domains: [harbor.example], sessions: all}",
    "{id: a, issuer: https://169.254.169.254, domains: [harbor.example], sessions: all}",
    "{id: a, issuer: https://okta.example}",
    "{id: a, issuer: https://okta.example, may: [mark_devices]}",
    "{id: a, issuer: https://okta.example, domains: [harbor.example]}",
    "{id: a, issuer: https://okta.example, domains: [Harbor.example], sessions: all}",
    "{id: a, issuer: https://okta.example, upstreams: [x], events: [session-revokt]}",
    "{id: a, issuer: https://okta.example, upstreams: [x], events: [device-compliance-change]}",
    "{id: a, issuer: https://okta.example, upstreams: [x], may: [rule_the_world]}",
    "{id: a, issuer: https://okta.example, upstreams: [x], keys: https://okta.example/k}",
    "{id: a, issuer: https://okta.example, upstreams: [x], audience: b, keys: http://okta.example/k}",
    "{id: a, issuer: https://okta.example, upstreams: [x], audience: b, delivery: poll}",
    'a: {issuer: https://okta.example, upstreams: [x], title: "a\\u202eb"}',
    "{id: a, issuer: https://okta.example, upstreams: [x], token: secret}",
    "{id: A b, issuer: https://okta.example, upstreams: [x]}",
    "{id: aaaaaaaaaaaaaaaaaaaaaaaaa, issuer: https://okta.example, upstreams: [x]}",
)


def test_what_is_wrong_with_it(expected: Expected) -> None:
    said = []
    for entry in WRONG:
        file, problems = found(entry)
        assert file is None, entry
        said += [entry, *(f"    {one}" for one in problems)]
    file, problems = found(OKTA, OKTA.replace("okta,", "other,"))
    assert file is None
    expected("\n".join([*said, "twice", *problems]))


@pytest.mark.parametrize(("before", "after"), [("", OKTA), (OKTA, "")])
def test_what_a_change_means(before: str, after: str) -> None:
    was, will = (found(one)[0] if one else None for one in (before, after))
    (line,) = changes(was, will)
    assert "okta" in line


def test_a_change_of_what_it_may_do_is_told() -> None:
    was = found(OKTA)[0]
    will = found(OKTA[:-1] + ", may: [end_sessions, disable_accounts], may_disable: {share: 3}}")[0]
    (line,) = changes(was, will)
    assert "3 %" in line
    assert list(changes(was, was)) == []
