"""Install the pinned clients below `.build/clients`, and run them at the stack that `make up` started."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Final

from PIL import Image
from tests.support.cloud import LocalCloud

FOLDER: Final = Path(__file__).resolve().parent
DOCUMENT: Final = FOLDER.parents[1] / "layers/easel/python/easel/http/openapi.json"
BUILD: Final = FOLDER.parents[1] / ".build" / "clients"


def main() -> int:
    """Run all. Returns 0 if all passed."""
    BUILD.mkdir(parents=True, exist_ok=True)
    cloud = LocalCloud.from_file()
    workspace = cloud.new_workspace("Clients", credits=5_000)
    (BUILD / "picture.png").write_bytes(_picture())
    environment = os.environ | {
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # else it fetches prices from a public address
        "EASEL_ROOT": cloud.api_url,
        "EASEL_URL": f"{cloud.api_url}/v1",
        "EASEL_KEY": workspace.api_key,
        "EASEL_PICTURE": str(BUILD / "picture.png"),
    }
    node, python = _node(), _python()
    commands = (node, python, *_generated(node[0], python[0]))
    return max(subprocess.run(command, env=environment, cwd=BUILD, check=False).returncode for command in commands)


def _node() -> list[str]:
    for name in ("package.json", "clients.mjs"):
        shutil.copy(FOLDER / name, BUILD)
    subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent"], cwd=BUILD, check=True)
    return ["node", "clients.mjs"]


def _python() -> list[str]:
    interpreter = BUILD / "venv" / "bin" / "python"
    if not interpreter.exists():
        venv.create(BUILD / "venv", with_pip=True)
    subprocess.run([interpreter, "-m", "pip", "install", "-q", "-r", FOLDER / "requirements.txt"], check=True)
    return [str(interpreter), str(FOLDER / "python_clients.py")]


def _generated(node: str, python: str) -> tuple[list[str], list[str]]:
    """Make clients of the OpenAPI document, compile the TypeScript one, and return how both are run."""
    for name in ("generated_client.mts", "generated_client.py"):
        shutil.copy(FOLDER / name, BUILD)
    types = BUILD / "schema.d.ts"
    options = ("--strict", "--target", "es2022", "--module", "nodenext", "--skipLibCheck")
    makers: tuple[list[str | Path], ...] = (
        ["npx", "openapi-typescript", DOCUMENT, "-o", types],
        ["npx", "tsc", *options, "generated_client.mts"],
        [
            *(BUILD / "venv" / "bin" / "openapi-python-client", "generate", "--path", DOCUMENT, "--overwrite"),
            *("--meta", "none", "--output-path", BUILD / "easel_client"),
        ],
    )
    for command in makers:
        subprocess.run(command, cwd=BUILD, check=True, stdout=subprocess.DEVNULL)
    return [node, "generated_client.mjs"], [python, "generated_client.py"]


def _picture() -> bytes:
    """A picture that is its own mask: it has a hole."""
    buffer = io.BytesIO()
    drawn = Image.new("RGBA", (256, 256), (200, 40, 40, 255))
    drawn.paste((0, 0, 0, 0), (64, 64, 192, 192))
    drawn.save(buffer, "PNG")
    return buffer.getvalue()


if __name__ == "__main__":
    sys.exit(main())
