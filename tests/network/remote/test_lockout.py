"""A change that would lock Limen out of the firewall that it is to put back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.network.networks import flow, harbor, way, zone

from limen.errors import LimenError
from limen.network.compiling import compiled
from limen.network.remote import lockout
from limen.network.remote.lockout import addresses_of, is_cut, refuse_cut, refuse_unadministered

TODAY = "2026-11-27"
OFFICE, SERVERS = "10.10.0.7", "10.20.0.1"


def test_only_what_is_between_zones_and_denied_is_cut() -> None:
    closed, open_ = harbor(), harbor([flow("admin", way("office", "servers", "https"))])
    assert is_cut(compiled(closed, TODAY), closed, OFFICE, SERVERS, 443)
    assert not is_cut(compiled(open_, TODAY), open_, OFFICE, SERVERS, 443)
    assert is_cut(compiled(open_, TODAY), open_, OFFICE, SERVERS, 8443)
    assert is_cut(compiled(open_, TODAY), open_, "fd00:21::7", "fd00:20::1", 443)
    assert not is_cut(compiled(closed, TODAY), closed, "10.20.0.9", SERVERS, 443)


def test_it_is_refused_before_anything_is_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lockout, "_ways", lambda _url: iter([(OFFICE, SERVERS, 443)]))
    with pytest.raises(LimenError):
        refuse_cut(compiled(harbor(), TODAY), harbor(), "https://edge.harbor.example")


def test_this_machine_reaches_itself() -> None:
    refuse_cut(compiled(harbor(), TODAY), harbor(), "http://127.0.0.1:8443")
    assert list(lockout._ways("http://127.0.0.1:8443")) == [("127.0.0.1", "127.0.0.1", 8443)]


def test_somebody_in_a_zone_of_management_has_to_reach_it() -> None:
    closed = replace(harbor(), zones=(*harbor().zones, zone("admin", "management", 99)))
    open_ = replace(closed, flows=(flow("adm", way("admin", "servers", "ssh")),))
    for one, is_refused in ((closed, True), (open_, False)):
        meant = compiled(one, TODAY)
        if is_refused:
            with pytest.raises(LimenError):
                refuse_unadministered(meant, one, [SERVERS], [443, 22])
        else:
            refuse_unadministered(meant, one, [SERVERS], [443, 22])
        refuse_unadministered(meant, one, ["10.99.0.1"], [443])
    refuse_unadministered(compiled(harbor(), TODAY), harbor(), [SERVERS], [443])


def test_where_a_firewall_is_administered() -> None:
    assert addresses_of("https://10.20.0.1") == (["10.20.0.1"], 443)
    assert addresses_of("http://[fd00:20::1]:8443") == (["fd00:20::1"], 8443)
    assert addresses_of("https://nowhere.invalid") == ([], 443)
