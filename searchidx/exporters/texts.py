"""What exporters and faces share about texts."""

from collections.abc import Sequence

from searchidx.search.request import Request, parameters


def one_line(text: str) -> str:
    """Return a text as one line, each run of white space as one blank."""
    return " ".join(text.split())


def stories_counted(count: int) -> str:
    """Return a number of stories in words: 1 story, 1,204 stories."""
    return f"{count:,} {'story' if count == 1 else 'stories'}"


def command_line(request: Request, more: Sequence[str] = ()) -> str:
    """Return a search as it is typed behind `searchidx` in a terminal, with more options."""
    import shlex  # noqa: PLC0415 - most searches print none

    options = [*more]
    for name, value in parameters(request):
        if name not in ("q", "page"):
            options += [f"--{name}={value}"] if value.startswith("-") else [f"--{name}", value]
    return shlex.join(["search", *options, *(["--"] if request.text.startswith("-") else []), request.text])
