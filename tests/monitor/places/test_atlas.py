from __future__ import annotations

import os
from ipaddress import ip_address
from pathlib import Path

from tests.mmdb import LISBON, SAO_PAULO, TUESDAY, VIENNA, owner, write_mmdb

from limen.clock import DAY, Instant
from limen.monitor.places.atlas import Atlas, open_atlas
from limen.monitor.places.files import Shelf
from limen.monitor.places.rules import AddressList, Egress, EgressKind, PlaceRules
from limen.monitor.places.whereabouts import Whereabouts


def opened(root: Path, rules: PlaceRules, now: Instant = TUESDAY, shelf: Shelf | None = None) -> Atlas:
    return open_atlas(rules, root, now, shelf or Shelf())


def at(atlas: Atlas, address: str) -> Whereabouts:
    return atlas.find(ip_address(address))


def tor(root: Path, text: str = "203.0.113.66\n", *, changed_at: Instant = TUESDAY) -> AddressList:
    (root / "tor.txt").write_text(text)
    os.utime(root / "tor.txt", (changed_at / 1_000, changed_at / 1_000))
    return AddressList("tor", "tor.txt", 14 * DAY)


def test_several_databases_say_the_whole_together_and_the_first_counts(tmp_path: Path) -> None:
    write_mmdb(tmp_path / "city.mmdb", {"203.0.113.0/24": VIENNA, "2001:db8::/32": LISBON})
    write_mmdb(tmp_path / "other.mmdb", {"203.0.113.0/24": SAO_PAULO, "198.51.100.0/24": SAO_PAULO})
    write_mmdb(tmp_path / "asn.mmdb", {"203.0.113.0/24": owner(8447, "A1 Telekom")}, "ASN")
    atlas = opened(tmp_path, PlaceRules(("city.mmdb", "other.mmdb", "asn.mmdb")))
    found = at(atlas, "203.0.113.7")
    assert (found.country, found.city, found.owner, found.owner_name) == ("AT", "Vienna", 8447, "A1 Telekom")
    assert (found.latitude, found.longitude) == (48.2082, 16.3738)
    assert at(atlas, "198.51.100.1").city == "São Paulo"
    assert at(atlas, "2001:db8::1").country == "PT"
    assert at(atlas, "192.0.2.1") == Whereabouts("192.0.2.1")


def test_without_a_list_nobody_is_known_to_be_no_anonymiser(tmp_path: Path) -> None:
    write_mmdb(tmp_path / "city.mmdb", {"203.0.113.0/24": VIENNA})
    place = at(opened(tmp_path, PlaceRules(("city.mmdb",))), "203.0.113.7").place
    assert (place.known, place.country, place.anonymiser) == (True, "AT", True)


def test_a_list_names_anonymisers_and_clears_all_others(tmp_path: Path) -> None:
    atlas = opened(tmp_path, PlaceRules(lists=(tor(tmp_path),)))
    assert (at(atlas, "203.0.113.66").anonymiser, at(atlas, "203.0.113.66").lists) == (True, ("tor",))
    assert (at(atlas, "203.0.113.7").anonymiser, at(atlas, "203.0.113.7").place.anonymiser) == (False, False)


def test_a_list_that_is_old_empty_or_gone_clears_nobody(tmp_path: Path) -> None:
    for text, changed_at in (("203.0.113.66\n", TUESDAY - 15 * DAY), ("# nothing\n", TUESDAY)):
        atlas = opened(tmp_path, PlaceRules(lists=(tor(tmp_path, text, changed_at=changed_at),)))
        assert at(atlas, "203.0.113.7").anonymiser is None
    stale = opened(tmp_path, PlaceRules(lists=(tor(tmp_path, changed_at=TUESDAY - 15 * DAY),)))
    assert at(stale, "203.0.113.66").anonymiser is True
    missing = AddressList("vpn", "missing.txt", DAY)
    atlas = opened(tmp_path, PlaceRules(lists=(tor(tmp_path), missing)))
    assert at(atlas, "203.0.113.7").anonymiser is None
    assert [(state.name, bool(state.problem), state.counts) for state in atlas.files] == [
        ("tor", False, True),
        ("vpn", True, False),
    ]


def test_a_database_of_anonymisers_counts_as_a_list_while_it_is_young(tmp_path: Path) -> None:
    write_mmdb(tmp_path / "anon.mmdb", {"203.0.113.66/32": {"is_anonymous": True}}, "GeoIP2-Anonymous-IP")
    for now, cleared in ((TUESDAY, False), (TUESDAY + 31 * DAY, None)):
        atlas = opened(tmp_path, PlaceRules(("anon.mmdb",)), now)
        assert [at(atlas, one).anonymiser for one in ("203.0.113.66", "203.0.113.7")] == [True, cleared]


def test_what_the_company_names_as_a_way_out_is_no_anonymiser(tmp_path: Path) -> None:
    write_mmdb(tmp_path / "asn.mmdb", {"192.0.2.0/24": owner(64500, "Mobile")}, "ASN")
    ways = (
        Egress("vpn", EgressKind.VPN, ("203.0.113.64/28",)),
        Egress("phones", EgressKind.CARRIER, owners=(64500,)),
    )
    atlas = opened(tmp_path, PlaceRules(("asn.mmdb",), (tor(tmp_path),), ways))
    vpn, phone = at(atlas, "203.0.113.66"), at(atlas, "192.0.2.9")
    assert (vpn.egress, vpn.egress_kind, vpn.anonymiser, vpn.tells_nothing) == ("vpn", EgressKind.VPN, False, True)
    assert (phone.egress, phone.egress_kind) == ("phones", EgressKind.CARRIER)
    assert at(atlas, "203.0.113.7").egress_kind is None


def test_an_old_database_is_told_and_still_counts(tmp_path: Path) -> None:
    write_mmdb(tmp_path / "city.mmdb", {"203.0.113.0/24": VIENNA}, at=TUESDAY - 100 * DAY)
    atlas = opened(tmp_path, PlaceRules(("city.mmdb",)))
    assert at(atlas, "203.0.113.7").country == "AT"
    assert [(state.is_old, state.problem) for state in atlas.files] == [(True, "")]


def test_what_did_not_change_stays_open(tmp_path: Path) -> None:
    write_mmdb(tmp_path / "city.mmdb", {"203.0.113.0/24": VIENNA})
    rules, shelf = PlaceRules(("city.mmdb",), (tor(tmp_path),)), Shelf()
    first = opened(tmp_path, rules, shelf=shelf)
    assert opened(tmp_path, rules, shelf=shelf) == first
    assert opened(tmp_path, rules, TUESDAY + 15 * DAY, shelf) != first  # the list got old
    write_mmdb(tmp_path / "new.mmdb", {"203.0.113.0/24": LISBON})
    (tmp_path / "new.mmdb").replace(tmp_path / "city.mmdb")
    second = opened(tmp_path, rules, shelf=shelf)
    assert second != first
    assert [at(one, "203.0.113.7").country for one in (first, second)] == ["AT", "PT"]
