"""The modules that mypyc makes C of do what their Python does. It is optional: without a compiler Python runs them."""

import ast
import os
import shutil
import subprocess
import sys
import sysconfig
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.command_line import SAMPLE

ROOT = Path(__file__).parent.parent
TRANSLATED = (ROOT / "scripts" / "translated").read_text(encoding="utf-8").split()
WRITTEN_IN_C = [path.relative_to(ROOT).as_posix() for path in (ROOT / "searchidx").rglob("_*.c")]
SUFFIX = sysconfig.get_config_var("EXT_SUFFIX")

#: Prints where a translated module was found, and what is said of the sample.
PROGRAM = """
import sys
from importlib.util import find_spec
import searchidx
from searchidx.search.request import FACETS

print(find_spec("searchidx.names.spans").origin)
archive = searchidx.open("sample", indexes=sys.argv[1])
for text in sys.stdin.read().split("\\n"):
    page = archive.search(text, facets=FACETS, limit=50)
    print(page)
    for hit in page.hits:
        print(archive.related(hit.story.id))
"""
QUERIES = (
    "", "election", "flood rescue", '"prime minister"', "elec*", "wat?r", "electoin~", "place:Japan", "-storm rain",
    "strike OR election", "near the coast", "2031", "march", "why did the minister resign", "headline:fire",
    '"minister resigns"~4', "id:*", "place:*", "entity:*", "zzzz yyyy", "after:2031", "(a OR b) -c", "al-Sadr's",
)  # fmt: skip


def origin(path):
    """Return the file that Python takes for a module."""
    spec = find_spec(path.rpartition(".")[0].replace("/", "."))
    return str(spec and spec.origin)


def answers(indexes, path):
    """Index the sample by the package in a folder; return where that found a translated module, and all it answers."""

    def python(*arguments):
        done = subprocess.run(
            [sys.executable, *arguments],
            input="\n".join(QUERIES),
            cwd=path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    python("-m", "searchidx", "index", *sorted(SAMPLE.glob("*.jsonl")), "--into", "sample", "--indexes", indexes)
    found, _, said = python("-c", PROGRAM, indexes).partition("\n")
    return found, said


def test_translated_modules_answer_as_their_python_does(tmp_path):
    if origin("searchidx/names/spans.py").endswith(".py"):
        pytest.skip("the modules were not translated: there was no compiler")
    shutil.copytree(ROOT / "searchidx", tmp_path / "searchidx", ignore=shutil.ignore_patterns(f"*{SUFFIX}"))
    module, translated = answers(tmp_path / "translated", ROOT)
    source, plain = answers(tmp_path / "plain", tmp_path)
    assert module.endswith(SUFFIX)
    assert source == str(tmp_path / "searchidx" / "names" / "spans.py")
    assert translated == plain
    assert len(plain) > 100_000


@pytest.mark.parametrize("path", [*TRANSLATED, *WRITTEN_IN_C])
def test_a_build_machine_tests_what_is_compiled(path):
    compiler = (sysconfig.get_config_var("CC") or "cc").split()[0]
    if os.environ.get("CI") and shutil.which(compiler):
        assert origin(path).endswith(".so"), f"there is a compiler, but {path} was not compiled"


@pytest.mark.parametrize("path", TRANSLATED)
def test_what_mypyc_gets_wrong_is_not_translated(path):
    """It keeps no value of a `cached_property`, and does not know where its own file lies."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert not names & {"cached_property", "__file__"}
