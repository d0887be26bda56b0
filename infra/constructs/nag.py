"""Answers to findings of cdk-nag, on the construct that has them and with a reason, and to those of cfn-lint."""

from typing import Any, cast

from aws_cdk import Acknowledgment, Names, Reference, Stack, Tokenization, Validations

from constructs import Construct, IConstruct


def acknowledge(construct: IConstruct, *rules: str, because: str) -> None:
    """Accept findings of these rules on this construct and below it. `because` is a full sentence."""
    Validations.of(construct).acknowledge(*(Acknowledgment(id=rule, reason=because) for rule in rules))


def acknowledge_wildcard(construct: Construct, *resources: str, because: str) -> None:
    """Accept wildcards in exactly these resource ARNs of the policies below a construct."""
    stack = Stack.of(construct)
    findings = (f"AwsSolutions-IAM5[Resource::{_as_nag_prints(stack, resource)}]" for resource in resources)
    acknowledge(construct, *findings, because=because)


def answer_lint(stack: Stack) -> None:
    """Tell cfn-lint what to leave out in this stack's template."""
    # The CDK makes a function wait for its role, which it names anyway.
    stack.template_options.metadata = {"cfn-lint": {"config": {"ignore_checks": ["W3005"]}}}


def _as_nag_prints(stack: Stack, arn: str) -> str:
    """An ARN the way cdk-nag names it in a finding of this stack: `<LogicalId.Arn>/generated/*`."""
    printed = _print(stack.resolve(arn))
    for token in Tokenization.reverse_string(arn).tokens:
        if not Reference.is_reference(token):
            continue
        reference = cast("Reference", token)
        if Stack.of(reference.target) is not stack:
            # A nested stack gets what it refers to as a parameter, which the CDK names when it writes the template.
            parameter = f"referenceto{Names.node_unique_id(reference.target.node)}{reference.display_name}"
            printed = printed.replace(_print(stack.resolve(token)), f"<{parameter}>")
    return printed


def _print(value: Any) -> str:
    match value:
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(_print(part) for part in parts)
        case {"Fn::GetAtt": [logical_id, attribute]}:
            return f"<{logical_id}.{attribute}>"
        case {"Ref": logical_id}:
            return f"<{logical_id}>"
        case _:
            return str(value)
