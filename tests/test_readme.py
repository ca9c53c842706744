"""What README and docs say is so: commands, options, files, links, the table of the query language."""

import datetime
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import click
import pytest

import searchidx
from searchidx.cli import failures
from searchidx.cli.commands import program
from searchidx.importers import FORMATS
from searchidx.search.parser import parse
from tests.command_line import SAMPLE, run

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(language, text=README):
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def commands():
    for text in (path.read_text(encoding="utf-8") for path in DOCS):
        for block in (*blocks("sh", text), *blocks("ini", text)):
            for called in re.findall(r"^(?:.*/bin/)?searchidx .+$", block, re.MULTILINE):
                yield shlex.split(called[called.index("searchidx ") :], comments=True)[1:]
    for words in re.findall(r"`searchidx ([^`]+)`", README):
        yield shlex.split(words)


def known(words):
    """Return the command that words name, with the words that are its own."""
    context = click.Context(program)
    command = program.get_command(context, words[0])
    assert command is not None, f"there is no searchidx {words[0]}"
    return command, [word for word in words[1:] if not word.startswith(("<", ">"))]


@pytest.mark.parametrize("words", list(commands()), ids=" ".join)
def test_the_commands_of_the_readme_can_be_called(words):
    command, arguments = known(words)
    for option in [word for word in arguments if re.match("--[a-z]", word)]:
        assert any(option in parameter.opts for parameter in command.params), f"{words[0]} has no {option}"


@pytest.mark.parametrize("name", program.list_commands(click.Context(program)))
def test_every_command_opens_its_help_with_examples(name):
    shown = run(name, "--help", indexes=None)
    assert shown.code == 0
    assert shown.out.index("Examples:") < shown.out.index("Options:")
    examples = re.findall(r"^ +(?:zcat .* \| )?searchidx (.+)$", shown.out, re.MULTILINE)
    for example in examples:
        words = shlex.split(re.split(r"  +", example)[0])
        command, arguments = known(words)
        assert words[0] == name
        for option in [word for word in arguments if re.match("--[a-z]", word)]:
            assert any(option in parameter.opts for parameter in command.params), f"{name} has no {option}"


@pytest.mark.parametrize("name", ["README", "show", "related", "remove"])
def test_the_stories_of_the_examples_are_in_the_sample_archive(name, sample_indexes):
    told = README if name == "README" else run(name, "--help").out
    stories = re.findall(r"searchidx \w+ (\d{4}-\d\d-\d\d-\w+|/news/\S+)", told)
    assert stories
    for each in stories:
        assert run("show", each, indexes=sample_indexes).code == 0, f"there is no story {each}"


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    text = path.read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if not link.startswith(("http://", "https://", "#")):
            assert (path.parent / link).exists(), f"{path.name} links to {link}"


def test_the_scripts_of_the_readme_can_be_run():
    for script in set(re.findall(r"scripts/[a-z-]+", README)):
        assert (ROOT / script).stat().st_mode & 0o111, script


def test_the_exit_statuses_of_the_readme_are_the_programs():
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", README, re.MULTILINE)}
    assert told == {
        failures.FOUND,
        failures.NOTHING_FOUND,
        failures.USAGE,
        failures.UNUSABLE,
        failures.BUSY,
        failures.INTERRUPTED,
    }


def queries():
    table = README[README.index("| you type |") : README.index("Case and accents")]
    for row in re.findall(r"^\| (`.*) \|.*\|$", table, re.MULTILINE):
        yield from re.findall(r"`([^`]+)`", row)


@pytest.mark.parametrize("query", [query for query in queries() if "…" not in query])
def test_the_queries_of_the_readme_are_queries(query):
    parsed = parse(query, today=datetime.date(2026, 11, 24))
    assert not parsed.warnings
    assert str(parse(str(parsed.query), today=datetime.date(2026, 11, 24)).query) == str(parsed.query)


def test_the_python_of_the_readme_runs(sample_indexes, monkeypatch, capsys):
    monkeypatch.setenv("SEARCHIDX_INDEXES", str(sample_indexes))
    (code,) = blocks("python")
    code = code.replace('searchidx.open("news")', 'searchidx.open("sample")')
    exec(compile(code, "README.md", "exec"), {})
    assert "Najaf" in capsys.readouterr().out
    assert searchidx.__doc__


def test_the_minimal_record_of_the_readme_can_be_indexed(tmp_path):
    (record,) = blocks("json")
    found = run("index", "-", "--into", "news", stdin=record.encode(), indexes=tmp_path)
    assert (found.code, found.err) == (0, "")


def test_the_sample_archive_is_as_large_as_it_is_said_to_be():
    count = sum(len(path.read_bytes().splitlines()) for path in SAMPLE.glob("*.jsonl"))
    for path in DOCS:
        for number in re.findall(r"(\d+)\s(?:true\s)?events", path.read_text(encoding="utf-8")):
            assert int(number) == count, f"{path.name} says {number} events"


def test_the_formats_are_all_described():
    text = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([a-z]+)` \|", text, re.MULTILINE)) >= set(FORMATS)
    for example in blocks("xml", text):
        ElementTree.fromstring(re.sub(r"<(\w+) … ", r"<\1 ", example))


def test_every_dependency_is_argued():
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").lower()
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = settings["dependency-groups"].values()
    for requirement in [*settings["project"]["dependencies"], *(each for group in groups for each in group)]:
        name = re.split("[=<>]", requirement)[0].lower()
        assert name.removeprefix("types-") in text, f"docs/dependencies.md says nothing of {name}"


def test_a_source_distribution_holds_what_the_readme_leads_to(tmp_path):
    tree = tmp_path / "tree"
    shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(".*", "build", "indexes", "*.egg-info", "*.so", "data"))
    shutil.copytree(ROOT / "indexes", tree / "indexes", ignore=lambda _, names: {*names} - {"README.md"})
    subprocess.run([sys.executable, "setup.py", "-q", "sdist", "--dist-dir", tmp_path], cwd=tree, check=True)
    with tarfile.open(next(tmp_path.glob("*.tar.gz"))) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    links = {link for link in re.findall(r"\]\(([^)#:]+)\)", README) if not link.startswith("searchidx/data")}
    assert links | {"scripts/demo", "scripts/test", "tests/command_line.py", "indexes/README.md"} <= held
    assert not [name for name in held if "__pycache__" in name]
