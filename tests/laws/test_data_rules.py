"""Laws of sharing rules: more found is never judged more mildly, and the order of rules means nothing."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings, strategies as st
from tests import dial

from limen.data.documents import WhyNot
from limen.data.labels.model import Claim, DocumentLabel
from limen.data.model import Confidence
from limen.data.rules.content import Content, read, written
from limen.data.rules.judging import Sender, applies, judge
from limen.data.rules.model import Channel, Passing, Step
from limen.data.rules.stated import Condition, DataRules, Exempt, LabelRule, Rule
from limen.facts import Label

_NAMES = ("iban", "bic", "payment-card", "github-token", "projects")
_GROUPS, _APPS, _DOMAINS = ("staff", "finance"), ("wiki", "payroll"), ("a.example", "b.example")


def _some(values: tuple[str, ...]) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(values))


_LABELS = st.none() | st.sampled_from(Label)
_CONDITIONS = st.builds(
    Condition,
    finds=st.lists(st.sampled_from((*_NAMES, "bank", "secret")), max_size=2).map(tuple),
    at_least=st.integers(1, 4),
    confidence=st.sampled_from(Confidence),
    beside=st.lists(st.sampled_from(_NAMES), max_size=1).map(tuple),
    label=_LABELS,
    unread=st.frozensets(st.sampled_from(WhyNot), max_size=2),
)
_WHEN = st.lists(_CONDITIONS, min_size=1, max_size=2).map(tuple)
_RULES = st.builds(
    Rule,
    id=st.sampled_from("abcdefgh"),
    title=st.just("A rule"),
    channels=st.frozensets(st.sampled_from(Channel), min_size=1),
    when=_WHEN,
    then=st.sampled_from([one for one in Step if one]),
    people=_some((*_GROUPS, "ann@a.example")),
    apps=_some(_APPS),
    outside=st.booleans(),
    unhealthy=st.booleans(),
    exempt=st.builds(Exempt, _some(_GROUPS), _some(_APPS), _some(_DOMAINS)),
)
_FILES = st.builds(
    DataRules,
    labels=st.lists(st.builds(LabelRule, st.sampled_from(Label), _WHEN), max_size=2).map(tuple),
    rules=st.lists(_RULES, max_size=5).map(tuple),
)
_COUNTS = st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5)).map(
    lambda one: tuple(sorted(one, reverse=True))
)
_CONTENTS = st.builds(
    Content,
    st.dictionaries(st.sampled_from(_NAMES), _COUNTS),
    _LABELS,
    st.frozensets(st.sampled_from(WhyNot), max_size=2),
)
_CLAIMS = st.none() | st.builds(
    Claim, _LABELS, proven=st.builds(DocumentLabel, st.sampled_from(Label), lowered_from=_LABELS), others=_LABELS
)
_PASSING = st.builds(
    Passing,
    channel=st.sampled_from(Channel),
    person=st.sampled_from(["", "p1"]),
    app=st.sampled_from(["", *_APPS]),
    outside=_some(_DOMAINS),
    label=_LABELS,
    has_healthy_device=st.none() | st.booleans(),
)
_SENDERS = st.builds(Sender, _some(_GROUPS), st.sampled_from(["", "ann@a.example"]))
_settings = settings(max_examples=dial.size(1_000, 100), deadline=None)


@_settings
@given(_FILES, _PASSING, _SENDERS, _CONTENTS, _CONTENTS, _CLAIMS)
def test_more_found_is_never_judged_more_mildly(
    rules: DataRules, passing: Passing, sender: Sender, content: Content, more: Content, claim: Claim | None
) -> None:
    """Whatever label a document claims, and however far that is believed."""
    content = replace(content, claim=claim)
    names = {*content.counts, *more.counts}
    both = {
        name: tuple(map(max, content.counts.get(name, (0, 0, 0)), more.counts.get(name, (0, 0, 0)))) for name in names
    }
    label = max((one for one in (content.label, more.label) if one is not None), default=None)
    together = Content(both, label, content.why_not | more.why_not, claim)  # type: ignore[arg-type]
    less, worse = judge(rules, passing, content, sender), judge(rules, passing, together, sender)
    assert worse.step >= less.step
    assert set(worse.rules) >= set(less.rules)
    assert less.label is None or (worse.label is not None and worse.label >= less.label)


@_settings
@given(_FILES, _PASSING, _SENDERS, _CONTENTS)
def test_what_is_not_known_is_never_judged_more_mildly(
    rules: DataRules, passing: Passing, sender: Sender, content: Content
) -> None:
    """But to whom it goes: that nobody outside is named says that nobody outside gets it."""
    known = judge(rules, passing, content, sender).step
    for name, unknown in (("app", ""), ("person", ""), ("has_healthy_device", None)):
        assert judge(rules, replace(passing, **{name: unknown}), content, sender).step >= known


@_settings
@given(_FILES, _PASSING, _SENDERS, _CONTENTS, st.randoms())
def test_the_order_of_rules_means_nothing(rules, passing, sender, content, random) -> None:
    unique = list({one.id: one for one in rules.rules}.values())
    shuffled = random.sample(unique, len(unique))
    one, other = replace(rules, rules=tuple(unique)), replace(rules, rules=tuple(shuffled))
    assert judge(one, passing, content, sender) == judge(other, passing, content, sender)


@_settings
@given(_FILES, _PASSING, _SENDERS, _CONTENTS)
def test_what_nobody_asks_about_is_allowed(rules, passing, sender, content) -> None:
    if not any(applies(rule, passing, sender) for rule in rules.rules):
        assert judge(rules, passing, content, sender).step is Step.ALLOW


@_settings
@given(_CONTENTS)
def test_what_an_event_keeps_is_judged_alike(content: Content) -> None:
    assert read(written(content), content.label, content.why_not) == content
