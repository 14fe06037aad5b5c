"""What changes of the apps that sign people in by SAML: where assertions go, what they tell, how an app is known.

No policy decides any of it, so each is said with its new value; who is behind an address is never looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from limen.company.oidc_changes import added
from limen.facts import App
from limen.facts.service_provider import EMAIL, UNSPECIFIED, ServiceProvider
from limen.messages import lists

_NOTHING: Final = ServiceProvider(entity_id="", consumers=())
_CALLED: Final = {EMAIL: "address", UNSPECIFIED: "id, which other apps may know,"}
"""What a name tells that is not made for this app alone."""


def provider_openings(app: App, old: ServiceProvider | None, new: ServiceProvider) -> Iterator[str]:
    """One sentence for each thing that the registration `new` of `app` opens beside `old`."""
    was = old or _NOTHING
    if urls := added([one.url for one in was.consumers], [one.url for one in new.consumers]):
        told = lists.joined([name for name, _ in new.attributes]) or "nothing more"
        said = f"{app.name} may have assertions sent to {urls} now, which tell who signed in ({told})"
        yield f"{said}: whose that is, is not looked at"
    if new.logout_url and new.logout_url != was.logout_url:
        yield f"{app.name} may have people who sign out sent to {new.logout_url} now: whose that is, is not looked at"
    if new.logout_service and new.logout_service != was.logout_service:
        yield f"Limen itself calls {new.logout_service} for {app.name} now: what answers there is not looked at"
    if new.may_begin_here and not was.may_begin_here:
        yield f"{app.name} takes sign-ins that it did not ask for: it can't tell them from forged ones"
    if old is not None:
        yield from _of_its_keys(app, old, new)
        yield from _of_what_it_is_told(app, old, new)


def _of_its_keys(app: App, old: ServiceProvider, new: ServiceProvider) -> Iterator[str]:
    if new.entity_id != old.entity_id:
        yield f"{app.name} is known as {new.entity_id} now (was {old.entity_id})"
    if number := len(set(new.certificates) - set(old.certificates)):
        keys = "another key" if number == 1 else f"{number} other keys"
        yield f"{app.name} may sign with {keys} now: whose, is not looked at"
    if old.signs_requests and not new.signs_requests:
        yield f"{app.name} need not sign its requests any more"
    if old.is_encrypted and not new.is_encrypted:
        yield f"Assertions for {app.name} are not encrypted any more: browsers can read them"
    if old.is_encrypted and new.is_encrypted and new.encryption_certificate != old.encryption_certificate:
        yield f"Assertions for {app.name} are encrypted for another key now: whose, is not looked at"


def _of_what_it_is_told(app: App, old: ServiceProvider, new: ServiceProvider) -> Iterator[str]:
    if new.name_id != old.name_id and new.name_id in _CALLED:
        yield f"{app.name} is told people's {_CALLED[new.name_id]} as their name now (was {old.name_id})"
    if claims := added([claim for _, claim in old.attributes], [claim for _, claim in new.attributes]):
        yield f"{app.name} is told {claims} of people now"
    if new.groups != old.groups:
        yield f"{app.name} is told of people's groups in other words now: what they open there is not looked at"
    if new.minutes > old.minutes:
        yield f"Assertions for {app.name} count for {new.minutes} minutes now (was {old.minutes})"
