"""The read side of an index: segments of flat arrays, each one immutable file that is mapped into memory.

A *segment* holds documents in the order of their stories' ids; a document's number is its place. Of them it has

    ids, stories, digests     the stories, and what tells whether one has changed
    files, file_of            where the stories were read from
    headline_lengths, body_lengths, days, day_of
                              the columns that scoring, sorting and filtering read
    stems, exact              the dictionaries of terms, sorted
    lists                     the posting lists: those of the stems, then those of exact terms which are not their
                              stem's only form (the others share the stem's list)
    positions                 of the stems' postings, as one number: the document's base + the position in it
    place, entity, category, source, topic
                              the facets: values, how they are looked up, values → documents
    values                    documents → values of all facets

A posting is a document and a *code*. A code stands for a triple (occurrences in the headline, in the body, length of
the document) in a small table of the segment, so that a term's share of a score is one look-up in a table of a few
thousand numbers, made anew for each generation from its average length. Nothing on disk depends on the rest of the
index, and no length is rounded.

    format.py     arrays in a file, checked by checksums
    spilled.py    arrays made piece by piece
    strings.py    sorted texts that can be searched
    words.py      what is kept of words so that they are found
    stories.py    a story as bytes and back
    doc_values.py documents → values of all facets
    build.py      inversion → arrays
    merge.py      segments → arrays
    segment.py    arrays by their names: reading a segment
"""
