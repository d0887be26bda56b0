// Compiles every .py below a folder with the CPython that Pyodide carries: the bytecode of one Python version is the same on
// every platform. Usage: node bytecode.mjs <folder of the pyodide package> <folder> <prefix of file names in tracebacks>
import { join } from "node:path";

const [packageFolder, folder, prefix] = process.argv.slice(2);
const { loadPyodide } = await import(join(packageFolder, "pyodide.mjs"));
const python = await loadPyodide();
python.mountNodeFS("/code", folder);
python.globals.set("prefix", prefix);
const version = python.runPython(`
import compileall, py_compile, sys
if not compileall.compile_dir(
    "/code", quiet=1, stripdir="/code", prependdir=prefix, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH
):
    raise SystemExit("some files did not compile")
"%d.%d" % sys.version_info[:2]
`);
console.log(version);
