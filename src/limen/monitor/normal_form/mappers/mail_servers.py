"""Sign-ins at mail servers, as Postfix and Dovecot write them."""

from __future__ import annotations

from typing import Final

from limen.monitor.normal_form.classes import SIGN_IN_FAILED, SIGNED_IN
from limen.monitor.normal_form.drafts import Draft
from limen.monitor.normal_form.flattening import Fields, flat
from limen.monitor.normal_form.shapes import Shape
from limen.monitor.normal_form.templates import Line, pairs
from limen.monitor.normal_form.texts import text

POSTFIX: Final = (
    Line(
        "{queue}: client={client}[{src_ip}], sasl_method={method}, sasl_username={user}", {**SIGNED_IN, "app": "smtp"}
    ),
    Line(
        "warning: {client}[{src_ip}]: SASL {method} authentication failed: {*reason}", {**SIGN_IN_FAILED, "app": "smtp"}
    ),
)
_DOVECOT: Final = Shape(columns={"user": "user", "src_ip": "rip", "dst_ip": "lip"})


def dovecot(raw: str, body: str, fields: Fields) -> Draft | None:
    """`imap-login: Login: user=<jane>, method=PLAIN, rip=192.0.2.1, …`, and its failures; None for all else."""
    service, colon, rest = body.partition(": ")
    said, _, values = rest.partition("user=<")
    if not colon or not values or not service.endswith("-login"):
        return None
    user, _, values = values.partition(">")
    fields.update(flat(pairs(values, ", ")))
    fields["user"] = text(user)
    found = _DOVECOT.draft(raw, fields)
    is_success = said.startswith("Login:")
    found.columns |= {**(SIGNED_IN if is_success else SIGN_IN_FAILED), "app": service.removesuffix("-login")}
    if not is_success:
        found.columns["reason"] = text(said.strip(" :"), 200)
    return found
