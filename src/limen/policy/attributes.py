"""The one table of attributes: each fact that policies can read is one row, and everything else derives from it.

A row says its type, the value that stands for "not known" (always the worst there is), in which direction it gets
better, and how people call it. From the rows come the records that policies get, the order of facts, the boundaries and
classes of the analyses, what-if, the rule forms, the keys of policy tests, the suggested remedies, and the lines that a
part's attributes add to the Cedar schema.

**A new attribute** is one row here, one line in `schema.cedarschema`, and the place that learns it, which puts it into
`Facts.more` under its path. A part of Limen declares its attributes itself (`ATTRIBUTES.compose`), and needs no line in
the schema: theirs are added to it. A part may declare a record of its own as well, `context.sample`, by declaring
`sample.known`, a flag that says whether anything is known of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from limen.facts import CHECKS, Auth, Device, Factor, Grant, Person, Place, Risk, Session
from limen.policy.attribute import IS_THERE, Attribute, Better, Kind, Noun
from limen.policy.attribute_table import Attributes

NOUNS: Final[Mapping[str, Noun]] = {
    one.name: one
    for one in (
        Noun("time", is_closed=True, is_of_person=False),
        Noun("request", is_closed=True, is_of_person=False),
        Noun("principal", Person, "person", is_closed=True),
        Noun("resource", is_closed=True, is_of_person=False),
        Noun("auth", Auth, "auth", "strength"),
        Noun("session", Session, "session", "known"),
        Noun("device", Device, "device", "known"),
        Noun("place", Place, "place", is_of_person=False),
        Noun("risk", Risk, "risk", "known"),
        Noun("grant", Grant, "grants", "active", is_closed=True),
    )
}
"""The records that Limen itself has. Entities, and what is asked, are closed: the schema names them in many places."""

_HIGHER, _LOWER, _KNOWN, _NEITHER = Better.HIGHER, Better.LOWER, Better.KNOWN, Better.NEITHER

ROWS: Final = (
    # What is asked, and when: these are no facts that get worse
    Attribute("time.weekday", Kind.NUMBER, _NEITHER, None, least=1, greatest=7),
    Attribute("time.minute", Kind.NUMBER, _NEITHER, None, greatest=1439),
    Attribute("request.method", Kind.TEXT, _NEITHER, "", phrase=("by {}", "by no method", "by any method but {}")),
    Attribute("request.route", Kind.TEXT, _NEITHER, "", phrase=("on {}", "on no route", "on any route but {}")),
    Attribute("resource.sensitivity", Kind.NUMBER, _NEITHER, None, greatest=3, subject="label"),
    Attribute("resource.label", Kind.TEXT, _NEITHER, None),
    Attribute("resource.owner", Kind.TEXT, _NEITHER, None),
    Attribute(
        "principal.active",
        Kind.BOOL,
        _HIGHER,
        worst=False,
        field="active",
        subject="account",
        form="the account is active",
        asked="with an active account",
    ),
    # How the person proved who they are
    Attribute("auth.strength", Kind.NUMBER, _HIGHER, 0, "strength", least=1, greatest=3, form="Sign-in strength"),
    Attribute("auth.factors", Kind.SET, Better.SUPERSET, (), "factors", choices=tuple(map(str, Factor))),
    Attribute(
        "auth.interactive",
        Kind.BOOL,
        _HIGHER,
        worst=False,
        field="interactive",
        phrase=("in a browser", "with a token"),
        form="in a browser, not by a program with a token",
        asked="in a browser, not with a token",
    ),
    Attribute(
        "auth.at",
        Kind.INSTANT,
        _HIGHER,
        0,
        "at",
        age="auth.age",
        form="Confirmed",
        phrase=(
            "having signed in",
            "within {} of the last confirmation",
            "more than {} after the last confirmation",
            "{} to {} after the last confirmation",
        ),
    ),
    # The sign-in that the request hangs on
    Attribute(
        "session.known", Kind.BOOL, _HIGHER, worst=False, field=IS_THERE, phrase=("in a session", "without a session")
    ),
    Attribute(
        "session.started",
        Kind.INSTANT,
        _HIGHER,
        0,
        "started_at",
        subject="session.at",
        age="session.age",
        form="Signed in",
        asked="signed in within {}",
        phrase=(
            "with a session started",
            "within {} of signing in",
            "more than {} after signing in",
            "{} to {} after signing in",
        ),
    ),
    Attribute(
        "session.authenticator",
        Kind.TEXT,
        _KNOWN,
        "",
        phrase=(
            "with a security key of the model {}",
            "without a security key of an attested model",
            "with any security key but the model {}",
        ),
    ),
    # The device
    Attribute(
        "device.known",
        Kind.BOOL,
        _HIGHER,
        worst=False,
        field="known",
        phrase=("from a known device", "from an unknown device"),
        form="known",
    ),
    Attribute(
        "device.managed",
        Kind.BOOL,
        _HIGHER,
        worst=False,
        field="managed",
        remedy="mend_device",
        phrase=("from a managed device", "from a device that is not managed"),
        form="managed",
    ),
    Attribute(
        "device.compliance",
        Kind.CHOICE,
        _HIGHER,
        "unknown",
        "compliance",
        choices=("unknown", "non_compliant", "compliant"),
        remedy="mend_device",
        form="healthy",
        fades=True,
    ),
    Attribute(
        "device.passing",
        Kind.SET,
        Better.SUPERSET,
        (),
        "passing",
        choices=CHECKS,
        remedy="mend_device",
        form="Passes the checks",
        asked="from a device that passes {}",
        fades=True,
    ),
    Attribute(
        "device.binding",
        Kind.NUMBER,
        _HIGHER,
        0,
        "binding",
        greatest=4,
        is_open=True,
        remedy="mend_device",
        phrase=("a binding",),
        form="Session bound to the device",
    ),
    Attribute(
        "device.platform",
        Kind.TEXT,
        _KNOWN,
        "",
        "platform",
        phrase=("on {}", "on an unknown platform", "on any platform but {}"),
    ),
    Attribute(
        "device.id",
        Kind.TEXT,
        _KNOWN,
        "",
        "id",
        phrase=("from the device {}", "from no known device", "from any device but {}"),
    ),
    Attribute(
        "device.seen",
        Kind.INSTANT,
        _HIGHER,
        0,
        "seen_at",
        subject="device.at",
        age="device.age",
        remedy="mend_device",
        phrase=(
            "from a device that last reported",
            "from a device that reported within {}",
            "from a device that has not reported for {}",
            "from a device that last reported {} to {} ago",
        ),
    ),
    Attribute(
        "device.risk",
        Kind.NUMBER,
        _LOWER,
        3,
        greatest=3,
        phrase=("a risk of the device",),
        form="Risk of the device",
        asked="from a device at a risk below {}",
    ),
    # The place
    Attribute(
        "place.known",
        Kind.BOOL,
        _HIGHER,
        worst=False,
        field="known",
        phrase=("from a known location", "from an unknown location"),
    ),
    Attribute(
        "place.country",
        Kind.TEXT,
        _KNOWN,
        "",
        "country",
        phrase=("from {}", "from an unknown country", "from outside {}"),
        remedy="change_place",
        form="Only from these countries",
        asked="from {}",
    ),
    Attribute(
        "place.network",
        Kind.TEXT,
        _KNOWN,
        "",
        "network",
        phrase=("from the network {}", "from no configured network", "from outside the network {}"),
        remedy="change_place",
        form="From one of our networks",
        asked="from the network {}",
    ),
    Attribute(
        "place.anonymiser",
        Kind.BOOL,
        _LOWER,
        worst=True,
        field="anonymiser",
        remedy="change_place",
        phrase=("unless it is known that no anonymising service is used", "without an anonymising service"),
        form="no anonymising service",
        asked="from an address known not to be an anonymising service",
    ),
    Attribute("place.address", Kind.ADDRESS, _KNOWN, None, "address", remedy="change_place"),
    # The risk and the grant
    Attribute(
        "risk.known",
        Kind.BOOL,
        _HIGHER,
        worst=False,
        field="known",
        phrase=("while the risk is known", "while the risk is unknown"),
    ),
    Attribute(
        "risk.score",
        Kind.NUMBER,
        _LOWER,
        100,
        "score",
        greatest=100,
        subject="risk",
        phrase=("a risk",),
        form="Risk",
        asked="at a risk below {}",
    ),
    Attribute(
        "grant.active",
        Kind.BOOL,
        _HIGHER,
        worst=False,
        field=IS_THERE,
        subject="grant",
        remedy="ask_for_grant",
        phrase=("with a grant", "without a grant"),
        form="with a grant",
    ),
    Attribute(
        "grant.until",
        Kind.INSTANT,
        _HIGHER,
        0,
        "until",
        subject="grant",
        age="grant.age",
        phrase=(
            "with a grant that ends",
            "with a grant that lasts longer than {}",
            "with a grant that ends within {}",
            "with a grant that lasts another {} to {}",
        ),
    ),
)
"""What Limen itself knows. `context.now` is no attribute: it is the one clock, and an argument of its own."""


ATTRIBUTES: Final = Attributes(ROWS, NOUNS)
