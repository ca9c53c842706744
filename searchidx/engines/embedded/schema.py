"""The fields of Whoosh's part of an index, and what each holds.

headline, body    the stems of the text with their positions, which count from 0 in each
place, entity, category, topic, source
                  whole values, folded, each once a document
id                the story's id as it is
date              the day as a number that reads like it, 20040814
story             the story as a record that `stories.records` reads, in JSON, stored and not indexed: what the snapshot
                  can be compiled from again
"""

import datetime
from collections.abc import Mapping
from typing import Literal

import xxhash

from searchidx.search.analysis import Analyzer
from searchidx.search.scoring import HEADLINE_WEIGHT

Kind = Literal["text", "values", "key", "day", "stored"]

#: The fields by name.
FIELDS: Mapping[str, Kind] = {
    "body": "text",
    "category": "values",
    "date": "day",
    "entity": "values",
    "headline": "text",
    "id": "key",
    "place": "values",
    "source": "values",
    "story": "stored",
    "topic": "values",
}

#: Raised when the layout of the segments or of the fields changes.
_VERSION = 1


def day_number(date: datetime.date) -> int:
    """Return a day as it is indexed: 14 August 2004 is 20040814."""
    return date.year * 10000 + date.month * 100 + date.day


def schema_fingerprint(analyzer: Analyzer) -> str:
    """Return what identifies fields, their weights and analysis: an index made with others must be rebuilt."""
    text = f"{_VERSION} {sorted(FIELDS.items())} {HEADLINE_WEIGHT} {analyzer.fingerprint}"
    return xxhash.xxh3_64_hexdigest(text.encode())
