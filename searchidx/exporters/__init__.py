"""The doors out: answers, stories and listings as JSON, Markdown, XML and CSV.

    listings.py    what a page of a day, a month or a year holds
    objects.py     as JSON objects, the shapes of `data/schemas`, and as JSON text
    markdown.py    as Markdown; story and day pages in the shape of the Context's pages
    plain_xml.py   as XML, documented in docs/formats.md
    tables.py      as CSV, for spreadsheets
    citations.py   a story as reference managers and search engines take it in: BibTeX, RIS, CSL-JSON, JSON-LD
    texts.py       what they share about texts

They add nothing to the facts: no links but the stories' own addresses, no page furniture.
"""
