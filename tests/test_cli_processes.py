"""The command as a process: pipes, signals, ports, standard streams."""

import contextlib
import errno
import json
import os
import pty
import shlex
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

import searchidx
from searchidx.cli import commands
from searchidx.cli.workers import answer_in_turn
from tests.command_line import COMMAND, run, start


def test_short_commands_do_without_what_they_do_not_need(sample_indexes):
    code = (
        "import sys; sys.argv = ['searchidx', 'search', 'najaf', '--json']\n"
        "from searchidx.cli import commands\n"
        "commands.run()\n"
        "heavy = {'whoosh', 'starlette', 'uvicorn', 'bs4', 'jinja2', 'searchidx.names', 'searchidx.importers'}\n"
        "print(*sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    environment = os.environ | {"SEARCHIDX_INDEXES": str(sample_indexes)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stderr.strip() == ""


@pytest.mark.parametrize("arguments", [["export", "jsonl"], ["search", "", "--limit", "all", "--jsonl"]])
def test_a_closed_pipe_is_quiet(sample_indexes, arguments):
    with start(*arguments, indexes=sample_indexes) as process:
        process.stdout.read(1000)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


def test_a_line_is_answered_before_the_next_one_comes(sample_indexes):
    with start("search", "-", "--limit", "1", indexes=sample_indexes, stdin=subprocess.PIPE) as process:
        for query in (b"najaf", b"tsunami"):
            process.stdin.write(query + b"\n")
            process.stdin.flush()
            assert query in process.stdout.readline()
        process.stdin.close()
        assert process.wait() == 0


def test_a_terminal_of_another_encoding_shows_what_it_can(tmp_path):
    run(
        "index",
        "-",
        "--into",
        "news",
        indexes=tmp_path,
        stdin='{"date": "2004-08-14", "text": "Grün — 東京."}'.encode(),
    )
    with start("search", "grün", indexes=tmp_path, env={"PYTHONIOENCODING": "latin-1"}) as process:
        out, err = process.communicate()
    assert (process.returncode, err) == (0, b"")
    assert "Grün ? ??.".encode("latin-1") in out


def test_an_interrupt_is_told_by_130(sample_indexes):
    with start("search", "-", indexes=sample_indexes, stdin=subprocess.PIPE) as process:
        process.stdin.write(b"najaf\n")
        process.stdin.flush()
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait() == 130
        assert b"Traceback" not in process.stderr.read()


#: More lines than one process answers alone.
MANY = b"najaf\ntsunami\n\xff\n(\n" * 100


def test_many_lines_are_answered_in_order_however_many_processes_there_are(sample_indexes):
    with start("search", "-", "--limit", "1", indexes=sample_indexes, stdin=subprocess.PIPE) as process:
        out, err = process.communicate(MANY)
    assert (process.returncode, err) == (0, b"")
    answers = [json.loads(line) for line in out.splitlines()]
    asked = [a["query"]["text"] if "query" in a else a["error"]["type"] for a in answers]
    assert asked == ["najaf", "tsunami", "RequestError", "QueryError"] * 100
    for answer in answers:
        answer.pop("took_ms", None)
    assert answers[:4] * 100 == answers


def test_where_no_process_can_be_had_this_one_answers(monkeypatch, capsysbinary):
    def fork():
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("searchidx.processes.forks_well", lambda: True)
    monkeypatch.setattr("os.fork", fork)
    answer_in_turn(bytes.upper, iter([b"najaf\n", b"tsunami\n"]), 2)
    assert capsysbinary.readouterr().out == b"NAJAF\nTSUNAMI\n"


def test_the_last_of_many_lines_is_answered_before_the_next_one_comes(sample_indexes):
    with start("search", "-", "--limit", "1", indexes=sample_indexes, stdin=subprocess.PIPE) as process:
        process.stdin.write(MANY)
        process.stdin.flush()
        for _ in MANY.splitlines():
            process.stdout.readline()
        process.stdin.write(b"earthquake\n")
        process.stdin.flush()
        assert b"earthquake" in process.stdout.readline()
        process.stdin.close()
        assert process.wait() == 0


@pytest.mark.parametrize(("end", "code"), [("interrupt", 130), ("close", 0)])
def test_processes_that_answer_end_with_the_run(sample_indexes, end, code):
    with start("search", "-", "--facets", indexes=sample_indexes, stdin=subprocess.PIPE) as process:
        process.stdin.write(MANY)
        process.stdin.flush()
        for _ in range(200):
            process.stdout.readline()
        if end == "interrupt":
            process.send_signal(signal.SIGINT)
        else:
            process.stdout.close()
        # Standard error is closed when the last process that has it is gone.
        assert process.stderr.read().strip() == (b"interrupted" if end == "interrupt" else b"")
        assert process.wait() == code


def _on_terminal(*arguments, indexes, **streams):
    """Run the command with a terminal for the streams named, and return what that showed and the exit status."""
    main_end, terminal = pty.openpty()
    with start(*arguments, indexes=indexes, **dict.fromkeys(streams, terminal)) as process:
        os.close(terminal)
        shown = b""
        with contextlib.suppress(OSError):  # which is how the other end closes
            while chunk := os.read(main_end, 65536):
                shown += chunk
        os.close(main_end)
    return shown, process.returncode


def test_talk_and_colour_come_on_a_terminal_only(sample_indexes):
    shown, code = _on_terminal("search", "najaf", indexes=sample_indexes, stdin=True, stdout=True, stderr=True)
    assert code == 0
    assert b"\x1b[1m" in shown
    assert b"22 stories" in shown


def test_progress_is_shown_on_a_terminal(tmp_path):
    source = tmp_path / "news.jsonl"
    source.write_text('{"date": "2004-08-14", "text": "A truce in Najaf."}\n')
    shown, code = _on_terminal("index", source, "--into", "news", indexes=tmp_path / "indexes", stderr=True)
    assert code == 0
    assert b"reading" in shown
    assert b"100%" in shown


def test_an_interruption_while_the_command_is_loaded_shows_no_traceback():
    code = (
        "import sys\n"
        "from searchidx.cli import main\n"
        "class Interrupting:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'click': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupting())\n"
        "main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "interrupted\n")


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_where_nobody_listens_the_work_is_done_all_the_same(tmp_path, closed):
    (tmp_path / "news.jsonl").write_text('{"date": "2004-08-14", "text": "A truce in Najaf."}\nrubbish\n')
    arguments = ["index", str(tmp_path / "news.jsonl"), "--into", "news", "--indexes", str(tmp_path)]
    shell = f"exec {shlex.join([*COMMAND, *arguments])} {closed}"
    done = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, check=False)
    assert (done.returncode, "wrong" in done.stderr) == (0, False)
    assert searchidx.open("news", indexes=tmp_path).engine.story_count == 1


def test_an_unexpected_error_is_told_without_a_traceback(sample_indexes):
    code = (
        "import sys; sys.argv = ['searchidx', 'search', 'najaf']\n"
        "import searchidx.cli.reading as reading\n"
        "reading.Request = None\n"
        "from searchidx.cli import main; main()"
    )
    for debug in ("", "1"):
        environment = os.environ | {"SEARCHIDX_INDEXES": str(sample_indexes), "SEARCHIDX_DEBUG": debug}
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 70
        assert ("Traceback" in done.stderr) == bool(debug)
        assert ("SEARCHIDX_DEBUG=1" in done.stderr) != bool(debug)


def test_python_runs_the_command_where_its_script_is_not_on_the_path(sample_indexes):
    environment = os.environ | {"SEARCHIDX_INDEXES": str(sample_indexes)}
    command = [sys.executable, "-m", "searchidx", "search", "najaf", "--json"]
    found = subprocess.run(command, env=environment, check=True, capture_output=True)
    assert b'"total":22' in found.stdout


def _address(process):
    """Return the address that a server tells; it answers from then on."""
    while b"http://" not in (line := process.stderr.readline()):
        assert line, "the server ended before it listened"
    return next(word for word in line.decode().split() if word.startswith("http://"))


def _stop(process):
    """Interrupt a server and return how it ended."""
    process.send_signal(signal.SIGINT)
    code = process.wait(timeout=20)
    assert b"Traceback" not in process.stderr.read()
    return code


def test_an_index_is_served_on_the_next_free_port(sample_indexes):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with start("serve", "--port", port, indexes=sample_indexes) as process:
            address = _address(process)
            assert f":{port}/" not in address
            with urllib.request.urlopen(f"{address}search?q=najaf", timeout=10) as answer:
                assert b"Najaf" in answer.read()
            assert _stop(process) == 130


def test_several_workers_serve_an_index(sample_indexes):
    with start("serve", "--workers", 2, indexes=sample_indexes) as process:
        with urllib.request.urlopen(f"{_address(process)}search.json?q=najaf", timeout=10) as answer:
            assert b'"total"' in answer.read()
        _stop(process)


def test_the_demo_indexes_the_sample_archive_and_serves_it(tmp_path):
    with start("demo", indexes=tmp_path) as process:
        with urllib.request.urlopen(f"{_address(process)}search.json?q=najaf", timeout=10) as answer:
            assert b'"total":22' in answer.read()
        assert _stop(process) == 130
    settings = run("info", "--json", indexes=tmp_path).json["settings"]
    assert (settings["title"], settings["licence"]) == ("Sample archive", "CC0-1.0")


def test_a_host_of_another_machine_cannot_be_served(sample_indexes):
    done = run("serve", "--host", "192.0.2.1", indexes=sample_indexes)
    assert done.code == 2
    assert "cannot listen on 192.0.2.1: " in done.err


def test_a_port_that_only_the_system_may_use_is_not_said_to_be_taken(sample_indexes, monkeypatch, capsys):
    def refuse(*_):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    monkeypatch.setattr(sys, "argv", ["searchidx", "serve", "--port", "80", "--indexes", str(sample_indexes)])
    assert commands.run() == 2
    assert "no permission to listen on port 80; choose one from 1024 on" in capsys.readouterr().err
