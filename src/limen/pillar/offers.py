"""What parts give to each other and to the pages: none imports another, each takes what it needs by its type."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from limen.errors import LimenError

if TYPE_CHECKING:
    from datetime import date

    from aiohttp.abc import AbstractResolver

    from limen.clock import Instant, Milliseconds
    from limen.facts import App, Facts, Grant, Person, Session
    from limen.facts.document import Document
    from limen.facts.requested_flow import RequestedFlow
    from limen.policy.decision import Decision, Effect
    from limen.storage import Snapshot, Transaction

T = TypeVar("T")


class Offers:
    """What is offered, by its type."""

    def __init__(self) -> None:
        self._values: dict[type, object] = {}

    def give(self, value: object) -> None:
        """Offer `value` under its type. Raises LimenError where something of this type is offered already."""
        if type(value) in self._values:
            raise LimenError(f"two parts offer a {type(value).__name__}", "leave one of them out")
        self._values[type(value)] = value

    def take(self, kind: type[T]) -> T:
        """What is offered of this type. Raises LimenError where nothing is."""
        value = self._values.get(kind)
        if not isinstance(value, kind):
            raise LimenError(f"no part offers a {kind.__name__}", "add the part that does before the one that asks")
        return value

    def find(self, kind: type[T]) -> T | None:
        """What is offered of this type, or None: for what an optional part offers."""
        value = self._values.get(kind)
        return value if isinstance(value, kind) else None


# What is offered


@dataclass(frozen=True, slots=True)
class Decider:
    """Decides about facts that are at hand, and journals it: what enforcement offers to whoever signs people in."""

    decide: Callable[[Facts, str], Decision]


class SignOnDecision(Protocol):
    """What was decided about a sign-in to an app. `session` is None unless it is live; `id` names the decision, `word`
    its first reason.
    """

    @property
    def effect(self) -> Effect: ...
    @property
    def id(self) -> str: ...
    @property
    def word(self) -> str: ...
    @property
    def session(self) -> Session | None: ...


class DecideSignOn(Protocol):
    def __call__(
        self, entry_point: str, app: App, session: Session | None, address: str, *, is_present: bool
    ) -> SignOnDecision: ...


class TellSignOn(Protocol):
    def __call__(self, kind: str, word: str, detail: str, app: str = "") -> None: ...


@dataclass(frozen=True, slots=True)
class SignOn:
    """What enforcement offers to whoever signs people in to apps by a protocol.

    `decide` decides whether this session may use this app now, and journals it; `is_present` says that the person is
    there and not a program in their name. `tell(kind, word, detail, app)` journals what strangers can cause, within
    bounds: on the timeline of the app that is named, or that `detail` is; of Limen itself where neither is an app.
    `resolver` is what finds the addresses of apps that are called: none that is forbidden, whatever a name leads to.
    """

    decide: DecideSignOn
    tell: TellSignOn
    resolver: Callable[[], AbstractResolver]


class DecideToOpen(Protocol):
    def __call__(
        self,
        entry_point: str,
        app: App,
        session: Session,
        action: str,
        address: str,
        tied_until: Instant,
        document: Document | None = None,
    ) -> SignOnDecision: ...


class WatchWhatIsOpen(Protocol):
    def __call__(
        self,
        decision: SignOnDecision,
        entry_point: str,
        address: str,
        tied_until: Instant,
        ended: Callable[[str], None],
    ) -> Callable[[], None]: ...


@dataclass(frozen=True, slots=True)
class KeptOpen:
    """What enforcement offers to whoever keeps something open by a decision.

    `decide` decides whether this session may do this to this app now, or to this document in it, and journals it;
    `tied_until` is until when the request's tie to its browser holds (0: it came with none). `end(decision, latest)` is
    the instant at which time alone turns a permit, `latest` at most; 0 where it is none. `watch` has the decision made
    again whenever a fact of it changes, and calls `ended` once, with the reason, when it turns; what it gives ends the
    watch.
    """

    decide: DecideToOpen
    end: Callable[[SignOnDecision, Instant], Instant]
    watch: WatchWhatIsOpen


class OpenAppSession(Protocol):
    async def __call__(
        self, parent_id: str, app_id: str, address: str, user_agent: str, *, tied_until: Instant = 0
    ) -> str: ...


@dataclass(frozen=True, slots=True)
class AppSessions:
    """What identity offers to enforcement.

    `open(parent session id, app id, address, user agent)` gives the token of a new session on that app's host, and
    raises LimenError when the sign-in session is no longer good; only where it was asked for with the sign-in's tie is
    it on the same device, and until `tied_until` at the longest, when that is over. `end(session id)` ends it and
    everything that hangs on it, and returns when no door takes it any more.
    """

    open: OpenAppSession
    end: Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class BrowserSessions:
    """What identity offers to whoever ties sessions to their browsers by a key of the browser.

    `keep_key(session id, JWK)`: from now on this session counts only with a tie; False where it has a key already or
    is gone. `key_of(session id)` gives the key, "" where there is none. `proved(session id)`: its browser proved that
    it has the key, so it stays on the device it is on, where it is a sign-in.
    """

    keep_key: Callable[[str, str], Awaitable[bool]]
    key_of: Callable[[str], Awaitable[str]]
    proved: Callable[[str], Awaitable[None]]


class IssueWorkloadToken(Protocol):
    async def __call__(
        self, workload_id: str, app: str, actions: frozenset[str], *, until: Instant, name: str
    ) -> str: ...


@dataclass(frozen=True, slots=True)
class WorkloadTokens:
    """What identity offers to single sign-on: tokens for apps behind the gateway, of workloads that proved themselves.

    `issue` gives the secret of a token for one app and these actions; it is held to them, and decided on, at every
    request. Returns when every door takes it. Raises LimenError where the workload has too many, or is gone.
    """

    issue: IssueWorkloadToken


@dataclass(frozen=True, slots=True)
class DeviceSessions:
    """What identity offers to whoever binds browsers' sessions to devices.

    `bind(transaction, session id, device id, binding, until)` says that this sign-in sits on this device, so firmly,
    until then; False where there is no such session any more. `end(transaction, device id, now)` ends everything that
    was signed in on a device before now. `see(transaction, session id, device id)` says that a sign-in came with this
    device's certificate, and ends with it. `end_of_person(transaction, person id, now)` ends every sign-in of a person
    because another service says so; neither programs' tokens, nor break-glass.
    """

    bind: Callable[[Transaction, str, str, int, Instant], bool]
    end: Callable[[Transaction, str, Instant], None]
    see: Callable[[Transaction, str, str], None]


@dataclass(frozen=True, slots=True)
class PersonResponses:
    """What identity offers to whoever answers an alert about a person, each in a transaction, with the instant and the
    id of who does it ("" for a playbook).

    `end_session(transaction, session id, now, by)` ends one sign-in, False where it is gone. `end_all(transaction,
    person id, now, by)` ends every sign-in and token. `suspend(transaction, person id, now, by, mark)` makes an active
    account inactive and keeps what they sign in with; several may hold it so, each with a mark, and once each has let
    go by `resume` it is active again. False where there is nothing to do. `suspend` raises LimenError where nobody
    would be left among the administrators. `is_held(snapshot, person id, mark)` says whether this one still holds it:
    an administrator who reactivates somebody lets go for all.
    """

    end_session: Callable[[Transaction, str, Instant, str], bool]
    end_all: Callable[[Transaction, str, Instant, str], None]
    suspend: Callable[[Transaction, str, Instant, str, str], bool]
    resume: Callable[[Transaction, str, Instant, str, str], bool]
    is_held: Callable[[Snapshot, str, str], bool]


@dataclass(frozen=True, slots=True)
class DeviceResponses:
    """What devices offer to whoever answers an alert about one, each in a transaction, with the instant, the id of who
    does it ("" for a playbook) and a mark that names the alert.

    `quarantine(transaction, device id, now, by, mark)`: it opens nothing any more. `release` takes that back where this
    mark is still the reason, as `is_held(snapshot, device id, mark)` says. Both are False where there is nothing to do.
    `owner_of(snapshot, device id)` is the id of whose it is, "" where nobody knows it.
    """

    quarantine: Callable[[Transaction, str, Instant, str, str], bool]
    release: Callable[[Transaction, str, Instant, str, str], bool]
    is_held: Callable[[Snapshot, str, str], bool]
    owner_of: Callable[[Snapshot, str], str]


@dataclass(frozen=True, slots=True)
class DeviceNames:
    """What devices offer to whoever reads of them elsewhere: of each of the company's that is in use its names, by id.

    Whoever enrols a device of their own names it, so what is no device of the company's is not known by a name.
    `owners` says whose each enrolled device is, also those.
    """

    all: Callable[[], Mapping[str, tuple[str, ...]]]
    owners: Callable[[], Mapping[str, str]] = dict


@dataclass(frozen=True, slots=True)
class CompanyPeople:
    """What identity offers to whoever has to know people in a transaction, and not as memory has them.

    `all(snapshot)` is everybody with their groups, by id; `language_of(snapshot, person id)` the language that somebody
    is written to in, "" where nobody said. `share_a_browser(snapshot, person id, other id, since)`: whether both have
    signed in with one and the same browser since then. `last_days(snapshot)`: of those who leave the last day with
    access, in the company's time zone, by id.
    """

    all: Callable[[Snapshot], Mapping[str, Person]]
    language_of: Callable[[Snapshot, str], str]
    share_a_browser: Callable[[Snapshot, str, str, Instant], bool]
    last_days: Callable[[Snapshot], Mapping[str, date]]


@dataclass(frozen=True, slots=True)
class PasskeyOrigins:
    """What identity knows of where passkeys come from.

    `may_be_borrowed(snapshot, session id, other id, since)`: whether the passkey that proved a session last may have
    been added with a link that this other person issued, or since then with an access pass or a recovery link.
    """

    may_be_borrowed: Callable[[Snapshot, str, str, Instant], bool]


@dataclass(frozen=True, slots=True)
class AccountAtApp:
    """Somebody's account at an app that Limen keeps, as far as is known.

    `is_on`: they may get in with it. `left_at`: since when it is to be deactivated (0: it is not to be). `off_at`: when
    the app itself showed that it is, which is the proof (0: not). `error`: why it is not done yet.
    """

    app: str
    app_name: str
    is_on: bool
    left_at: Instant = 0
    off_at: Instant = 0
    error: str = ""

    @property
    def is_outstanding(self) -> bool:
        """Whether it is to be off, and the app has not shown that it is."""
        return self.is_on and self.left_at > 0


@dataclass(frozen=True, slots=True)
class Provisioned:
    """What single sign-on offers to whoever has to know where somebody has accounts: `of(snapshot, person id)`.

    Whoever commits that somebody leaves finds their accounts outstanding within that transaction already.
    """

    of: Callable[[Snapshot, str], Sequence[AccountAtApp]]


class NobodyLeftError(LimenError):
    """It would leave nobody who could administer Limen; nothing of it may be kept."""

    def __init__(self) -> None:
        super().__init__("Nobody could administer Limen any more", "keep somebody who can")


class TakeOutOfGroup(Protocol):
    def __call__(
        self, transaction: Transaction, person_id: str, group: str, now: Instant, by: str
    ) -> frozenset[str]: ...


@dataclass(frozen=True, slots=True)
class GroupMemberships:
    """What identity offers to whoever reviews access, each in a transaction, with the instant and the id of who does it
    ("" for the server).

    `take_out(transaction, person id, group, now, by)` gives the groups that are left, and raises NobodyLeftError
    where nobody would be left among the administrators. `put_back` is its opposite. `is_given_by_source(snapshot,
    person id, group)`: a source of people decides about it, and would put them back.
    """

    take_out: TakeOutOfGroup
    put_back: TakeOutOfGroup
    is_given_by_source: Callable[[Snapshot, str, str], bool]


@dataclass(frozen=True, slots=True)
class Askable:
    """Somebody may ask for something by the rule of this name: for `longest_ms` at most, with a reason of at least
    `reason_length` characters and, where `ticket` is not "", a ticket that fits it. `is_automatic`: nobody has to
    approve it.
    """

    rule: str
    longest_ms: Milliseconds
    reason_length: int
    ticket: str
    is_automatic: bool


@dataclass(frozen=True, slots=True)
class AccessGrants:
    """What access offers to doors and pages.

    `active(app id)` are the grants on an app that are not over, each with whose it is, from memory: entry points need
    none of it to decide, for policies read grants. `asked(person, app, action)` is by which rule somebody may ask for
    it; None where none lets them.
    """

    active: Callable[[str], list[tuple[str, Grant]]]
    asked: Callable[[Person, App, str], Askable | None]


@dataclass(frozen=True, slots=True)
class WaitingRequest:
    """A request for access that waits for an answer, as a chat may tell it: who asks for which app, and the page on
    which whoever may answer it signs in.
    """

    who: str
    app: str
    page: str


@dataclass(frozen=True, slots=True)
class WaitingRequests:
    """What access offers to whoever tells chats. `find(snapshot, request id)` is None where nobody has to answer it any
    more.
    """

    find: Callable[[Snapshot, str], WaitingRequest | None]


@dataclass(frozen=True, slots=True)
class JudgedFlow:
    """What the network says of a flow that somebody asks for. `owners` are who owns where it leads, groups and email
    addresses; () where nobody is known to. What is there has `sensitivity` 0 to 3. `opens`: what becomes newly
    reachable by it, in lines.
    """

    flow: RequestedFlow
    owners: tuple[str, ...]
    sensitivity: int
    opens: tuple[str, ...]


class JudgeFlow(Protocol):
    def __call__(
        self, source: str, destination: str, service: str, review: str, expires: str, mark: str, *, knows_all: bool
    ) -> JudgedFlow: ...


@dataclass(frozen=True, slots=True)
class FlowRequests:
    """What the network offers to whoever takes requests for flows.

    `judge` says what a flow would be that somebody asks for; `mark` is what makes its ID its own. `knows_all`: whoever
    asks may read the whole network; anybody else is told of no zone or host but what they may ask for. `again` judges a
    request by what the network is now. Both raise LimenError where it can't be asked for: what is named is not there,
    it is let through already, or something would be possible that must never be. They take seconds where the network
    is big.
    """

    judge: JudgeFlow
    again: Callable[[RequestedFlow], JudgedFlow]


@dataclass(frozen=True, slots=True)
class RequestChannels:
    """What monitoring offers to access: the channels of `monitor.yaml` that hear of requests. `tell(transaction,
    request id, now)` has them told when it commits.
    """

    tell: Callable[[Transaction, str, Instant], None]


class NotTakenError(LimenError):
    """What was sent is not kept: it has to be sent again."""


class TakeAgentLogs(Protocol):
    async def __call__(
        self, device_id: str, name: str, lines: Sequence[bytes], address: str, *, is_journal: bool
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class AgentLogs:
    """What monitoring offers to devices, whose agents read logs.

    `wanted(platform)` says which: by source, files and whether the systemd journal. `take` returns when lines that this
    device proved to have read are durable, and raises NotTakenError.
    """

    wanted: Callable[[str], list[dict[str, Any]]]
    take: TakeAgentLogs


@dataclass(frozen=True, slots=True)
class FirewallLogs:
    """What monitoring offers to the network, whose firewalls tell what they deny.

    `take(records, address)` returns when these, each an object of JSON, are durable, and raises NotTakenError; where
    nothing is watched they are dropped.
    """

    take: Callable[[Sequence[bytes], str], Awaitable[None]]


class TunnelRefusedError(LimenError):
    """A device gets no tunnel."""


@dataclass(frozen=True, slots=True)
class DeviceTunnels:
    """What the network offers to devices, whose agents connect by a tunnel of WireGuard.

    `keep(device_id, key, app)`: this active device has a tunnel with this public key, from now on or still; what is
    given is what its agent is told of it and of the door of that app. Raises TunnelRefusedError. `leave(device_id)`: it
    has none any more, from now on.
    """

    keep: Callable[[str, str, str], Awaitable[dict[str, Any]]]
    leave: Callable[[str], None]


class EndSignIns(Protocol):
    def __call__(
        self,
        transaction: Transaction,
        person_id: str,
        now: Instant,
        begun_by: Instant,
        why: str,
        *,
        said_by: Instant,
        issuer: str = "",
        sid: str = "",
    ) -> int: ...


@dataclass(frozen=True, slots=True)
class SignalledPeople:
    """What identity offers to whoever takes signals of other services about people, each in a transaction.

    `linked(snapshot, issuer, subject)` is the id of who is linked to that account, `with_address(snapshot, address)` of
    who has that email address; "" for nobody. `end_sign_ins` ends somebody's sign-ins that had begun by then, with how
    many there were: with an `issuer` those that rest on its word, with a `sid` those of that session there; neither
    programs' tokens nor break-glass. What issuers said by `said_by`, on their clocks, begins none any more.
    `end_under_way(transaction, issuer, subject, said_by, now)` is that alone, for an account that nobody is linked to.
    `weaken(transaction, person id, issuer, said_by, now)`: what the issuer proved in their sign-ins counts as one
    factor from now on; how many that changed. `is_guarded(person)`: they have a role in Limen, so no service may take
    their account away. `suspend(transaction, person id, service, now)` makes an account inactive, and
    holds one that is so already, until an administrator lets them in; False where there is nothing to do.
    `can_suspend(snapshot, person id, service)`: the service holds it not yet. `is_out(snapshot, person id)`: they are
    deactivated, so that nothing is taken from them now.
    `read_again(transaction, person id)` has the directories that they come from asked at the next turn; how many.
    """

    linked: Callable[[Snapshot, str, str], str]
    with_address: Callable[[Snapshot, str], str]
    linked_to: Callable[[Snapshot, str], frozenset[str]]
    end_sign_ins: EndSignIns
    end_under_way: Callable[[Transaction, str, str, Instant, Instant], None]
    weaken: Callable[[Transaction, str, str, Instant, Instant], int]
    is_guarded: Callable[[Person], bool]
    suspend: Callable[[Transaction, str, str, Instant], bool]
    can_suspend: Callable[[Snapshot, str, str], bool]
    is_out: Callable[[Snapshot, str], bool]
    read_again: Callable[[Transaction, str], int]


class TellOfDevice(Protocol):
    def __call__(
        self,
        transaction: Transaction,
        device_id: str,
        service: str,
        now: Instant,
        *,
        ref: str,
        level: int,
        title: str,
        at: Instant,
        when_high: str,
        is_sure: bool,
    ) -> bool: ...


@dataclass(frozen=True, slots=True)
class SignalledDevices:
    """What devices offer to whoever takes signals of other services about devices.

    `meant(name, at)` are the ids of the devices that may be meant by an ID of Limen's, a serial number or a name, each
    with its owner's. `tell` keeps what a service says of one, as `level` 0 (it is over) to 3 (high): what was so before
    what is known changes nothing, and where it is not sure that this very device is meant it makes nothing better;
    False where nothing changed. `end(transaction, device id, service, now)` ends what is signed in on one.
    """

    meant: Callable[[str, Instant], Sequence[tuple[str, str]]]
    tell: TellOfDevice
    end: Callable[[Transaction, str, str, Instant], None]
