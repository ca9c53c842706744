"""The house stands as DESIGN draws it: which room may import which, and who may know which third party."""

import ast
import re
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent / "searchidx"

#: Rooms in the order of the drawing, with the rooms and the third parties each may know; "search.document" is one module.
TABLE = {
    "cli": (
        {
            "web",
            "ingest",
            "catalogue",
            "exporters",
            "importers",
            "engines",
            "names",
            "search",
            "stories",
            "processes",
            "errors",
        },
        {"click", "uvicorn"},
    ),
    "web": ({"catalogue", "exporters", "search", "stories", "errors"}, {"starlette", "jinja2", "markupsafe"}),
    "ingest": (
        {"catalogue", "importers", "engines", "names", "search", "stories", "processes", "errors"},
        set(),
    ),
    "catalogue": ({"engines", "names", "search", "stories", "errors"}, {"platformdirs"}),
    "exporters": ({"search", "stories", "errors"}, {"orjson"}),
    "importers": ({"stories", "errors"}, {"bs4", "orjson"}),
    "engines": ({"search", "stories", "processes", "errors"}, {"whoosh", "numpy", "orjson", "xxhash"}),
    "names": ({"search.document", "stories", "errors"}, set()),
    "search": ({"stories", "errors"}, {"Stemmer"}),
    "stories": ({"errors"}, {"anyascii"}),
    "processes": ({"errors"}, set()),
    "errors": (set(), set()),
    "": ({"catalogue"}, set()),
    "__main__": ({"cli"}, set()),
}

MODULES = sorted(path.relative_to(HOUSE).as_posix() for path in HOUSE.rglob("*.py"))


def imports(module):
    """Yield the dotted names a module imports, each with its line and whether it stands inside a function."""
    tree = ast.parse((HOUSE / module).read_text(encoding="utf-8"))
    hidden = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno, id(node) in hidden
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}:{node.lineno} imports relatively; write the whole name"
            whole = node.module == "searchidx"
            for name in [f"searchidx.{alias.name}" for alias in node.names] if whole else [str(node.module)]:
                yield name, node.lineno, id(node) in hidden


def room(module):
    first = module.partition("/")[0].removesuffix(".py")
    return "" if first == "__init__" else first


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_downwards(module):
    rooms, third_parties = TABLE[room(module)]
    for name, line, _ in imports(module):
        first, _, rest = name.partition(".")
        where = f"{module}:{line} imports {name}"
        if first == "searchidx":
            to = rest.partition(".")[0]
            assert to == room(module) or to in rooms or rest in rooms, f"{where}, which lies above or beside it"
        elif first not in sys.stdlib_module_names:
            assert first in third_parties, f"{where}, which its room does not know"


@pytest.mark.parametrize("module", [module for module in MODULES if module.startswith("engines/embedded/")])
def test_the_engine_stands_on_its_loops_and_what_answers_on_what_is_kept(module):
    floors = ("kernels", "snapshot", "execution")
    here = module.split("/")[2]
    below = floors[: floors.index(here) + 1] if here in floors else floors
    for name, line, _ in imports(module):
        to = name.removeprefix("searchidx.engines.embedded.").partition(".")[0]
        assert to in below or to not in floors, f"{module}:{line} imports {name}, which lies above it"


def test_one_module_knows_whoosh():
    knowing = {module for module in MODULES for name, _, _ in imports(module) if name.partition(".")[0] == "whoosh"}
    assert len(knowing) <= 1, f"{', '.join(sorted(knowing))} import Whoosh"


@pytest.mark.parametrize("module", MODULES)
def test_an_import_inside_a_function_says_why(module):
    lines = (HOUSE / module).read_text(encoding="utf-8").splitlines()
    for name, line, hidden in imports(module):
        marked = re.search(r"# noqa: PLC0415 - \w+", lines[line - 1])
        assert not hidden or marked, f"{module}:{line} hides the import of {name}; say why: # noqa: PLC0415 - why"


@pytest.mark.parametrize("module", MODULES)
def test_every_module_opens_with_what_it_is_for(module):
    assert ast.get_docstring(ast.parse((HOUSE / module).read_text(encoding="utf-8")))


@pytest.mark.parametrize("page", sorted(HOUSE.glob("*/**/__init__.py")), ids=lambda page: page.parent.name)
def test_every_room_opens_with_what_is_in_it(page):
    told = re.findall(r"[\w*]+\.py\b", ast.get_docstring(ast.parse(page.read_text(encoding="utf-8"))) or "")
    modules = {path.name for path in page.parent.glob("*.py")} - {page.name}
    for module in modules:
        assert any(fnmatch(module, name) for name in told), f"{page.parent.name}/__init__.py says nothing of {module}"
    for name in told:
        assert any(fnmatch(module, name) for module in modules), f"{page.parent.name} has no {name}"


def test_the_drawing_has_every_room():
    assert {room(module) for module in MODULES} <= set(TABLE)


@pytest.mark.parametrize("module", MODULES)
def test_patterns_run_on_every_python(module):
    """A repeated group that gives nothing back, (…)*+, makes matching hang before Python 3.11.5."""
    for node in ast.walk(ast.parse((HOUSE / module).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            possessive = re.search(r"\)(?:[*+?]|\{\d*,?\d*\})\+", node.value)
            assert possessive is None, f"{module}:{node.lineno} has {possessive and possessive[0]}"
