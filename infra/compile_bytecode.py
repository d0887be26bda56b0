"""Compiles the Python sources below a folder: `python compile_bytecode.py <folder> <where it will be>`.

A program of its own without imports of ours, because the interpreter of Lambda's version runs it, wherever that is.
"""

import compileall
import py_compile
import sys


def main(folder: str, mount: str) -> None:
    """Write unchecked-hash bytecode beside every source, with the paths of the place where it will be."""
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    if not compileall.compile_dir(folder, quiet=1, stripdir=folder, prependdir=mount, invalidation_mode=mode):
        raise SystemExit("some files did not compile")


if __name__ == "__main__":
    main(*sys.argv[1:])
