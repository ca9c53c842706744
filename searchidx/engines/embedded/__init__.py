"""The embedded engine: Whoosh keeps documents and segments, a snapshot of flat arrays answers.

    index = EmbeddedIndex.create("indexes/news")
    with index.writer() as writer:
        writer.add(document)
        writer.commit()
    index.reader().search(Search(query=Word("truce")))

A *commit* makes a new *generation*, wholly there or wholly absent to every reader. A reader is an `Engine` of one
generation that never changes.

    index.py            EmbeddedIndex: where readers and writers come from
    engine.py           EmbeddedEngine: one generation, as search.engine.Engine has it
    indexing.py         IndexWriter: changes, and their commit
    draft.py            the generation that is being made: where its stories live
    batch.py            documents → columns: tokens, values, stories as bytes
    kept.py             a story → what is kept of it, and its digest
    pieces.py           texts → the numbers of their tokens
    inversion.py        a batch inverted once; both parts are laid out from it
    kernels/            the loops over arrays, in C and with numpy
    snapshot/           segments of arrays: format, build, merge, read
    execution/          query tree → hits, totals, facets
    schema.py           Whoosh's fields
    writer.py           Whoosh's part; the only module that knows Whoosh
    stored_stories.py   a story as Whoosh stores it
    segment_layout.py   the bytes of Whoosh's files
    directory.py        the files and their order; the only module that writes the snapshot's
    verifying.py        what is wrong with an index
    memory.py           freed memory, given back to the system
"""

from searchidx.engines.embedded.engine import EmbeddedEngine
from searchidx.engines.embedded.index import EmbeddedIndex, IndexInfo

__all__ = ["EmbeddedEngine", "EmbeddedIndex", "IndexInfo"]
