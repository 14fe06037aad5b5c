"""What is sound in a `data.yaml` and perhaps not meant."""

from __future__ import annotations

from datetime import date

import pytest
from tests.data.data_yaml import a_rule, rules_of

from limen.data.initial import INITIAL
from limen.data.notes import notes

_DAY = date(2026, 12, 1)


def said(text: str) -> list[str]:
    return [what for what, _ in notes(rules_of(text), _DAY)]


def test_a_rule_that_stops_somebody_and_is_in_no_test_issaid() -> None:
    rules = "rules:\n" + a_rule("{finds: [secret]}, {unread: [broken]}", "block", id_="secrets").replace(", link", "")
    (note,) = said(rules)
    assert "secrets" in note
    tested = "expect: [{test: x, expect: allow, text: x}]\n"
    assert len(said(rules + tested)) == 1
    key = "AKIA" + "QWERTZUIOP234567"
    tested = f"expect: [{{test: x, text: 'aws {key}', expect: block, because: secrets}}]\n"
    assert said(rules + tested) == []


def test_a_rule_that_stops_nothing_that_is_not_read_issaid() -> None:
    secrets = "rules:\n" + a_rule("{finds: [secret]}", "block", id_="secrets").replace(", link", "")
    unread = a_rule("{unread: [broken]}", "warn", id_="unread").replace(", link", "")
    assert len(said(secrets)) == 2
    assert len(said(secrets + unread)) == 2
    assert len(said(secrets + unread.replace("warn", "block"))) == 1


def test_what_only_watches_needs_no_test() -> None:
    assert said(INITIAL) == []


@pytest.mark.parametrize(
    ("rule", "has_note"),
    [
        (a_rule("{label: restricted}", "warn"), True),  # and not what is confidential
        (a_rule("{label: confidential}", "warn"), False),
        (a_rule("{label: internal}", "block"), False),
        (a_rule("{finds: [iban]}", "block"), True),
        (a_rule("{label: restricted}", "watch") + a_rule("{finds: [iban]}", "block", id_="s"), True),
        (a_rule("{finds: [iban]}", "watch"), False),
        ("", True),
    ],
)
def test_a_label_that_is_to_stay_inside_is_noted_where_no_rule_keeps_it_there(rule: str, has_note: bool) -> None:
    labels = "labels: {confidential: {sharing: inside, when: [{finds: [iban]}]}, internal: {strength: 1}}\n"
    told = said(labels + (f"rules:\n{rule}" if rule else ""))
    assert any("confidential" in one for one in told) == has_note
    assert not any("internal" in one for one in told)


@pytest.mark.parametrize(
    ("channels", "more", "has_note"),
    [("download", "", False), ("download", "device: unhealthy", True), ("upload", "", True)],
)
def test_policies_about_documents_need_a_rule_that_looks_into_downloads(
    channels: str, more: str, has_note: bool
) -> None:
    labels = "labels: {restricted: {when: [{finds: [iban]}]}}\nrules:\n"
    stricter = a_rule("{finds: [iban]}", "block", id_="s").replace("upload, download, web, mail, share, link", "mail")
    rule = a_rule("{finds: [iban]}", "watch", more).replace("upload, download, web, mail, share, link", channels)
    assert not any("policies" in one for one in said(labels + rule))
    rule += stricter
    assert any("policies" in one for one in said(labels + rule)) == has_note


def test_a_rule_about_links_is_noted_where_no_store_tells_of_them() -> None:
    rules = "rules:\n" + a_rule("{finds: [iban]}", "watch", id_="by-link")
    drive = "stores: {mia: {kind: google_drive, where: mia@harbor.example, label: internal}}\n"
    assert [("by-link" in one) for one in said(rules)] == [True]
    assert said(drive + rules) == said(rules.replace(", link", "")) == []


def test_labels_that_no_content_has_aresaid() -> None:
    assert len(list(notes(rules_of("labels: {restricted: {strength: 3}}"), _DAY))) == 1
