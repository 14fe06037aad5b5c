from __future__ import annotations

from tests.monitor.normal_form.frames import events, only

from limen.monitor.normal_form.frame import FIREWALLS, LIMEN
from limen.monitor.normal_form.reading import is_unreadable

RECORD = (
    '{"at":"2026-11-27T09:59:58Z","firewall":"gw1","why":"no-flow",'
    '"source":"10.10.0.7","destination":"10.60.0.2","port":445}'
)


def test_a_denied_packet_is_one_of_a_firewall() -> None:
    event = only(FIREWALLS, RECORD, FIREWALLS)
    assert (event.product, event.category, event.host) == (FIREWALLS, "firewall", "gw1")
    assert (event.src_ip, event.dst_ip, event.dst_port, event.status_id) == ("10.10.0.7", "10.60.0.2", 445, 2)


def test_what_was_let_through_on_trial_is_no_denial() -> None:
    event = only(FIREWALLS, RECORD.replace("no-flow", "on-trial"), FIREWALLS)
    assert (event.category, event.status_id, event.reason) == ("firewall", 1, "on-trial")


def test_what_a_canary_was_asked_to_try_is_nothing_refused() -> None:
    event = only(FIREWALLS, RECORD.replace("no-flow", "probe"), FIREWALLS)
    assert (event.category, event.status_id, event.reason) == ("firewall", 1, "probe")


def test_nobody_else_speaks_as_a_firewall() -> None:
    for kind, source in ((FIREWALLS, "harbor"), ("json", FIREWALLS), (LIMEN, FIREWALLS), (FIREWALLS, LIMEN)):
        assert all(is_unreadable(event) for event in events(kind, RECORD, source))


def test_what_was_denied_beyond_the_log_is_of_a_firewall_and_of_nobodys_address() -> None:
    beyond = '{"at":"2026-11-27T09:59:58Z","firewall":"gw1","why":"beyond","from_zone":"office","count":5010}'
    event = only(FIREWALLS, beyond, FIREWALLS)
    assert (event.host, event.src_ip, event.reason, event.fields["from_zone"]) == ("gw1", "", "beyond", "office")
