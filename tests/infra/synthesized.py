"""Reads a synthesized template in the words that tests want: folders, construct paths, plain permissions."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from aws_cdk.assertions import Template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.settings import StageSettings
    from infra.stack import EaselStack

Resource = dict[str, Any]


@dataclass(frozen=True)
class Synthesized:
    """One stack as CloudFormation will see it, with the settings it was made from."""

    stack: EaselStack
    settings: StageSettings

    @cached_property
    def template(self) -> Mapping[str, Any]:
        content: Mapping[str, Any] = Template.from_stack(self.stack).to_json()
        return content

    def of_type(self, kind: str) -> dict[str, Resource]:
        """The properties of all resources of a CloudFormation type by construct path."""
        return {
            self.path_of(logical_id): resource["Properties"]
            for logical_id, resource in self.template["Resources"].items()
            if resource["Type"] == kind
        }

    def path_of(self, logical_id: str) -> str:
        """Where a resource stands in the construct tree, such as `Data/Core`."""
        path: str = self.template["Resources"][logical_id]["Metadata"]["aws:cdk:path"]
        return path.partition("/")[2].removesuffix("/Resource")

    def output(self, name: str) -> str:
        return self.text(self.template["Outputs"][name]["Value"])

    def text(self, value: Any) -> str:
        """A value with every reference replaced by the path of what it refers to."""
        match value:
            case {"Fn::Join": [separator, parts]}:
                return str(separator).join(self.text(part) for part in parts)
            case {"Fn::GetAtt": [logical_id, attribute]}:
                suffix = f"#{attribute}" if attribute not in {"Arn", "Name"} else ""
                return self.path_of(logical_id) + suffix
            case {"Ref": name}:
                return str(name) if name.startswith("AWS::") else self.path_of(name)
            case _:
                return str(value)

    @cached_property
    def functions(self) -> dict[str, Resource]:
        """The properties of every function by its folder."""
        resources = self.of_type("AWS::Lambda::Function")
        return {folder: resources[path] for folder, path in json.loads(self.output("FunctionNames")).items()}

    def environment(self, folder: str) -> dict[str, str]:
        variables = self.functions[folder]["Environment"]["Variables"]
        return {name: self.text(value) for name, value in variables.items()}

    def permissions(self, role_path: str) -> set[str]:
        """Everything that a role may do, as `action on path`; conditions and denials do not occur."""
        found: set[str] = set()
        for policy in self.of_type("AWS::IAM::Policy").values():
            if role_path not in [self.text(role) for role in policy["Roles"]]:
                continue
            for statement in policy["PolicyDocument"]["Statement"]:
                assert set(statement) == {"Action", "Effect", "Resource"}, statement
                assert statement["Effect"] == "Allow", statement
                for action in _as_list(statement["Action"]):
                    found |= {f"{action} on {self._short(item)}" for item in _as_list(statement["Resource"])}
        return found

    def _short(self, arn: Any) -> str:
        return self.text(arn).replace(
            "arn:AWS::Partition:states:AWS::Region:AWS::AccountId:execution:", "execution of "
        )


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
