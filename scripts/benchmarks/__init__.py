"""searchidx measured beside other engines: `scripts/bench`.

    corpora.py    what is indexed: the archive beside the checkout and a generated one, as documents kept in a cache
    generated.py  the generated archive
    questions.py  what is asked: classes of queries drawn from the texts, the same for everybody
    peers/        searchidx and the others, each behind the same few methods
    building.py   making an index in a process of its own: time, memory, size
    answering.py  asking it, in rounds between all peers; whether they agree
    fresh.py      the first answer of a new process, and of the command line
    growing.py    adding stories to an index that is there
    serving.py    requests over HTTP
    report.py     tables and JSON

A *peer* is an engine with its way to ask it; a *question* is a query or a request in searchidx's own words, which a peer makes
ready untimed and answers timed, or cannot ask.
"""
