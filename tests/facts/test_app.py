"""What is asked for."""

from __future__ import annotations

from limen.facts import ACTIONS, App, Label, Upstream


def test_labels_rise_with_the_harm_of_a_leak() -> None:
    assert [label.word for label in sorted(Label)] == ["public", "internal", "confidential", "restricted"]


def test_an_app_without_a_label_is_restricted() -> None:
    assert App(id="x", name="X", host="x.harbor.example", upstream=Upstream("http://127.0.0.1:1")).sensitivity == 3


def test_an_app_is_found_at_its_host_or_at_its_own_address() -> None:
    assert App("x", "X", "x.harbor.example", Upstream("http://127.0.0.1:1")).place == "x.harbor.example"
    assert App("x", "X", "", Upstream(""), url="https://x.example/").place == "https://x.example/"


def test_actions_begin_with_the_mildest_a_request_can_be() -> None:
    assert ACTIONS[:5] == ("view", "download", "edit", "share", "administer")
