"""Renders a set with a caller's values: one prompt per shot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from easel.domain.prompt_templates.language import Template, read_template
from easel.domain.prompt_templates.template_set import NUMBER, Shot, TemplateSet, Variable
from easel.domain.template_use import ANY_ROLE, TemplateUse, clean
from easel.errors import FieldError, InvalidRequest

LONGEST_PROMPT: Final = 4000
"""Characters. The limit of rendered prompts, besides that of the model: ten of them have to fit into one record."""
_LONGEST_TITLE: Final = 200


@dataclass(frozen=True, slots=True)
class ShotPrompt:
    """The prompt of one image. `references` are the indexes of the request's reference images it uses."""

    shot: Shot
    text: str
    references: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Composition:
    """The rendered prompts.

    `title` is a short description of all of them, `subject` what they show; `notices` list differences from the
    request.
    """

    template_id: str
    version: int
    title: str
    prompts: tuple[ShotPrompt, ...]
    notices: tuple[str, ...] = ()
    subject: str | None = None

    @property
    def aspect_ratio(self) -> str | None:
        """The suggested aspect ratio of the shots, if they agree."""
        ratios = {prompt.shot.aspect_ratio for prompt in self.prompts}
        return ratios.pop() if len(ratios) == 1 else None


def compose(
    chosen: TemplateSet, use: TemplateUse, *, roles: Sequence[str] = (), limit: int = LONGEST_PROMPT
) -> Composition:
    """Render the prompts. `roles` are those of the reference images, in the order in which a model gets them.

    No prompt is longer than `limit` and `LONGEST_PROMPT`.

    Raises:
        InvalidRequest: with one `FieldError` per invalid value, shot or role.
    """
    work = _Work(chosen, use)
    values = work.values()
    shots = work.shots(values)
    work.check_roles(roles)
    # Later checks would only repeat these errors.
    work.refuse_if_any()
    longest = min(limit, LONGEST_PROMPT)
    prompts = tuple(work.prompt(shot, values, roles, longest) for shot in shots)
    work.refuse_if_any()
    subject = _subject(chosen, values)
    title = shortened(f"{chosen.name}: {subject}" if subject else chosen.name, _LONGEST_TITLE)
    return Composition(chosen.id, chosen.version, title, prompts, tuple(work.notices), subject)


def shortened(text: str, room: int) -> str:
    """A text truncated to `room` characters, after a word if one ends in its second half; empty below two."""
    if len(text) <= room:
        return text
    if room < 2:  # noqa: PLR2004 - a character and the ellipsis
        return ""
    kept = text[: room - 1]
    word_end = kept.rfind(" ")
    return (kept[:word_end] if word_end > len(kept) // 2 else kept).rstrip() + "…"


@dataclass(slots=True)
class _Work:
    """The state of one rendering: collects errors and truncations."""

    chosen: TemplateSet
    use: TemplateUse
    faults: list[FieldError] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    def refuse_if_any(self) -> None:
        if self.faults:
            raise InvalidRequest(self.faults[0].message, self.faults)

    # --- values -------------------------------------------------------------------------------------------------------

    def values(self) -> dict[str, str]:
        """The given values, cleaned; empty ones count as missing."""
        known = {variable.name for variable in self.chosen.variables}
        for name in self.use.variables.keys() - known:
            message = f"The template {self.chosen.id} has no variable {name[:80]!r}."
            self._refuse(self.use.field_of(name[:80]), message, sorted(known))
        given = {}
        for variable in self.chosen.variables:
            value = self._value(variable, clean(self.use.variables.get(variable.name, "")))
            if value:
                given[variable.name] = value
        return given

    def _value(self, variable: Variable, value: str) -> str:
        at, longest = self.use.field_of(variable.name), variable.max_length
        if not value:
            if variable.required:
                self._refuse(at, f"{variable.name} is required.", _accepted(variable))
            return ""
        if variable.allowed and value not in map(clean, variable.allowed):
            self._refuse(at, f"{variable.name} must be one of {', '.join(variable.allowed)}.", list(variable.allowed))
            return ""
        if not variable.allowed and len(value) > longest:
            if self._may_shorten(variable):
                return self._shortened(variable.name, value, longest, "")
            message = f"{variable.name} has {len(value)} characters; at most {longest} are taken."
            self._refuse(at, message, _accepted(variable))
        return value

    def _may_shorten(self, variable: Variable) -> bool:
        return self.use.truncate and variable.truncatable

    def _shortened(self, name: str, value: str, room: int, where: str) -> str:
        kept = shortened(value, room)
        self.notices.append(f"{name} was shortened from {len(value)} to {len(kept)} characters{where}.")
        return kept

    # --- shots --------------------------------------------------------------------------------------------------------

    def shots(self, values: Mapping[str, str]) -> list[Shot]:
        """The shots to render, in the caller's order or in the set's."""
        known = {shot.id: shot for shot in self.chosen.shots}
        if self.use.shots is None:
            fitting = [shot for shot in self.chosen.shots if _fits(shot, values)]
            if not fitting:
                self._refuse(f"{self.use.at}shots", "The template has no shot for these values.", list(known))
            return fitting
        if not self.use.shots:
            self._refuse(f"{self.use.at}shots", "shots must name at least one shot.", list(known))
        for index, name in enumerate(self.use.shots):
            at = f"{self.use.at}shots[{index}]"
            if name not in known:
                self._refuse(at, f"The template {self.chosen.id} has no shot {name[:80]!r}.", list(known))
            elif name in self.use.shots[:index]:
                self._refuse(at, f"{name!r} is named twice.", list(known))
            elif not _fits(known[name], values):
                self._refuse(at, f"{name!r} is not made with these values.", dict(known[name].when))
        return [known[name] for name in self.use.shots if name in known]

    def check_roles(self, roles: Sequence[str]) -> None:
        known = [role.name for role in self.chosen.roles]
        for index, role in enumerate(roles):
            if role not in {*known, ANY_ROLE}:
                message = f"The template {self.chosen.id} has no reference {role[:80]!r}."
                # Not within `template`: reference images are a field of the request itself.
                self.faults.append(FieldError(f"references[{index}].role", message, [*known, ANY_ROLE]))

    def prompt(self, shot: Shot, values: Mapping[str, str], roles: Sequence[str], longest: int) -> ShotPrompt:
        """One shot, with the sentences about the reference images it uses."""
        references = _works_from(shot, roles)
        said = self._said([roles[index] for index in references])
        room = longest - (len(said) + 1 if said else 0)
        text = self._fitted(shot, values, room)
        if len(text) > room:
            needed = len(text) + longest - room
            message = f"The prompt of shot {shot.id} has {needed} characters; at most {longest} are taken."
            for name in self.use.fields_of_values():
                self._refuse(name, message, {"maxLength": longest})
        return ShotPrompt(shot, f"{text} {said}" if said else text, references)

    def _said(self, roles: Sequence[str]) -> str:
        """The set's sentences about the reference images; models number the images they get."""
        known = {role.name: read_template(role.sentence) for role in self.chosen.roles}
        numbered = enumerate(roles, start=1)
        return " ".join(known[role].render({NUMBER: str(number)}) for number, role in numbered if role in known)

    def _fitted(self, shot: Shot, values: Mapping[str, str], room: int) -> str:
        """The rendered text, with truncatable values cut as much as needed."""
        template, kept = shot.template, dict(values)
        for variable in self.chosen.variables:
            over = len(template.render(kept)) - room
            if over > 0 and variable.name in kept and self._may_shorten(variable) and template.uses(variable.name):
                self._cut(shot, template, variable.name, kept, over)
        return template.render(kept)

    def _cut(self, shot: Shot, template: Template, name: str, kept: dict[str, str], over: int) -> None:
        value = kept.pop(name)
        each = -(-over // template.uses(name))
        if text := self._shortened(name, value, max(0, len(value) - each), f" in shot {shot.id}"):
            kept[name] = text

    def _refuse(self, field: str, message: str, allowed: object) -> None:
        self.faults.append(FieldError(field, message, allowed))


def _fits(shot: Shot, values: Mapping[str, str]) -> bool:
    return all(values.get(name, value) == value for name, value in shot.when.items())


def _works_from(shot: Shot, roles: Sequence[str]) -> tuple[int, ...]:
    """The images of the shot's roles and those without a role; all of them if that is none."""
    wanted = {*shot.roles, ANY_ROLE}
    chosen = [index for index, role in enumerate(roles) if role in wanted or not shot.roles]
    return tuple(chosen or range(len(roles)))


def _accepted(variable: Variable) -> object:
    """The allowed values of a variable, for error responses."""
    return list(variable.allowed) or {"minLength": 1, "maxLength": variable.max_length}


def _subject(chosen: TemplateSet, values: Mapping[str, str]) -> str | None:
    """What the pictures show: the value of the template's main variable."""
    main = chosen.main_variable
    subject = values.get(main.name) if main else None
    return shortened(subject, _LONGEST_TITLE) if subject else None
