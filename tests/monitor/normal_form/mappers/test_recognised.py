from __future__ import annotations

import json

import msgspec
import pytest
from tests.monitor.normal_form.frames import only
from tests.monitor.normal_form.test_examples import FILES, of

from limen.clock import from_iso
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.normal_form.mappers.google_workspace import KIND
from limen.monitor.normal_form.products import LOOKS_LIKE, PRODUCTS
from limen.monitor.normal_form.reading import again

OF_KINDS = {
    **{name: (name,) for name in ("windows", "suricata", "journald", "aws", "okta", "github", "google_workspace")},
    "m365": ("entra", "m365"),
}


@pytest.mark.parametrize("kind", OF_KINDS)
def test_one_collector_can_send_those_of_many_that_its_source_names(kind: str) -> None:
    for path in (path for path in FILES if path.parent.name == kind):
        own = of(path)
        assert own
        for event in own:
            if kind != "google_workspace" and event.kind != "stats":
                found = only("json", event.raw, products=OF_KINDS[kind])
                assert (found.product, found.kind, found.class_uid) == (event.product, event.kind, event.class_uid)
                assert LOOKS_LIKE not in found.fields


@pytest.mark.parametrize("kind", OF_KINDS)
def test_what_its_source_does_not_name_is_json_of_nobody_known(kind: str) -> None:
    """Whoever writes into a program's log can write what an identity provider would."""
    others = tuple(name for name in PRODUCTS if name not in {*OF_KINDS[kind], "syslog"})
    for path in (path for path in FILES if path.parent.name == kind):
        for event in of(path):
            for named in ((), others):
                found = only("json", _as_sent(event, kind), products=named)
                assert PRODUCTS.get(found.fields.get(LOOKS_LIKE, "")) == event.product or event.kind == "stats"
                assert found.product == ""


@pytest.mark.parametrize("word", sorted({*PRODUCTS.values(), "Okta", "WINDOWS"}))
def test_a_record_says_of_itself_no_product_that_is_known(word: str) -> None:
    record = json.dumps({"product": word, "kind": "user.session.start", "user": "ida"})
    found = only("json", record)
    assert (found.product, bool(found.fields[LOOKS_LIKE])) == ("", True)
    named = only("json", record, products=tuple(PRODUCTS))
    assert (named.product.casefold(), LOOKS_LIKE in named.fields) == (word.casefold(), False)
    assert only("json", record.replace(word, "shop")).product == "shop"


def test_what_was_read_as_a_product_stays_its_when_it_is_read_anew() -> None:
    record = json.dumps({"eventType": "user.session.start", "actor": {"alternateId": "ida@harbor.example"}})
    record = record[:-1] + ', "published": "2026-11-27T09:00:00Z"}'
    before = only("json", record, products=("okta",))
    assert again(msgspec.structs.replace(before, mapper="json/1")) == before


def test_limens_own_is_not_recognised() -> None:
    record = '{"metadata":{"product":{"name":"Limen"}},"unmapped":{"kind":"sign_in.failed","subject":"p_1"}}'
    found = only("json", record)
    assert (found.product, found.kind, found.target_person_id) == ("", "", "")


def test_a_line_of_syslog_in_json_is_one_where_its_sender_says_so() -> None:
    line = "Nov 27 09:15:30 heron sshd[812]: Failed password for root from 198.51.100.7 port 40022 ssh2"
    found = only(
        "json", json.dumps({"message": line, "host": "collector", "sourcetype": "linux_secure"}), products=("syslog",)
    )
    assert (found.service, found.host, found.src_ip, found.status_id) == ("sshd", "heron", "198.51.100.7", 2)
    assert (found.at, found.fields["sourcetype"]) == (from_iso("2026-11-27T09:15:30Z"), "linux_secure")
    unnamed = only("json", json.dumps({"message": line, "sourcetype": "linux_secure"}))
    assert (unnamed.product, unnamed.service, unnamed.fields[LOOKS_LIKE]) == ("", "", "syslog")
    typed = only("json", json.dumps({"message": line, "host": "app"}))
    assert (typed.service, typed.host, typed.class_uid) == ("", "app", 0)


def _as_sent(event: NormalEvent, kind: str) -> str:
    """One record of a product. Google's are kept one by one, without the word that they came with."""
    return event.raw if kind != "google_workspace" else json.dumps({**json.loads(event.raw), "kind": KIND})
