"""What pyproject.toml cannot describe.

The compiled parts: optional, and each built once for all versions of Python. And what goes along in a source distribution.
"""

from pathlib import Path

from setuptools import Extension, setup
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


class WholeCheckout(sdist):
    """A source distribution with all that the README leads to, which setuptools leaves out by itself."""

    def make_release_tree(self, base_dir: str, files: list[str]) -> None:
        """Put in the documents, the scripts, and the tests with what they need."""
        paths = [path for folder in ("docs", "scripts", "tests") for path in Path(folder).rglob("*")]
        more = {str(path) for path in paths if path.is_file() and "__pycache__" not in path.parts}
        super().make_release_tree(base_dir, sorted({*files, *more, "CHANGELOG.md", "indexes/README.md"}))


setup(
    cmdclass={"sdist": WholeCheckout},
    ext_modules=[
        extension("searchidx.engines.embedded.kernels._kernels"),
        extension("searchidx.names._tokens"),
        extension("searchidx.search._words"),
    ],
    options={"bdist_wheel": {"py_limited_api": "cp311"}},
)
