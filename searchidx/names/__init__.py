"""Names: which names a story mentions, which of them are places, and which are the same.

    naming.py      a story as it is indexed: Namer makes a Document of what its source gives and what its text says
    statistics.py  how an archive writes its words: what the recogniser knows of capital letters
    casing.py      headlines in capitals as a sentence is written
    tokens.py      a text's capitalised words with their positions
    vocabulary.py  what is known of a single word
    spans.py       capitalised words → names
    placing.py     which names are places, and which places
    canonical.py   making the spellings of one name one: aliases, demonyms, surnames, abbreviations
    spellings.py   one spelling for words spelt in several ways: Milosevic, Milošević
    recogniser.py  casing, tokens, vocabulary, spans, placing and canonical at work on one text
    given.py       the places of a story by what its source gives
    gazetteer.py   the shipped places: look-up by id and name, the path to a place, which of several is meant
    tree.py        places as values and nodes of the place facet
    demonyms.py    Iraqi → Iraq
    aliases.py     the shipped aliases, and the keeper's own lists of aliases and of what is no name

A *name* is what is shown and searched; a *span* is where one stands in a text.
"""

from searchidx.names.aliases import read_aliases, read_stop_names
from searchidx.names.naming import Namer
from searchidx.names.recogniser import FoundName
from searchidx.names.statistics import NameStatistics, WordCounts

__all__ = ["FoundName", "NameStatistics", "Namer", "WordCounts", "read_aliases", "read_stop_names"]
