from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path

import pytest
from tests.mmdb import LISBON, TUESDAY, VIENNA, write_mmdb
from tests.monitor.places.test_atlas import tor

from limen.facts import Place
from limen.monitor.places import places as module
from limen.monitor.places.atlas import Atlas
from limen.monitor.places.places import Places
from limen.monitor.places.rules import PlaceRules

OFFICE = (("office", ip_network("10.1.0.0/16")), ("shop", ip_network("203.0.113.0/28")))


def places(root: Path, rules: PlaceRules) -> Places:
    found = Places(root)
    assert found.look_again(rules, TUESDAY)
    return found


def rules(root: Path) -> PlaceRules:
    write_mmdb(root / "city.mmdb", {"203.0.113.0/24": VIENNA})
    return PlaceRules(("city.mmdb",), (tor(root),), networks={"office": "AT", "shop": "DE"})


def test_an_address_is_looked_up_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found, asked = places(tmp_path, rules(tmp_path)), []
    find = Atlas.find
    monkeypatch.setattr(Atlas, "find", lambda self, address: asked.append(address) or find(self, address))
    for _ in range(3):
        assert found.place("203.0.113.77", "").country == "AT"
    assert len(asked) == 1


def test_how_many_are_kept_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT", 10)
    found = places(tmp_path, rules(tmp_path))
    for number in range(100):
        found.place(f"203.0.113.{number}", "")
        assert len(found._kept) <= 10


def test_the_company_knows_where_its_own_networks_are(tmp_path: Path) -> None:
    found = places(tmp_path, rules(tmp_path))
    assert found.place("10.1.2.3", "office") == Place("10.1.2.3", True, "AT", "office", False)
    assert found.place("10.1.2.3", "elsewhere").country == ""
    shop = found.find("203.0.113.5", OFFICE)
    assert (shop.network, shop.country, shop.city, shop.latitude) == ("shop", "DE", "", None)


def test_an_ipv4_address_within_ipv6_is_that_address(tmp_path: Path) -> None:
    assert places(tmp_path, rules(tmp_path)).place("::ffff:203.0.113.77", "").country == "AT"


def test_what_is_no_address_is_nowhere(tmp_path: Path) -> None:
    found = places(tmp_path, rules(tmp_path))
    assert [found.place(one, "") for one in ("", "x", "203.0.113.7/24", "1" * 10_000)] == [Place()] * 4


def test_files_are_read_anew_when_they_change(tmp_path: Path) -> None:
    found = places(tmp_path, said := rules(tmp_path))
    assert found.place("203.0.113.77", "").country == "AT"
    assert not found.look_again(said, TUESDAY)
    write_mmdb(tmp_path / "new.mmdb", {"203.0.113.0/24": LISBON})
    (tmp_path / "new.mmdb").replace(tmp_path / "city.mmdb")
    assert found.look_again(said, TUESDAY)
    assert found.place("203.0.113.77", "").country == "PT"
    (tmp_path / "city.mmdb").unlink()
    assert found.look_again(said, TUESDAY)
    assert found.place("203.0.113.77", "").known is False
