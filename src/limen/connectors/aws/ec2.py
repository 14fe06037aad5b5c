"""The EC2 API of AWS: security groups, network ACLs and subnets of a VPC described, and operations asked for.

How parameters are written and answers read is botocore's, which the extra `limen[aws]` brings, and so is the signature
(Signature Version 4); what asks is Limen's own guarded client.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final
from urllib.parse import urlencode

from limen.connectors.vendor_client import VendorClient, VendorError

DESCRIBED: Final = {
    "SecurityGroups": "DescribeSecurityGroups",
    "NetworkAcls": "DescribeNetworkAcls",
    "Subnets": "DescribeSubnets",
    "NetworkInterfaces": "DescribeNetworkInterfaces",
}
_MOST_PAGES: Final = 100


@dataclass
class Ec2:
    """`client`'s origin is the API's of the region."""

    client: VendorClient
    region: str
    access_key: str
    secret: str = field(repr=False)

    async def describe(self, vpc: str) -> dict[str, list[dict[str, Any]]]:
        """What is in a VPC, by the names of `DESCRIBED`. Raises VendorError."""
        return {name: await self._pages(operation, name, vpc) for name, operation in DESCRIBED.items()}

    async def call(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to an operation. It may be asked for more than once. Raises VendorError."""
        model = self._service.operation_model(operation)
        request = self._serializer.serialize_to_request(dict(parameters), model)
        body = self._encoded(request["body"])
        reply = await self.client.send("POST", "/", body, self._signed(body))
        answer = {"body": reply.body, "status_code": reply.status, "headers": {}}
        try:
            told: dict[str, Any] = self._parser.parse(answer, model.output_shape)
        except self._errors:
            raise VendorError("garbage") from None
        return told

    # Inside

    async def _pages(self, operation: str, name: str, vpc: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        more: dict[str, Any] = {}
        for _ in range(_MOST_PAGES):
            asked = {"Filters": [{"Name": "vpc-id", "Values": [vpc]}], "MaxResults": 1000, **more}
            told = await self.call(operation, asked)
            found += told.get(name, [])
            if not told.get("NextToken"):
                return found
            more = {"NextToken": told["NextToken"]}
        raise VendorError("too-much")

    @cached_property
    def _service(self) -> Any:
        try:
            from botocore.loaders import Loader  # noqa: PLC0415 -- of an extra, and heavy
            from botocore.model import ServiceModel  # noqa: PLC0415 -- as above
        except ImportError:
            raise VendorError("not-installed") from None
        return ServiceModel(Loader().load_service_model("ec2", "service-2"), "ec2")

    @cached_property
    def _serializer(self) -> Any:
        from botocore.serialize import create_serializer  # noqa: PLC0415 -- as above

        return create_serializer("ec2")

    @cached_property
    def _parser(self) -> Any:
        from botocore.parsers import create_parser  # noqa: PLC0415 -- as above

        return create_parser("ec2")

    @cached_property
    def _errors(self) -> tuple[type[Exception], ...]:
        from botocore.parsers import ResponseParserError  # noqa: PLC0415 -- as above

        return (ResponseParserError, ValueError, KeyError, TypeError)

    @staticmethod
    def _encoded(parameters: Mapping[str, Any]) -> bytes:

        return urlencode(sorted(parameters.items())).encode()

    def _signed(self, body: bytes) -> dict[str, str]:
        from botocore.auth import SigV4Auth  # noqa: PLC0415 -- as above
        from botocore.awsrequest import AWSRequest  # noqa: PLC0415 -- as above
        from botocore.credentials import Credentials  # noqa: PLC0415 -- as above

        headers = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
        request = AWSRequest("POST", f"{self.client.origin}/", data=body, headers=headers)
        SigV4Auth(Credentials(self.access_key, self.secret), "ec2", self.region).add_auth(request)
        return dict(request.headers.items())
