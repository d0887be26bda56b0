"""Builds the Lambda layers as zip files, without Docker, into `.build/layers/`.

    python -m infra.build_layers lambda     for AWS: arm64 wheels, bytecode of the Lambda's Python
    python -m infra.build_layers host       for an emulator that runs Lambdas on this machine's Python

A layer is built once per content: its name ends in a hash of its sources, and an existing zip file is reused. Bytecode
is compiled with unchecked hashes: Lambda unpacks layers with a fixed date, so Python would reject timestamp-based
bytecode on every cold start, which doubles the start-up time.
"""

import compileall
import gzip
import hashlib
import json
import py_compile
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

REPOSITORY: Final = Path(__file__).resolve().parent.parent
BUILD: Final = REPOSITORY / ".build"

LAMBDA_PYTHON: Final = "3.14"
LAMBDA_PLATFORMS: Final = ("manylinux2014_aarch64", "manylinux_2_28_aarch64")
MOUNT: Final = "/opt/python"
PYODIDE: Final = "pyodide@314.0.7"
"""The npm package with a Python of the version LAMBDA_PYTHON: the compiler if that interpreter is not installed."""

SERVICE_MODELS: Final = ("dynamodb", "events", "kms", "s3", "secretsmanager", "sqs", "stepfunctions", "sts")
"""The AWS services whose models are kept in botocore; the other four hundred are most of its size."""

LAYERS: Final = ("dependencies", "imaging", "identity", "easel")


class BuildError(RuntimeError):
    """A layer could not be built. The message has the failed step and the tool's output."""


class Target(StrEnum):
    """The platform of a layer."""

    LAMBDA = "lambda"
    HOST = "host"


@dataclass(frozen=True, slots=True)
class Compiler:
    """Compiles bytecode with an interpreter or with Pyodide. Without either, only sources are shipped."""

    interpreter: str | None = None
    pyodide: Path | None = None

    @property
    def label(self) -> str:
        """Part of a layer's hash: a layer without bytecode is built again once a compiler is available."""
        return "source" if self == Compiler() else "unchecked-hash"

    def compile(self, folder: Path) -> None:
        """Write unchecked-hash bytecode beside every source below `folder`. Raises BuildError."""
        if self.interpreter:
            _run([self.interpreter, str(Path(__file__)), "--compile", str(folder)])
        elif self.pyodide:
            _run(["node", str(REPOSITORY / "infra" / "bytecode.mjs"), str(self.pyodide), str(folder), MOUNT])


def build_layers(target: Target) -> Mapping[str, Path]:
    """The zip file of every layer by its name. Raises BuildError."""
    compiler = find_compiler(target)
    return {name: build_layer(name, target, compiler) for name in LAYERS}


def build_layer(name: str, target: Target, compiler: Compiler) -> Path:
    """The zip file of one layer, from `.build/layers/` if it exists. Raises BuildError."""
    archive = BUILD / "layers" / f"{name}-{target}-{_fingerprint(name, target, compiler)}.zip"
    if archive.exists():
        return archive
    _say(f"building layer {name} for {target} ...")
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=archive.parent) as scratch:
        root = Path(scratch) / "python"
        _fill(name, target, root)
        compiler.compile(root)
        unfinished = Path(scratch) / archive.name
        _zip(Path(scratch), root, unfinished)
        # Renamed into place, so that other processes never see an incomplete archive.
        unfinished.replace(archive)
    return archive


def find_compiler(target: Target) -> Compiler:
    """This interpreter for the host; for AWS one of Lambda's version, else Pyodide, else none."""
    if target is Target.HOST or _version_of(sys.executable) == LAMBDA_PYTHON:
        return Compiler(interpreter=sys.executable)
    local = shutil.which(f"python{LAMBDA_PYTHON}")
    if local and _version_of(local) == LAMBDA_PYTHON:
        return Compiler(interpreter=local)
    try:
        return Compiler(pyodide=_install_pyodide())
    except BuildError as problem:
        _say(f"no Python {LAMBDA_PYTHON} to compile with, so the layers carry no bytecode and start slower: {problem}")
        return Compiler()


def _install_pyodide() -> Path:
    folder = BUILD / PYODIDE.replace("@", "-")
    package = folder / "node_modules" / "pyodide"
    if not (package / "pyodide.mjs").exists():
        folder.mkdir(parents=True, exist_ok=True)
        _run(["npm", "install", "--prefix", str(folder), "--no-save", "--ignore-scripts", "--no-fund", PYODIDE])
    return package


def _fill(name: str, target: Target, root: Path) -> None:
    folder = REPOSITORY / "layers" / name
    if (folder / "python").is_dir():
        shutil.copytree(folder / "python", root, ignore=shutil.ignore_patterns("__pycache__", "README.md"))
        return
    _install(folder / "requirements.txt", target, root)
    _prune(root)


def _install(requirements: Path, target: Target, root: Path) -> None:
    elsewhere = [f"--platform={platform}" for platform in LAMBDA_PLATFORMS]
    elsewhere += [f"--python-version={LAMBDA_PYTHON}", "--implementation=cp"]
    _run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"),
            *("--no-compile", "--only-binary=:all:", "--target", str(root), "--requirement", str(requirements)),
            *(elsewhere if target is Target.LAMBDA else ()),
        ]
    )


def _prune(root: Path) -> None:
    unused = [service for service in root.glob("boto*/data/*/") if service.name not in SERVICE_MODELS]
    for folder in (*root.glob("bin"), *root.glob("*/tests"), *root.glob("*/test"), *unused):
        shutil.rmtree(folder)
    for record in ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json"):
        for file in root.glob(f"*.dist-info/{record}"):
            file.unlink()
    for model in root.glob("botocore/data/*/*/*.json.gz"):
        _slim(model)


def _slim(model: Path) -> None:
    """Replace a compressed service model by a plain one without documentation: loading it dominates client creation."""
    with gzip.open(model, "rt", encoding="utf-8") as packed:
        content = _without_documentation(json.load(packed))
    model.with_suffix("").write_text(json.dumps(content, separators=(",", ":")), encoding="utf-8")
    model.unlink()


def _without_documentation(node: Any) -> Any:
    if isinstance(node, dict):
        # A member named "documentation" is a mapping; documentation is always text. It is emptied and not removed,
        # because botocore reads it in some places.
        prose = {key for key in ("documentation", "documentationUrl") if isinstance(node.get(key), str)}
        return {key: "" if key in prose else _without_documentation(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_without_documentation(item) for item in node]
    return node


def _fingerprint(name: str, target: Target, compiler: Compiler) -> str:
    python = LAMBDA_PYTHON if target is Target.LAMBDA else sys.version
    digest = hashlib.sha256(f"{target} {python} {compiler.label}".encode() + Path(__file__).read_bytes())
    for file in _sources(REPOSITORY / "layers" / name):
        digest.update(f"{file.relative_to(REPOSITORY).as_posix()}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _sources(folder: Path) -> Iterator[Path]:
    for file in sorted(folder.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts and file.name != "README.md":
            yield file


def _zip(scratch: Path, root: Path, archive: Path) -> None:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        for file in sorted(path for path in root.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(file.relative_to(scratch).as_posix(), date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o755 if ".so" in file.suffixes else 0o644) << 16
            zipped.writestr(entry, file.read_bytes())


def _version_of(interpreter: str) -> str:
    return _run([interpreter, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]).strip()


def _run(command: list[str]) -> str:
    try:
        done = subprocess.run(  # noqa: S603  # fixed programs with arguments of our own
            command, capture_output=True, text=True, check=False, timeout=600
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise BuildError(f"{command[0]} could not be run to its end: {problem}") from problem
    if done.returncode:
        raise BuildError(f"`{' '.join(command)}` failed:\n{(done.stdout + done.stderr).strip()[-2000:]}")
    return done.stdout


def _compile_here(folder: Path) -> None:
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    if not compileall.compile_dir(folder, quiet=1, stripdir=str(folder), prependdir=MOUNT, invalidation_mode=mode):
        raise SystemExit("some files did not compile")


def _say(message: str) -> None:
    sys.stderr.write(f"{message}\n")


def _report(archives: Iterable[Path]) -> None:
    for archive in archives:
        with zipfile.ZipFile(archive) as zipped:
            unpacked = sum(entry.file_size for entry in zipped.infolist())
        _say(f"{archive.name}: {archive.stat().st_size / 1e6:.1f} MB, unpacked {unpacked / 1e6:.1f} MB")


def main(arguments: list[str]) -> None:
    """Build every layer for the given target, or, as `--compile <folder>`, compile for `Compiler`."""
    if len(arguments) == 2 and arguments[0] == "--compile":  # noqa: PLR2004  # the flag and its value
        _compile_here(Path(arguments[1]))
        return
    if len(arguments) != 1 or arguments[0] not in tuple(Target):
        raise SystemExit(f"usage: python -m infra.build_layers {'|'.join(Target)}")
    _report(build_layers(Target(arguments[0])).values())


if __name__ == "__main__":
    main(sys.argv[1:])
