"""A set of prompt templates: its variables, one template per shot, and the validation of sets."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from easel.domain.prompt_templates.language import NAME, Template, TemplateFault, read_template
from easel.domain.template_use import MAX_VARIABLES, ROLE
from easel.domain.text import is_blank
from easel.errors import FieldError
from easel.ids import MAX_IMAGES

LONGEST_NAME: Final = 100
LONGEST_DESCRIPTION: Final = 500
LONGEST_VALUE: Final = 4000
"""The maximum length of a value in characters: that of a prompt."""
MAX_ALLOWED: Final = 50
MAX_ROLES: Final = 10
MAX_SHOTS: Final = MAX_IMAGES
MAX_TEMPLATES: Final = 100
"""Per workspace."""
MAX_VERSIONS: Final = 50
"""Per template: they are deleted with it in one transaction."""
MAX_SET_BYTES: Final = 32 * 1024
"""Of a set as JSON: a full page of 100 sets fits into Lambda's response limit (6 MB)."""

NUMBER: Final = "number"
"""The one variable of a role's sentence: the number of the reference image, counted from 1."""
_RATIO: Final = r"[1-9][0-9]?:[1-9][0-9]?"


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of a set. `allowed` are the only values, if it is not empty.

    `truncatable`: a caller may choose to have a longer value truncated instead of refused.
    """

    name: str
    description: str = ""
    required: bool = False
    max_length: int = 200
    allowed: tuple[str, ...] = ()
    example: str | None = None
    truncatable: bool = False


@dataclass(frozen=True, slots=True)
class Role:
    """A role of reference images, and the sentence that tells a model which image it is."""

    name: str
    sentence: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Shot:
    """One image of a set. `roles` are those of the reference images it uses; empty means all.

    `aspect_ratio` is a suggestion. `when` has conditions: with another value of such a variable the shot is left out.
    """

    id: str
    name: str
    text: str
    roles: tuple[str, ...] = ()
    aspect_ratio: str | None = None
    when: Mapping[str, str] = field(default_factory=dict)

    @property
    def template(self) -> Template:
        """Raises TemplateFault."""
        return read_template(self.text)


@dataclass(frozen=True, slots=True)
class TemplateSet:
    """One version of a set. Versions never change; a change creates the next one."""

    id: str
    version: int
    name: str
    description: str
    variables: tuple[Variable, ...]
    shots: tuple[Shot, ...]
    roles: tuple[Role, ...] = ()

    @property
    def main_variable(self) -> Variable | None:
        """The first required variable: the subject of the images."""
        return next((variable for variable in self.variables if variable.required), None)


def faults_of(wanted: TemplateSet) -> list[FieldError]:
    """All validation errors of a set, by field."""
    faults = _Faults()
    faults.text("name", wanted.name, LONGEST_NAME)
    faults.length("description", wanted.description, LONGEST_DESCRIPTION)
    faults.count("variables", wanted.variables, 0, MAX_VARIABLES)
    faults.count("references", wanted.roles, 0, MAX_ROLES)
    faults.count("shots", wanted.shots, 1, MAX_SHOTS)
    faults.unique("variables", "name", [variable.name for variable in wanted.variables])
    faults.unique("references", "role", [role.name for role in wanted.roles])
    faults.unique("shots", "id", [shot.id for shot in wanted.shots])
    for index, variable in enumerate(wanted.variables):
        _check_variable(f"variables[{index}]", variable, faults)
    for index, role in enumerate(wanted.roles):
        _check_role(f"references[{index}]", role, faults)
    for index, shot in enumerate(wanted.shots):
        _check_shot(f"shots[{index}]", shot, wanted, faults)
    size = len(json.dumps(set_values(wanted), ensure_ascii=False).encode())
    if size > MAX_SET_BYTES:
        message = f"The template has {size} bytes as JSON; at most {MAX_SET_BYTES} are taken."
        faults.add("shots", message, {"maxBytes": MAX_SET_BYTES})
    return faults.found


class _Faults:
    """Collects errors, so that all are reported at once."""

    def __init__(self) -> None:
        self.found: list[FieldError] = []

    def add(self, at: str, message: str, allowed: Any = None) -> None:
        self.found.append(FieldError(at, message, allowed))

    def text(self, at: str, text: str, longest: int) -> None:
        if is_blank(text) or len(text.strip()) > longest:
            self.add(at, f"{at} must have 1 to {longest} characters.", {"minLength": 1, "maxLength": longest})

    def length(self, at: str, text: str, longest: int) -> None:
        if len(text) > longest:
            self.add(at, f"{at} must have at most {longest} characters.", {"maxLength": longest})

    def count(self, at: str, entries: Iterable[object], lowest: int, highest: int) -> None:
        if not lowest <= len(tuple(entries)) <= highest:
            limits = {"minItems": lowest, "maxItems": highest}
            self.add(at, f"{at} must have from {lowest} to {highest} entries.", limits)

    def pattern(self, at: str, text: str, pattern: str) -> None:
        if not re.fullmatch(pattern, text):
            self.add(at, f"{at} is not spelled as it must be.", {"pattern": f"^{pattern}$"})

    def unique(self, at: str, key: str, names: list[str]) -> None:
        for index, name in enumerate(names):
            if name in names[:index]:
                self.add(f"{at}[{index}].{key}", f"{name[:80]!r} is there twice.")

    def template(self, at: str, text: str) -> Template | None:
        try:
            return read_template(text)
        except TemplateFault as fault:
            self.add(at, str(fault), {"placeholder": "{name}", "optional": "[[ ... {name} ...]]"})
            return None


def _check_variable(at: str, variable: Variable, faults: _Faults) -> None:
    faults.pattern(f"{at}.name", variable.name, NAME)
    faults.length(f"{at}.description", variable.description, LONGEST_DESCRIPTION)
    if not 1 <= variable.max_length <= LONGEST_VALUE:
        message = f"{at}.maxLength must be from 1 to {LONGEST_VALUE}."
        faults.add(f"{at}.maxLength", message, {"minimum": 1, "maximum": LONGEST_VALUE})
    faults.count(f"{at}.allowed", variable.allowed, 0, MAX_ALLOWED)
    for number, value in enumerate(variable.allowed):
        faults.text(f"{at}.allowed[{number}]", value, LONGEST_NAME)
    faults.length(f"{at}.example", variable.example or "", LONGEST_DESCRIPTION)
    if variable.truncatable and variable.allowed:
        faults.add(f"{at}.truncatable", "A value that is chosen from a list cannot be shortened.")


def _check_role(at: str, role: Role, faults: _Faults) -> None:
    faults.pattern(f"{at}.role", role.name, ROLE)
    faults.length(f"{at}.description", role.description, LONGEST_DESCRIPTION)
    faults.text(f"{at}.sentence", role.sentence, LONGEST_DESCRIPTION)
    template = faults.template(f"{at}.sentence", role.sentence)
    if template and template.names != {NUMBER}:
        message = f"{at}.sentence must say which picture it speaks of, by {{{NUMBER}}}, and has no other value."
        faults.add(f"{at}.sentence", message, [NUMBER])


def _check_shot(at: str, shot: Shot, wanted: TemplateSet, faults: _Faults) -> None:
    faults.pattern(f"{at}.id", shot.id, ROLE)
    faults.text(f"{at}.name", shot.name, LONGEST_NAME)
    faults.text(f"{at}.text", shot.text, LONGEST_VALUE)
    roles = [role.name for role in wanted.roles]
    for number, role in enumerate(shot.roles):
        if role not in roles:
            faults.add(f"{at}.references[{number}]", f"There is no reference {role[:80]!r} in this template.", roles)
    if shot.aspect_ratio is not None:
        faults.pattern(f"{at}.aspectRatio", shot.aspect_ratio, _RATIO)
    _check_when(at, shot, wanted, faults)
    template = faults.template(f"{at}.text", shot.text)
    if template:
        _check_names(f"{at}.text", template, wanted, faults)


def _check_when(at: str, shot: Shot, wanted: TemplateSet, faults: _Faults) -> None:
    choices = {variable.name: variable.allowed for variable in wanted.variables if variable.allowed}
    for name, value in shot.when.items():
        if value not in choices.get(name, ()):
            message = f"{at}.when must name a variable with allowed values, and one of them."
            faults.add(f"{at}.when", message, {known: list(values) for known, values in choices.items()})


def _check_names(at: str, template: Template, wanted: TemplateSet, faults: _Faults) -> None:
    known = {variable.name: variable for variable in wanted.variables}
    for name in sorted(template.names - known.keys()):
        faults.add(at, f"There is no variable {name!r} in this template.", sorted(known))
    required = {name for name, variable in known.items() if variable.required}
    for name in sorted((template.indispensable & known.keys()) - required):
        faults.add(at, f"{name} need not be given: put it and the words around it into [[ ]], or require it.")
    if not template.render(dict.fromkeys(required, "x")):
        faults.add(at, f"{at} must say something even when all that need not be given is left out.")


# --- JSON form: in files, in tables and in the API ------------------------------------------------------------------


def set_values(one: TemplateSet) -> dict[str, Any]:
    """The set as JSON values, without id and version."""
    return {
        "name": one.name,
        "description": one.description,
        "variables": [
            {
                "name": variable.name,
                "description": variable.description,
                "required": variable.required,
                "maxLength": variable.max_length,
                "allowed": list(variable.allowed),
                "example": variable.example,
                "truncatable": variable.truncatable,
            }
            for variable in one.variables
        ],
        "references": [
            {"role": role.name, "sentence": role.sentence, "description": role.description} for role in one.roles
        ],
        "shots": [
            {
                "id": shot.id,
                "name": shot.name,
                "text": shot.text,
                "references": list(shot.roles),
                "aspectRatio": shot.aspect_ratio,
                "when": dict(shot.when),
            }
            for shot in one.shots
        ],
    }


def set_from(id: str, version: int, values: Mapping[str, Any]) -> TemplateSet:
    """The inverse of `set_values`; missing values get their defaults."""
    return TemplateSet(
        id=id,
        version=version,
        name=values["name"],
        description=values.get("description", ""),
        variables=tuple(_variable(entry) for entry in values.get("variables", ())),
        roles=tuple(
            Role(entry["role"], entry["sentence"], entry.get("description", ""))
            for entry in values.get("references", ())
        ),
        shots=tuple(_shot(entry) for entry in values["shots"]),
    )


def _variable(entry: Mapping[str, Any]) -> Variable:
    return Variable(
        name=entry["name"],
        description=entry.get("description", ""),
        required=entry.get("required", False),
        max_length=entry.get("maxLength", 200),
        allowed=tuple(entry.get("allowed", ())),
        example=entry.get("example"),
        truncatable=entry.get("truncatable", False),
    )


def _shot(entry: Mapping[str, Any]) -> Shot:
    return Shot(
        id=entry["id"],
        name=entry["name"],
        text=entry["text"],
        roles=tuple(entry.get("references", ())),
        aspect_ratio=entry.get("aspectRatio"),
        when=dict(entry.get("when", {})),
    )
