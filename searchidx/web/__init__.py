"""The pages: a read-only site over one index.

An endpoint turns an address into a request, asks the archive, and hands the answer to an exporter or,
for HTML, to a builder that makes the typed record of a template. Everything works without JavaScript.

    app.py          the application: all routes, all error handlers, what wraps them
    urls.py         every address, made and read
    formats.py      suffix and Accept → HTML, JSON, XML or Markdown
    parameters.py   the parameters of an address → a request
    responses.py    conditional GET, caching, compression, security headers
    remembered.py   answers given again without answering again
    endpoints.py, search_endpoints.py, news_endpoints.py   one function for each page
    visit.py        what each of them gets
    *_page.py, *_pages.py   the records of the pages, and what builds them
    parts.py        records that several pages share; search_head.py, what every view of a search begins with;
                    hits.py and reasons.py, filters.py and paging.py, what lists are made of; timeline.py, calendars.py
                    and locator.py, the drawings
    atlas.py        the shipped map
    counts.py       the questions that browsing puts to the engine
    rendering.py    records → HTML; template_code.py, how templates are compiled
    templates/      one template for each record; macros for what repeats
    static/         one style sheet, one optional script
"""
