"""Cuts botocore's data down to what our functions call: reading it is a third of a function's first request.

Of more than four hundred services a handful stays, of these the operations whose names stand in our sources, and of
the list of endpoints the entries of these services.
"""

import gzip
import json
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import botocore.loaders
from botocore import xform_name

SERVICES: Final = (
    *("apigatewaymanagementapi", "dynamodb", "events", "kms", "s3", "secretsmanager", "sqs", "stepfunctions", "sts"),
)
"""Folders of the services that functions call."""

_USED_BY_BOTOCORE: Final = {"s3": frozenset({"CreateBucket", "HeadBucket"})}
"""Operations that botocore itself needs: for presigned forms, and to find the region of a bucket."""
_WORD: Final = re.compile(r"[a-z][a-z0-9_]+")
Model = dict[str, Any]
Operations = Mapping[str, frozenset[str]]
"""Names of operations by service."""


def used_operations(folders: Iterable[Path]) -> Operations:
    """The operations whose method's name is a word of the Python sources below these folders.

    One too many costs a millisecond; a list by hand would be missing the next one.
    """
    texts = (file.read_text(encoding="utf-8") for folder in folders for file in folder.rglob("*.py"))
    words = {word for text in texts for word in _WORD.findall(text)}
    loader = botocore.loaders.create_loader()
    models = {service: loader.load_service_model(service, "service-2") for service in SERVICES}
    return {
        service: frozenset(name for name in model["operations"] if xform_name(name) in words)
        | _USED_BY_BOTOCORE.get(service, frozenset())
        for service, model in models.items()
    }


def reduce(root: Path, used: Operations) -> None:
    """Reduce the data of the botocore (and boto3) that is installed at `root`."""
    for folder in root.glob("boto*/data/*/"):
        if folder.name not in SERVICES:
            shutil.rmtree(folder)
    for packed in root.glob("botocore/data/*/*/*.json.gz"):
        content = json.loads(gzip.decompress(packed.read_bytes()))
        if packed.name.startswith("service-2"):
            content = _with_operations(content, used.get(packed.parts[-3], frozenset()))
        # Plain, because unpacking takes longer than reading, and without line breaks.
        packed.with_suffix("").write_text(_compact(_without_documentation(content)), encoding="utf-8")
        packed.unlink()
    for endpoints in root.glob("botocore/data/endpoints.json"):
        content = json.loads(endpoints.read_text(encoding="utf-8"))
        endpoints.write_text(_compact(_with_endpoints(content, root)), encoding="utf-8")


def _with_operations(model: Model, used: frozenset[str]) -> Model:
    """Without the operations that are not used, and the shapes that only they need. Without any, as it is."""
    if not used or "operations" not in model:
        return model
    operations = {name: operation for name, operation in model["operations"].items() if name in used}
    shapes = model["shapes"]
    needed: set[str] = set()
    # Errors are looked up by their names, whichever operation raises them.
    waiting = [name for name, shape in shapes.items() if shape.get("exception")]
    waiting += _shapes_of(operations)
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += _shapes_of(shapes[name])
    kept = {name: shape for name, shape in shapes.items() if name in needed}
    return {**model, "operations": operations, "shapes": kept}


def _shapes_of(node: Any) -> Iterator[str]:
    """The names of shapes that a part of a model refers to."""
    if isinstance(node, dict):
        if isinstance(node.get("shape"), str):
            yield node["shape"]
        for value in node.values():
            yield from _shapes_of(value)
    elif isinstance(node, list):
        for element in node:
            yield from _shapes_of(element)


def _with_endpoints(content: Model, root: Path) -> Model:
    """Only the endpoints of the services that stay, under the prefixes that their models name."""
    models = [json.loads(path.read_text(encoding="utf-8")) for path in root.glob("botocore/data/*/*/service-2.json")]
    prefixes = {model["metadata"]["endpointPrefix"] for model in models}
    partitions = [
        {**partition, "services": {name: each for name, each in partition["services"].items() if name in prefixes}}
        for partition in content["partitions"]
    ]
    return {**content, "partitions": partitions}


def _without_documentation(node: Any) -> Any:
    if isinstance(node, dict):
        # A member named "documentation" is a mapping; documentation is always text. It is emptied and not removed,
        # because botocore reads it in some places.
        prose = {key for key in ("documentation", "documentationUrl") if isinstance(node.get(key), str)}
        return {key: "" if key in prose else _without_documentation(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_without_documentation(item) for item in node]
    return node


def _compact(content: object) -> str:
    return json.dumps(content, separators=(",", ":"))
