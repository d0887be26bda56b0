"""What a thousand images and a month at rest cost: `tests/infra/costs.py` over the templates of production."""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
from pathlib import Path

from tests.bench import figures
from tests.bench.tables import show

# The CDK's own rules take far longer than synthesis.
os.environ["CDK_VALIDATION"] = "false"

from aws_cdk import App
from infra.build_layers import LAYERS
from infra.settings import REPOSITORY, read_settings
from infra.stack import Code, EaselStack
from tests.infra import costs
from tests.infra.synthesized import Synthesized


def report() -> None:
    """Both tables, at list prices."""
    with tempfile.TemporaryDirectory() as folder:
        stack = _production(Path(folder))
        rest = costs.at_rest(stack)
        callback, inline = (costs.per_thousand_images(stack, use) for use in (costs.CALLBACK, costs.INLINE))
    rows = [(name, f"{line.listed:.2f}", f"{line.after_free:.2f}") for name, line in rest.items()]
    together = (
        "together",
        *(f"{sum(getattr(line, at) for line in rest.values()):.2f}" for at in ("listed", "after_free")),
    )
    show("A month at rest, $", ("at rest", "list price", "after what is free"), [*rows, together])
    images = [(name, f"{callback[name]:.4f}", f"{inline[name]:.4f}") for name in callback]
    together = ("together", *(f"{sum(each.values()):.4f}" for each in (callback, inline)))
    header = ("per 1,000 images", "the vendor calls back", f"it answers in line after {costs.VENDOR_SECONDS} s")
    show("A thousand requests of one image, $, without the vendor", header, [*images, together])
    figures.compare(
        "costs",
        "$",
        {
            "a month at rest": sum(line.after_free for line in rest.values()),
            "1,000 images, the vendor calls back": sum(callback.values()),
            f"1,000 images, it answers in line after {costs.VENDOR_SECONDS} s": sum(inline.values()),
        },
    )


def _production(folder: Path) -> Synthesized:
    """The stack with the real functions and empty layers."""
    empty = folder / "empty.zip"
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("empty", "")
    context = json.loads((REPOSITORY / "cdk.json").read_text(encoding="utf-8"))["context"]
    settings = read_settings({"stage": "production"}.get, {})
    app = App(context={**context, "aws:cdk:enable-path-metadata": True}, analytics_reporting=False, outdir=str(folder))
    code = Code(functions=REPOSITORY / "functions", layers=dict.fromkeys(LAYERS, empty))
    return Synthesized(EaselStack(app, settings.stack_name, settings=settings, code=code), settings)
