"""Reads a synthesized stack in the words that tests want: folders, construct paths, plain permissions."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, cast

from aws_cdk import CfnElement, NestedStack
from aws_cdk.assertions import Template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.settings import StageSettings
    from infra.stack import EaselStack

Resource = dict[str, Any]
ROOT = "root"


class Synthesize(Protocol):
    """What the fixture of this name does: `synthesize(stage="production", edge="true")`."""

    def __call__(self, **switches: str) -> Synthesized: ...


@dataclass(frozen=True)
class Synthesized:
    """The root stack with its nested stacks as CloudFormation will see them, and the settings they were made from."""

    stack: EaselStack
    settings: StageSettings

    @cached_property
    def templates(self) -> Mapping[str, Mapping[str, Any]]:
        """Each template as it is uploaded: that of the root, and those of nested stacks by their construct's id."""
        nested = {each.node.id: Template.from_stack(each).to_json() for each in self._nested}
        return {ROOT: Template.from_stack(self.stack).to_json()} | nested

    @cached_property
    def template(self) -> Mapping[str, Any]:
        """All templates as one: parameters and outputs between them are replaced by what they carry.

        Logical ids of nested stacks begin with the stack's id and a dot.
        """
        root = self.templates[ROOT]
        resources, outputs = dict(root["Resources"]), root["Outputs"]
        for nested in self._nested:
            name, template = nested.node.id, self.templates[nested.node.id]
            logical_id = self.stack.get_logical_id(cast("CfnElement", nested.nested_stack_resource))
            parameters = resources.pop(logical_id)["Properties"]["Parameters"]
            given = {f"{logical_id}.{key}": _qualified(output["Value"], name, parameters)
                     for key, output in template.get("Outputs", {}).items()}  # fmt: skip
            resources, outputs = _with_outputs(resources, given), _with_outputs(outputs, given)
            for key, resource in template["Resources"].items():
                resources[f"{name}.{key}"] = _qualified(resource, name, parameters)
        return {"Resources": resources, "Outputs": outputs}

    @property
    def _nested(self) -> list[NestedStack]:
        return [each for each in self.stack.node.find_all() if isinstance(each, NestedStack)]

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
        """Everything that a role may do, as `action on path`, with `?` where conditions apply; without denials."""
        found: set[str] = set()
        for statement in self.statements(role_path):
            if statement["Effect"] == "Deny":
                continue
            assert set(statement) - {"Condition"} == {"Action", "Effect", "Resource"}, statement
            mark = "?" if "Condition" in statement else ""
            for action in _as_list(statement["Action"]):
                found |= {f"{action} on {self._short(item)}{mark}" for item in _as_list(statement["Resource"])}
        return found

    def statements(self, role_path: str) -> list[dict[str, Any]]:
        """The statements of a role's policy, as they are in the template."""
        (policy,) = self.of_type("AWS::IAM::Role")[role_path]["Policies"]
        found: list[dict[str, Any]] = policy["PolicyDocument"]["Statement"]
        return found

    def _short(self, arn: Any) -> str:
        return self.text(arn).replace(
            "arn:AWS::Partition:states:AWS::Region:AWS::AccountId:execution:", "execution of "
        )


def _qualified(value: Any, stack: str, parameters: Mapping[str, Any]) -> Any:
    """A value of a nested template in the words of the whole."""
    match value:
        case {"Ref": name} if name in parameters:
            return parameters[name]
        case {"Ref": name} if not name.startswith("AWS::"):
            return {"Ref": f"{stack}.{name}"}
        case {"Fn::GetAtt": [logical_id, attribute]}:
            return {"Fn::GetAtt": [f"{stack}.{logical_id}", attribute]}
        case dict():
            return {key: _qualified(each, stack, parameters) for key, each in value.items()}
        case list():
            return [_qualified(each, stack, parameters) for each in value]
        case _:
            return value


def _with_outputs(value: Any, outputs: Mapping[str, Any]) -> Any:
    """A value of the root template with the outputs of a nested stack filled in."""
    match value:
        case {"Fn::GetAtt": [logical_id, attribute]} if attribute.startswith("Outputs."):
            name = f"{logical_id}.{attribute.removeprefix('Outputs.')}"
            return outputs.get(name, value)
        case dict():
            return {key: _with_outputs(each, outputs) for key, each in value.items()}
        case list():
            return [_with_outputs(each, outputs) for each in value]
        case _:
            return value


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
