"""What exporters share about texts."""


def one_line(text: str) -> str:
    """Return a text as one line, each run of white space as one blank."""
    return " ".join(text.split())
