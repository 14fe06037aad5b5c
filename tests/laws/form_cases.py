"""Forms of every kind, drawn at random."""

from __future__ import annotations

from hypothesis import strategies as st

from limen.clock import DAY, MINUTE, from_iso
from limen.errors import LimenError
from limen.facts import ACTIONS
from limen.policy import Phase, State
from limen.policy.attribute import Attribute, Kind
from limen.policy.attributes import ATTRIBUTES
from limen.policy.forms import EVERY_DAY, Exemption, Form, Hours, Needs

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
LINES = TEXTS.map(lambda text: "".join(char for char in text if char.isprintable()).strip())
NAMES = st.sampled_from(["staff", "finance", "sales", "it's", 'a "b" \\c', "группа", "x" * 80])
NAME_SETS = st.frozensets(NAMES, max_size=3)
INSTANTS = st.integers(from_iso("1970-01-01T00:00:00Z"), from_iso("9999-12-31T00:00:00Z"))
LENGTHS = st.one_of(st.sampled_from([MINUTE, 15 * MINUTE, DAY]), st.integers(1, 366 * DAY))
COUNTRIES = st.frozensets(st.sampled_from(["AT", "CH", "DE", "KP", "US"]), max_size=3)
IDS = st.from_regex(r"[a-z0-9][a-z0-9-]{0,20}", fullmatch=True)


def _or_none(values: st.SearchStrategy) -> st.SearchStrategy:
    return st.one_of(st.none(), values)


@st.composite
def hours(draw: st.DrawFn) -> Hours:
    days = draw(st.frozensets(st.integers(1, 7), min_size=1))
    start, end = draw(st.sampled_from([(0, 1440), (360, 1200), (1320, 300), (0, 720), (720, 1440)]))
    if days == EVERY_DAY and (start, end) == (0, 1440):
        start = 1
    return Hours(days, start, end)


def _asked(row: Attribute) -> st.SearchStrategy:
    """What can be asked of an attribute."""
    match row.kind:
        case Kind.NUMBER:
            return st.integers(1, row.greatest)
        case Kind.INSTANT:
            return LENGTHS
        case Kind.TEXT:
            return (COUNTRIES if row.name == "country" else NAME_SETS).filter(bool)
        case Kind.SET:
            return st.frozensets(st.sampled_from(row.choices), min_size=1, max_size=4)
    return st.just(value=True)


@st.composite
def needs(draw: st.DrawFn) -> Needs:
    asks = {path: draw(_asked(row)) for path, row in ATTRIBUTES.table.offered.items() if draw(st.booleans())}
    return Needs(
        asks,
        country_known=draw(st.booleans()),
        not_countries=draw(COUNTRIES),
        risk_may_be_unknown="risk.score" in asks and draw(st.booleans()),
        hours=draw(_or_none(hours())),
        until=draw(_or_none(INSTANTS)),
    )


@st.composite
def forms(draw: st.DrawFn) -> Form:
    is_permit = draw(st.booleans())
    some = draw(st.lists(needs(), min_size=1, max_size=1 if is_permit else 3))
    if not is_permit:
        some = [one for one in some if not one.is_empty]
    apps = draw(NAME_SETS)
    groups = draw(NAME_SETS)
    is_for_workloads = draw(st.booleans())
    exemptions = (
        {} if is_permit or is_for_workloads else draw(st.dictionaries(IDS, st.tuples(INSTANTS, LINES), max_size=2))
    )
    lets_pass = any(one.lets_unknown_pass for one in some)
    try:
        return Form(
            draw(IDS),
            "permit" if is_permit else "forbid",
            title=draw(TEXTS),
            reason=draw(TEXTS),
            phase=draw(_or_none(st.sampled_from(Phase))),
            state=draw(st.sampled_from(State)),
            groups=groups,
            except_groups=draw(NAME_SETS) - groups,
            is_for_workloads=is_for_workloads,
            apps=apps,
            is_for_apps_only=draw(st.booleans()),
            sensitivity=draw(_or_none(st.integers(0, 3))),
            actions=draw(st.frozensets(st.sampled_from(ACTIONS), max_size=4)),
            spares_limen=not apps and draw(st.booleans()),
            needs=tuple(some),
            exemptions=tuple(Exemption(who, until, why) for who, (until, why) in exemptions.items()),
            allow_unknown=draw(TEXTS) or ("why" if lets_pass else ""),
        )
    except LimenError as error:
        raise AssertionError(error) from error
