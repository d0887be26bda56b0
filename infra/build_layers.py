"""Builds the Lambda layers as zip files, without Docker, into `.build/layers/`.

    python -m infra.build_layers lambda     for AWS: arm64 wheels, bytecode of the Lambda's Python
    python -m infra.build_layers host       for an emulator that runs Lambdas on this machine's Python

A layer is built once per content: its name ends in a hash of its sources, and an existing zip file is reused. Bytecode
is compiled with unchecked hashes: Lambda unpacks layers with a fixed date, so Python would reject timestamp-based
bytecode on every cold start, which doubles the start-up time.
"""

import gzip
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

from infra import botocore_models

REPOSITORY: Final = Path(__file__).resolve().parent.parent
BUILD: Final = REPOSITORY / ".build"

LAMBDA_PYTHON: Final = "3.14"
LAMBDA_PLATFORMS: Final = ("manylinux2014_aarch64", "manylinux_2_28_aarch64")
MOUNT: Final = "/opt/python"
PYODIDE: Final = "pyodide@314.0.7"
"""The npm package with a Python of the version LAMBDA_PYTHON: the compiler if that interpreter is not installed."""

_COMPILE: Final = Path(__file__).with_name("compile_bytecode.py")

REFERENCE_SCRIPT: Final = "package/dist/browser/standalone.js"
"""Scalar's API reference as one script, within its npm package."""

LAYERS: Final = ("dependencies", "imaging", "identity", "documentation", "easel")


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
            _run([self.interpreter, str(_COMPILE), str(folder), MOUNT])
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
        if (folder / "package.json").exists():
            _add_reference(folder / "package.json", root / "easel_documentation")
        return
    _install(folder / "requirements.txt", target, root)
    _prune(root)


def _add_reference(manifest: Path, folder: Path) -> None:
    """Add the script that draws the documentation page, from the archive of its npm package, compressed."""
    ((package, version),) = json.loads(manifest.read_text(encoding="utf-8"))["dependencies"].items()
    with tempfile.TemporaryDirectory() as scratch:
        # Only the package itself: its script has everything, so its dependencies would be of no use.
        _run(["npm", "pack", f"{package}@{version}", "--silent", "--pack-destination", scratch])
        (archive,) = Path(scratch).glob("*.tgz")
        with tarfile.open(archive) as packed:
            script = packed.extractfile(REFERENCE_SCRIPT)
            if script is None:
                raise BuildError(f"{package}@{version} has no {REFERENCE_SCRIPT}.")
            (folder / "reference.js.gz").write_bytes(gzip.compress(script.read(), mtime=0))


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
    for folder in (*root.glob("bin"), *root.glob("*/tests"), *root.glob("*/test")):
        shutil.rmtree(folder)
    for record in ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json"):
        for file in root.glob(f"*.dist-info/{record}"):
            file.unlink()
    if (root / "botocore").is_dir():
        botocore_models.reduce(root, _used_operations())


@cache
def _used_operations() -> botocore_models.Operations:
    return botocore_models.used_operations([REPOSITORY / "layers" / "easel", REPOSITORY / "functions"])


def _fingerprint(name: str, target: Target, compiler: Compiler) -> str:
    python = LAMBDA_PYTHON if target is Target.LAMBDA else sys.version
    digest = hashlib.sha256(f"{target} {python} {compiler.label}".encode())
    for program in (Path(__file__), _COMPILE):
        digest.update(program.read_bytes())
    for file in _sources(REPOSITORY / "layers" / name):
        digest.update(f"{file.relative_to(REPOSITORY).as_posix()}\0".encode() + file.read_bytes() + b"\0")
    if name == "dependencies":
        used = {service: sorted(names) for service, names in _used_operations().items()}
        digest.update(Path(botocore_models.__file__).read_bytes() + json.dumps(used, sort_keys=True).encode())
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


def _say(message: str) -> None:
    sys.stderr.write(f"{message}\n")


def _report(archives: Iterable[Path]) -> None:
    for archive in archives:
        with zipfile.ZipFile(archive) as zipped:
            unpacked = sum(entry.file_size for entry in zipped.infolist())
        _say(f"{archive.name}: {archive.stat().st_size / 1e6:.1f} MB, unpacked {unpacked / 1e6:.1f} MB")


def main(arguments: list[str]) -> None:
    """Build every layer for the given target."""
    if len(arguments) != 1 or arguments[0] not in tuple(Target):
        raise SystemExit(f"usage: python -m infra.build_layers {'|'.join(Target)}")
    _report(build_layers(Target(arguments[0])).values())


if __name__ == "__main__":
    main(sys.argv[1:])
