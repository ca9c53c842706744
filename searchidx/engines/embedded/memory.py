"""Memory that is free, and yet not given back to the system."""

from typing import Any

#: glibc's; other C libraries have none, and need none.
_trim: Any
try:
    import ctypes

    _trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
except (ImportError, OSError):  # Python can be built without ctypes
    _trim = None


def give_back() -> None:
    """Give freed memory back to the system; glibc keeps what lies between memory in use, some 200 MB in a build."""
    if _trim is not None:
        _trim(0)
