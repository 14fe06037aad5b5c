"""A record of a database, whoever made it, in one form.

Read are the layouts of MaxMind (GeoLite2, GeoIP2 City, Country, ASN and Anonymous IP: MaxMind DB documentation), of the
ip-location-db files (DB-IP and others), and of IPinfo. A database is written by somebody else: whatever it holds is
bounded and checked, and what does not fit is not known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from limen.printable import one_line

LONGEST: Final = 80
FARTHEST_KM: Final = 20_000
"""From one end of the Earth to the other."""
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_OWNER: Final = re.compile(r"(?:AS)?([1-9]\d{0,9})")
POINT: Final = frozenset({"latitude", "longitude", "radius_km"})
ANONYMOUS: Final = (
    "is_anonymous",
    "is_anonymous_vpn",
    "is_anonymous_proxy",
    "is_public_proxy",
    "is_residential_proxy",
    "is_tor_exit_node",
)


def read_record(record: object) -> dict[str, Any]:
    """What a record says, by the names of `Whereabouts`, and no name for what it does not say."""
    if not isinstance(record, dict):
        return {}
    found: dict[str, Any] = {
        "country": _country(record),
        "city": _text(_within(record, "city", "names", "en") or record.get("city")),
        "owner": _owner(record),
        "owner_name": _text(record.get("autonomous_system_organization") or record.get("as_name")),
    }
    traits = record.get("traits")
    flags = {**traits, **record} if isinstance(traits, dict) else record
    if any(flags.get(name) is True for name in ANONYMOUS):
        found["anonymiser"] = True
    return {**{name: value for name, value in found.items() if value}, **_point(record)}


def _country(record: Mapping[str, Any]) -> str:
    named = record.get("country_code")
    for holder in ("country", "registered_country"):
        named = named or _within(record, holder, "iso_code")
    named = named or record.get("country")
    return named if isinstance(named, str) and _COUNTRY.fullmatch(named) else ""


def _point(record: Mapping[str, Any]) -> dict[str, Any]:
    location = record.get("location")
    holder = location if isinstance(location, dict) else record
    latitude, longitude = _number(holder.get("latitude")), _number(holder.get("longitude"))
    if latitude is None or longitude is None or not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return {}
    if latitude == longitude == 0:
        return {}  # in the Gulf of Guinea stands nothing but what somebody left empty
    radius = _number(holder.get("accuracy_radius")) or 0
    return {"latitude": latitude, "longitude": longitude, "radius_km": int(radius) if 0 < radius < FARTHEST_KM else 0}


def _owner(record: Mapping[str, Any]) -> int:
    named = record.get("autonomous_system_number") or record.get("asn")
    found = _OWNER.fullmatch(str(named)) if isinstance(named, str | int) and not isinstance(named, bool) else None
    return int(found[1]) if found and int(found[1]) < 1 << 32 else 0


def _number(value: object) -> float | None:
    if isinstance(value, str):
        try:
            value = float(value[:20])
        except ValueError:
            return None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and value == value else None  # type: ignore[arg-type]  # noqa: PLR0124 -- NaN


def _text(value: object) -> str:
    return one_line(value, LONGEST) if isinstance(value, str) else ""


def _within(record: Mapping[str, Any], *names: str) -> object:
    here: object = record
    for name in names:
        here = here.get(name) if isinstance(here, dict) else None
    return here
