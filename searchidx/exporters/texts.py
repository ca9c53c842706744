"""What exporters and faces share about texts."""


def one_line(text: str) -> str:
    """Return a text as one line, each run of white space as one blank."""
    return " ".join(text.split())


def stories_counted(count: int) -> str:
    """Return a number of stories in words: 1 story, 1,204 stories."""
    return f"{count:,} {'story' if count == 1 else 'stories'}"
