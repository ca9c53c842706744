"""From a query tree to hits, totals and facets, over the segments of one generation; the loops are in `kernels`.

    view.py       a segment with its deletions: one generation's look at it
    scope.py      the views of a generation as one, with the statistics that scores need
    plan.py, nodes.py
                  query tree → tree of nodes: which documents match each, and what it adds to their scores
    expand.py     which terms a pattern or a misspelling stands for; which values a name
    related.py    which stories are related to one
    numbering.py  texts of several segments → one number for each
    facets.py     documents → counted values
    collect.py    documents and scores → the top, the totals, the facets

A story's score is the sum of what each scoring part of the query that it matches adds, parts under a NOT aside; the
sums are always taken in the order of the query, so that equal texts have equal scores to the last bit, in whichever
segments they are. Document frequencies, the number of stories and the average length are those of the living stories
of the whole generation: an index answers the same however it came about.
"""
