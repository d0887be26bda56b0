"""Acknowledging cdk-nag findings on the construct that has them, each with its reason."""

from typing import Any

from aws_cdk import Acknowledgment, Stack, Validations

from constructs import IConstruct


def acknowledge(construct: IConstruct, *rules: str, because: str) -> None:
    """Accept findings of these rules on this construct and below it. `because` is a full sentence."""
    Validations.of(construct).acknowledge(*(Acknowledgment(id=rule, reason=because) for rule in rules))


def acknowledge_wildcard(construct: IConstruct, *resources: str, because: str) -> None:
    """Accept wildcards in exactly these resource ARNs of the policies below a construct."""
    stack = Stack.of(construct)
    findings = (f"AwsSolutions-IAM5[Resource::{_as_nag_prints(stack.resolve(resource))}]" for resource in resources)
    acknowledge(construct, *findings, because=because)


def _as_nag_prints(value: Any) -> str:
    """A resolved ARN the way cdk-nag names it in a finding: `<LogicalId.Arn>/generated/*`."""
    match value:
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(_as_nag_prints(part) for part in parts)
        case {"Fn::GetAtt": [logical_id, attribute]}:
            return f"<{logical_id}.{attribute}>"
        case {"Ref": logical_id}:
            return f"<{logical_id}>"
        case _:
            return str(value)
