"""`make run`: generate images from the terminal, through the public HTTP API only."""

import mimetypes
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from infra.local.api_client import ApiClient, GenerationState, ImageState
from infra.local.failures import ToolError
from infra.local.places import relative
from infra.local.progress import progress_view
from rich.console import Console

DEFAULT_PROMPT: Final = "A wooden easel on a hill above the sea at sunrise, oil on canvas"
_DEFAULT_MODEL: Final = "seedream-v4"
_DEADLINE_SECONDS: Final = 420
_BODY_FIELDS: Final = {
    "SIZE": "size",
    "ASPECT_RATIO": "aspectRatio",
    "RESOLUTION": "resolution",
    "FORMAT": "outputFormat",
}


@dataclass(frozen=True, slots=True)
class Request:
    """The request of `make run`, from make variables: one request body per model.

    `references` are addresses and paths of local files, which are uploaded first.
    """

    bodies: tuple[dict[str, Any], ...]
    references: tuple[str, ...] = ()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Request":
        """Raises ToolError when N is not a number; the API validates everything else, also an empty PROMPT."""
        values = {name: _text(value) for name, value in environment.items() if value.strip()}
        prompt = _text(environment["PROMPT"]) if "PROMPT" in environment else DEFAULT_PROMPT
        body: dict[str, Any] = {"prompt": prompt}
        body |= {field: values[name] for name, field in _BODY_FIELDS.items() if name in values}
        if "N" in values:
            body["n"] = _number(values["N"])
        references = _listed(values.get("REFERENCES", ""))
        models = values.get("MODEL", _DEFAULT_MODEL).replace(",", " ").split()
        return cls(tuple({"model": model} | body for model in models), references)


def generate_all(record: Mapping[str, Any], request: Request, pictures: Path, console: Console) -> bool:
    """Run the generations one after another. True when every image was delivered."""
    with ApiClient(record["apiUrl"], record["apiKey"]) as api:
        try:
            references = [_reference(api, named, console) for named in request.references]
        except ToolError as error:
            _complain(console, error)
            return False
        more = {"references": references} if references else {}
        complete = [_generate(api, body | more, pictures, console) for body in request.bodies]
    return all(complete)


def _reference(api: ApiClient, named: str, console: Console) -> dict[str, str]:
    """One entry of `references`: an address as it is, a file once it is uploaded."""
    if "://" in named:
        return {"url": named}
    file = Path(named).expanduser()
    upload_id = api.upload(file)
    console.print(f"uploaded {file.name} as {upload_id}", markup=False, highlight=False, soft_wrap=True)
    return {"uploadId": upload_id}


def _generate(api: ApiClient, body: dict[str, Any], pictures: Path, console: Console) -> bool:
    console.print(f"\n{body['model']}: {body['prompt']}", markup=False, highlight=False, soft_wrap=True)
    began = time.monotonic()
    try:
        state = _wait_for(api, body, console)
        finished = time.monotonic() - began
        saved = [_save(api, state, image, body["model"], pictures) for image in state.images if _is_there(image)]
    except ToolError as error:
        _complain(console, error)
        return False
    _tell(console, state, saved, seconds=finished, studio=api.address("/gallery"))
    return state.status == "COMPLETED" and len(saved) == len(state.images)


def _wait_for(api: ApiClient, body: dict[str, Any], console: Console) -> GenerationState:
    deadline = time.monotonic() + _DEADLINE_SECONDS
    state = api.submit(body)
    console.print(f"  {state.id}, price {state.price}", markup=False, highlight=False, soft_wrap=True)
    with progress_view(console) as view:
        view.show(state)
        while not state.is_final:
            if time.monotonic() > deadline:
                raise ToolError(f"Generation {state.id} is still {state.status} after {_DEADLINE_SECONDS} s.")
            time.sleep(state.pause_seconds)
            state = api.look(state)
            view.show(state)
    return state


def _save(
    api: ApiClient, state: GenerationState, image: ImageState, model: str, pictures: Path
) -> tuple[Path, ImageState]:
    link = image.link or ""
    content, media_type = api.download(link)
    extension = mimetypes.guess_extension(media_type) or ".bin"
    file = pictures / f"{model}-{state.id}-{image.index + 1}{extension}"
    pictures.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file, image


def _is_there(image: ImageState) -> bool:
    return image.status == "COMPLETED" and image.link is not None


def _tell(
    console: Console, state: GenerationState, saved: list[tuple[Path, ImageState]], *, seconds: float, studio: str
) -> None:
    came = f"{len(saved)} of {len(state.images)} pictures, charged {state.charged}"
    lines = [f"  {state.status.lower()} in {seconds:.1f} s: {came}"]
    for file, image in saved:
        lines += [f"  saved  {relative(file)}", f"  link   {image.link}", f"  studio {studio}/{image.id}"]
    lines += [f"  picture {image.index + 1} failed: {image.error}" for image in state.images if image.error]
    lines += [f"  {state.error}"] if state.error else []
    lines += [f"  more   make trace ID={state.id}  (or make logs ID=...)"]
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _complain(console: Console, error: ToolError) -> None:
    console.print(f"  {error}", style="red", markup=False, highlight=False, soft_wrap=True)


def _listed(text: str) -> tuple[str, ...]:
    """The entries of a list, by commas if it has any, else by spaces: a path may have spaces in it."""
    parts = text.split(",") if "," in text else text.split()
    return tuple(part.strip() for part in parts if part.strip())


def _text(value: str) -> str:
    """Environment variables are bytes; a prompt is UTF-8 regardless of the locale."""
    return os.fsencode(value).decode("utf-8", errors="replace").strip()


def _number(text: str) -> int:
    if not text.isdecimal():
        raise ToolError(f"N is {text!r}; give a number of pictures.")
    return int(text)
