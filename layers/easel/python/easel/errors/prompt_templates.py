"""Errors about prompt templates."""

from __future__ import annotations

from easel.errors.base import Conflict, InvalidRequest


class UnknownTemplate(InvalidRequest):
    """No such prompt template in the caller's workspace, or no such version of it."""

    code = "unknown_template"


class TooManyTemplates(Conflict):
    """The limit of prompt templates of a workspace, or of versions of a template, is reached."""

    code = "too_many_templates"
