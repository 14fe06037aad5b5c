"""The Cedar language in Python: compile and evaluate. It knows nothing of Limen and could be a package of its own.

Two faces. The whole of Cedar, in Cedar's own words:

    policies = PolicySet.parse('permit (principal, action, resource) when { context.mfa };')
    entities = Entities.from_json([{"uid": {"type": "User", "id": "ada"}, "attrs": {}, "parents": []}])
    answer = policies.is_authorized(("User", "ada"), ("Action", "view"), ("App", "wiki"), {"mfa": True}, entities)
    answer.allowed, answer.determining, answer.errors          # True, ("policy0",), ()

And the fast one, for whoever keeps entities and context as values:

    compiled = compile_policies(policies)                      # once for each set; any thread may use it
    found = compiled.evaluate(principal, action, resource, context, entities)
    found.permits, found.forbids, found.errors                 # every policy that spoke, in the order of the text

    asking = compiled.asking(principal, action, resource)      # where the same three are asked about again and again
    asking.evaluate(context, entities)

`principal`, `action` and `resource` are `Entity(uid, attrs, ancestors, tags)`, `ancestors` being transitive;
`context` is a dict; `entities` maps `EntityUid` to `Entity` and is asked only where a policy follows a reference.
The values inside are those of `limen.cedar.values`: plain `bool`, `int`, `str` and `dict`, `EntityUid`, `CedarSet`,
`Datetime(ms)`, `Duration(ms)`, `Decimal`, `IpRange`. `errors` are (policy id, message) pairs of policies that Cedar
would skip.

To show and to reason: `policy_text`, `expression_text` and `value_text` write Cedar; `trace_policy(policy, Request(…))`
tells what each condition saw; `policy.paths()` lists the attributes a policy reads and the constants it compares.

Policies can be kept as JSON (`PolicySet.to_json`, `PolicySet.from_json`); only `PolicySet.parse` and `Schema.parse`
need cedarpy. Templates are refused with `TemplateError`.
"""

from __future__ import annotations

from limen.cedar.authorize import Response
from limen.cedar.entities import Entities
from limen.cedar.errors import (
    CedarError,
    DataError,
    EvaluationError,
    ParseError,
    TemplateError,
    TooDeepError,
)
from limen.cedar.index import Asking, Compiled, Evaluation, Joined, compile_policies
from limen.cedar.interpret import Request
from limen.cedar.policies import Condition, Policy, PolicySet, Scope
from limen.cedar.schema import Schema
from limen.cedar.text import expression_text, policies_text, policy_text, value_text
from limen.cedar.trace import Trace, trace_policy
from limen.cedar.values import (
    CedarSet,
    Datetime,
    Decimal,
    Duration,
    Entity,
    EntityUid,
    IpRange,
    Record,
    Value,
)
