"""The language of search: what is the same whichever engine answers.

A *query* says what is sought; a *request* is a query with filters, a sort and a page; a *page* answers it with
*hits*, the *total* and *facets*. Text becomes *tokens*, tokens become *terms*. An engine only matches, counts,
sorts and fetches; the rest of the way stands here:

    analysis.py       text → tokens → exact and stemmed terms
    _words.c          cuts texts in ASCII into tokens where it was built, five times faster
    query.py          the tree of a query; str() prints it as it is typed
    parser.py         text → tree, with the grammar
    forms.py          forms of a word that its stem does not lead to
    spelling.py       which terms a pattern or a misspelling stands for
    dates.py          date words → spans of days
    request.py        what is asked: query, filters, sort, page, facets
    page.py           what is answered: hits, snippets, facets, understanding
    document.py       a story as it is indexed: with the values under which its places and names are found
    engine.py         what an engine must be able to do
    understanding.py  request → query and filters: values lifted, dates read, unknown words helped
    relaxing.py       what is found where no story has all words
    answering.py      request → page: understand, search, relax, fetch, mark
    scoring.py        BM25 and the weights of fields and forms
    snippets.py       the marked part of a text
    facets.py         counted values → facets, the place tree, the date tree
    over_time.py      how many stories of a search each year, month or day has
    cursors.py        where a page begins, as text
    immutable.py      dataclasses that are defined in little time
    remembered.py     what a function made of its arguments, kept
    related.py        which stories are related, and why
    duplicates.py     which stories are one report told again
    storyline.py      what came before and after a story
    variants.py       other ways to write a word: as two or as one, a name in another spelling
    suggestions.py    completions, did-you-mean, ways out of an empty answer
"""
