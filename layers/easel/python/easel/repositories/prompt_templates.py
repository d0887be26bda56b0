"""A workspace's own prompt templates in DynamoDB.

WS#<workspace> / PROMPT#<template>                   the newest version
WS#<workspace> / PROMPTVERSION#<template>#<version>  every version; never changes
WS#<workspace> / PROMPTS                             the number of templates
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from easel.clock import from_iso, to_iso
from easel.domain.prompt_templates import MAX_TEMPLATES, set_from, set_values
from easel.errors import EaselError, StaleWrite, TooManyTemplates
from easel.repositories.attribute_values import to_item
from easel.repositories.dynamodb import TransactionWrite
from easel.repositories.keys import Key, part, workspace_partition
from easel.repositories.records import Records
from easel.services.ports.pages import Page
from easel.services.ports.prompt_templates import OwnTemplate
from easel.services.ports.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_SCHEMA = 1

PROMPT_TEMPLATE_PREFIX: Final = "PROMPT#"


def prompt_template_key(workspace_id: str, template_id: str) -> Key:
    """The newest version."""
    return {"pk": workspace_partition(workspace_id), "sk": f"{PROMPT_TEMPLATE_PREFIX}{part(template_id)}"}


def prompt_template_version_key(workspace_id: str, template_id: str, version: int) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": f"PROMPTVERSION#{part(template_id)}#{version}"}


def prompt_template_count_key(workspace_id: str) -> Key:
    return {"pk": workspace_partition(workspace_id), "sk": "PROMPTS"}


class DynamoPromptTemplates:
    """`ports.prompt_templates.PromptTemplates`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._records = Records(client, table_name)

    # --- writes: parts of transactions --------------------------------------------------------------------------

    def adding(self, own: OwnTemplate) -> Sequence[Write]:
        return [
            self._counting(own.workspace_id),
            self._putting("put prompt template", _key(own), "PROMPT_TEMPLATE", own),
            self._putting_version(own),
        ]

    def replacing(self, own: OwnTemplate) -> Sequence[Write]:
        before = own.template.version - 1
        return [
            self._putting("replace prompt template", _key(own), "PROMPT_TEMPLATE", own, replaces=before),
            self._putting_version(own),
        ]

    def removing(self, own: OwnTemplate) -> Sequence[Write]:
        template = own.template
        versions = (
            prompt_template_version_key(own.workspace_id, template.id, version)
            for version in range(1, template.version + 1)
        )
        return [
            self._deleting("remove prompt template", _key(own), template.version),
            *(self._deleting("remove version", key, number) for number, key in enumerate(versions, start=1)),
            self._counting(own.workspace_id, removed=True),
        ]

    def _putting_version(self, own: OwnTemplate) -> Write:
        key = prompt_template_version_key(own.workspace_id, own.template.id, own.template.version)
        return self._putting("put version", key, "PROMPT_TEMPLATE_VERSION", own)

    def _putting(
        self, description: str, key: Key, entity: str, own: OwnTemplate, *, replaces: int | None = None
    ) -> Write:
        there = _at_version(replaces) if replaces else {"ConditionExpression": "attribute_not_exists(pk)"}
        item = to_item({**key, "entity": entity, "schema": _SCHEMA, **_values(own)})
        return TransactionWrite(description, {"Put": {"TableName": self._records.name, "Item": item, **there}}, _stale)

    def _deleting(self, description: str, key: Key, version: int) -> Write:
        action = {"TableName": self._records.name, "Key": to_item(key), **_at_version(version)}
        return TransactionWrite(description, {"Delete": action}, _stale)

    def _counting(self, workspace_id: str, *, removed: bool = False) -> Write:
        condition = "#count > :none" if removed else "attribute_not_exists(#count) OR #count < :most"
        bound = {":none": 0} if removed else {":most": MAX_TEMPLATES}
        update = {
            "TableName": self._records.name,
            "Key": to_item(prompt_template_count_key(workspace_id)),
            "UpdateExpression": "ADD #count :change",
            "ConditionExpression": condition,
            "ExpressionAttributeNames": {"#count": "count"},
            "ExpressionAttributeValues": to_item({":change": -1 if removed else 1, **bound}),
        }
        return TransactionWrite("count prompt templates", {"Update": update}, _stale if removed else _full)

    # --- reads ----------------------------------------------------------------------------------------------------

    def get(self, workspace_id: str, template_id: str, version: int | None = None) -> OwnTemplate | None:
        if version is None:
            key = prompt_template_key(workspace_id, template_id)
        else:
            key = prompt_template_version_key(workspace_id, template_id, version)
        values = self._records.get(key)
        return _own_from(values) if values else None

    def list(self, workspace_id: str, *, limit: int, after: str | None) -> Page[OwnTemplate]:
        found = self._records.listed(
            workspace_partition(workspace_id),
            limit=limit,
            after=after,
            prefix=PROMPT_TEMPLATE_PREFIX,
            newest_first=True,
        )
        return found.map(_own_from)


def _key(own: OwnTemplate) -> Key:
    return prompt_template_key(own.workspace_id, own.template.id)


def _at_version(version: int) -> dict[str, Any]:
    """The condition that a record has this version."""
    return {
        "ConditionExpression": "#version = :version",
        "ExpressionAttributeNames": {"#version": "version"},
        "ExpressionAttributeValues": to_item({":version": version}),
    }


def _values(own: OwnTemplate) -> dict[str, Any]:
    return {
        "id": own.template.id,
        "version": own.template.version,
        "workspaceId": own.workspace_id,
        "template": set_values(own.template),
        "createdAt": to_iso(own.created_at),
        "changedAt": to_iso(own.changed_at),
        "changedBy": own.changed_by,
    }


def _own_from(values: Mapping[str, Any]) -> OwnTemplate:
    return OwnTemplate(
        workspace_id=values["workspaceId"],
        template=set_from(values["id"], values["version"], values["template"]),
        created_at=from_iso(values["createdAt"]),
        changed_at=from_iso(values["changedAt"]),
        changed_by=values["changedBy"],
    )


def _stale(_: dict[str, Any] | None) -> EaselError:
    return StaleWrite("The prompt template changed since it was read.")


def _full(_: dict[str, Any] | None) -> EaselError:
    return TooManyTemplates(f"A workspace can have {MAX_TEMPLATES} prompt templates; remove one first.")
