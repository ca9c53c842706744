"""The doors in: any source a keeper names, as a stream of stories, redirects and what was skipped.

    source.py     a source from its first file to its last: the way through the modules below
    streams.py    bytes: counted, unpacked, bounded
    entries.py    the files of a source: a file, a folder, a .zip, a .tar, a .tar.gz, standard input
    detect.py     which format a file is in
    jsonl.py      JSON Lines, and JSON arrays
    tables.py     CSV
    context.py    the Markdown pages of the Context: context_pages.py, context_markup.py, context_names.py
    html_pages.py HTML, with json_ld.py and html_values.py

A bad record never stops an import: it comes out as Skipped, with the file, the line and the reason. Fields that no story
has are passed over, and come out as UnusedField behind the last record of a file. A source that
cannot be read at all raises SourceError. The `origin.file` of a story begins with the name of its source (`source_name`);
inside folders and archives the path of the file follows: `archive/2004.jsonl.gz`.
"""

from searchidx.importers.detect import FORMATS
from searchidx.importers.entries import source_name, source_size
from searchidx.importers.source import read_source

__all__ = ["FORMATS", "read_source", "source_name", "source_size"]
