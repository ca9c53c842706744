"""Names: which names a story mentions, which of them are places, and which are the same.

    gazetteer.py   the shipped places: look-up by id and name, the path to a place, which of several is meant
    demonyms.py    Iraqi → Iraq
    places.py      the places of a story by what its source says
    statistics.py  how an archive writes its words: what the recogniser knows of capital letters
    tokens.py      a text as words with their positions
    recogniser.py  finding names in a text
    canonical.py   making the spellings of one name one: aliases, demonyms, surnames
    aliases.py     the keeper's own lists of aliases and of what is no name
    wordlists.py   reading the word lists of data/names

A *name* is what is shown and searched; *found* is where it stands in a text.
"""
