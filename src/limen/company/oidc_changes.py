"""What changes of the apps that sign people in by OpenID Connect: where codes go, what they tell, how an app is known.

No policy decides any of it, so each is said with its new value; who is behind an address is never looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from limen.facts import App
from limen.facts.oidc_client import OidcClient
from limen.messages import lists

_MOST_URIS: Final = 6
_NOTHING: Final = OidcClient(redirect_uris=())


def client_openings(app: App, old: OidcClient | None, new: OidcClient) -> Iterator[str]:
    """One sentence for each thing that the registration `new` of `app` opens beside `old`."""
    was = old or _NOTHING
    if uris := added(was.redirect_uris, new.redirect_uris):
        told = lists.joined([one for one in new.scopes if one != "openid"]) or "nothing more"
        said = f"{app.name} may have codes sent to {uris} now, which tell who signed in ({told})"
        yield f"{said}: whose that is, is not looked at"
    if uris := added(was.post_logout_uris, new.post_logout_uris):
        yield f"{app.name} may have people who sign out sent to {uris} now: whose that is, is not looked at"
    if was.needs_pkce and not new.needs_pkce:
        yield f"{app.name} may leave out PKCE now: a code that somebody steals signs them in at {app.name}"
    if new.backchannel_logout_uri and new.backchannel_logout_uri != was.backchannel_logout_uri:
        yield f"Limen itself calls {new.backchannel_logout_uri} for {app.name} now: what answers there is not looked at"
    if acting := added(was.may_act, new.may_act):
        yield f"Workloads ({acting}) may act now for people whose token {app.name} hands them"
    if old is None:
        return
    yield from _said_of_proofs(app, old, new)
    if old.is_foreign and not new.is_foreign:
        yield f"People are not asked any more before {app.name} learns who they are"
    if old.is_pairwise and not new.is_pairwise:
        yield f"{app.name} is told the id that other apps know, too (was pairwise)"
    if scopes := [one for one in new.scopes if one not in old.scopes]:
        yield f"{app.name} may be told {lists.joined(scopes)} now (was {lists.joined(old.scopes)})"
    if new.groups != old.groups:
        yield f"{app.name} is told of people's groups in other words now: what they open there is not looked at"
    if new.tokens_minutes > old.tokens_minutes:
        yield f"Access tokens of {app.name} count for {new.tokens_minutes} minutes now (was {old.tokens_minutes})"


def _said_of_proofs(app: App, old: OidcClient, new: OidcClient) -> Iterator[str]:
    """How the app proves that it is itself."""
    if new.is_public and not old.is_public:
        yield f"{app.name} needs no secret any more to be taken for itself (was confidential)"
    if set(new.keys) - set(old.keys):
        yield f"Whoever holds a key that is new in apps.yaml is taken for {app.name} now: who that is, is not looked at"
    if old.keys and not new.keys and not new.is_public:
        yield f"{app.name} proves itself by a secret now, and no longer by its keys"


def added(old: Iterable[str], new: Iterable[str]) -> str:
    known = set(old)
    return lists.joined([one for one in new if one not in known], most=_MOST_URIS)
