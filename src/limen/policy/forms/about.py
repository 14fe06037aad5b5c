"""Which policies speak about an app: by name, by its label, or because they speak about everything."""

from __future__ import annotations

from limen.cedar import EntityUid, Policy
from limen.facts import LIMEN, App
from limen.policy.forms.model import Form
from limen.policy.forms.read import read


def speaks_about(policy: Policy, app: App) -> bool:
    """Whether the policy could determine an answer about this app. Of what is hand-written only its head is told."""
    if not policy.resource.holds(EntityUid("App", app.id), frozenset()):
        return False
    form = read(policy)
    return form is None or is_about(form, app)


def is_about(form: Form, app: App) -> bool:
    """Whether the form is about this app, by its name or by its label."""
    if form.apps and app.id not in form.apps:
        return False
    if form.spares_limen and app.id == LIMEN:
        return False
    if form.sensitivity is None:
        return True
    return app.sensitivity <= form.sensitivity if form.is_permit else app.sensitivity >= form.sensitivity
