"""What pyproject.toml cannot describe.

The compiled parts, all optional: what is written in C, built once for all versions of Python, and the modules that are
translated into C. And what goes along in a source distribution.
"""

import json
import os
import sys
import sysconfig
from hashlib import sha256
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.command.sdist import sdist

# The stable ABI from 3.11 on, where buffers came into it. -O3 turns loops into vector ones; products must be rounded
# before they are added, as numpy does.
flags = ["-O3", "-ffp-contract=off"]


def extension(module: str) -> Extension:
    """Return a module that is written in C; without a compiler the installation succeeds, and Python answers."""
    source = Path(*module.split(".")).with_suffix(".c")
    return Extension(
        module,
        [str(source)],
        depends=sorted(map(str, source.parent.glob("*/*.h"))),
        define_macros=[("Py_LIMITED_API", "0x030B0000")],
        extra_compile_args=flags,
        py_limited_api=True,
        optional=True,
    )


def translated() -> list[Extension]:
    """Return the modules in `scripts/translated`: mypyc makes C of their Python, which does the same in less time.

    Those of a room are one library. Nothing where mypyc is not there or cannot do it, nor for commands that build nothing: it
    takes a while.
    """
    if not {"build", "build_ext", "bdist_wheel", "editable_wheel"} & set(sys.argv):
        return []
    modules = Path("scripts/translated").read_text(encoding="utf-8").split()
    if {"editable_wheel", "--inplace"} & set(sys.argv):
        for module in modules:  # Python would take what was made of it before, if now nothing can be made of it
            Path(module).with_suffix(sysconfig.get_config_var("EXT_SUFFIX")).unlink(missing_ok=True)
    rooms = sorted({"/".join(module.split("/")[:2]) for module in modules})
    try:
        from mypyc.build import mypycify  # noqa: PLC0415 - see above

        extensions: list[Extension] = mypycify(
            ["--config-file=", "--follow-imports=silent", "--ignore-missing-imports", *modules],
            opt_level="1",  # 2 takes half as long again to compile, and the result is no faster
            debug_level="0",
            separate=[
                (
                    [module for module in modules if module.startswith(f"{room}/")],
                    f"{room.replace('/', '.')}.translated",
                )
                for room in rooms
            ],
        )
    except (Exception, SystemExit) as error:  # what the types of the next numpy say to it nobody knows
        print(f"No modules are translated into C, Python runs them: {error!r}", file=sys.stderr)
        return []
    # By this a test knows what was edited since: Python would take what was made of it before.
    digests = {module: sha256(Path(module).read_bytes()).hexdigest() for module in modules}
    Path("build", "translated.json").write_text(json.dumps(digests), encoding="utf-8")
    for each in extensions:
        each.optional = True
        # Of what the next compiler warns nobody knows.
        each.extra_compile_args = [flag for flag in each.extra_compile_args if flag != "-Werror"]
    return extensions


class AllOrNone(build_ext):
    """Leaves none of the translated modules behind if not all could be built: they need each other."""

    def build_extensions(self) -> None:
        """Build what can be built."""
        super().build_extensions()
        built = [Path(self.get_ext_fullpath(self.get_ext_fullname(each.name))) for each in translations]
        if not all(path.exists() for path in built):
            for path in built:
                path.unlink(missing_ok=True)


class WholeCheckout(sdist):
    """A source distribution with all that the README leads to, which setuptools leaves out by itself."""

    def make_release_tree(self, base_dir: str, files: list[str]) -> None:
        """Put in the documents, the scripts, and the tests with what they need."""
        paths = [path for folder in ("docs", "scripts", "tests") for path in Path(folder).rglob("*")]
        more = {str(path) for path in paths if path.is_file() and "__pycache__" not in path.parts}
        super().make_release_tree(base_dir, sorted({*files, *more, "CHANGELOG.md", "indexes/README.md"}))


translations = translated()
setup(
    cmdclass={"build_ext": AllOrNone, "sdist": WholeCheckout},
    ext_modules=[
        extension("searchidx.engines.embedded._pieces"),
        extension("searchidx.engines.embedded.kernels._kernels"),
        extension("searchidx.names._tokens"),
        extension("searchidx.search._words"),
        *translations,
    ],
    options={"build_ext": {"parallel": os.cpu_count()}},
)
