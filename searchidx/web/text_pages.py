"""The records of pages that explain: help, about, accessibility."""

from dataclasses import dataclass

from searchidx.search.request import Request
from searchidx.web import urls
from searchidx.web.parts import Head

#: The query language by example; each line is a link to the search it shows.
EXAMPLES: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Words",
        (
            ("najaf ceasefire", "both words, in any form (“ceasefires” too); those with the exact form come first"),
            ("earthquake OR tsunami", "either word; OR in capitals"),
            ("truce -ukraine", "the first word and not the second; NOT does the same"),
            ("(flood OR storm) insurance", "parentheses group"),
            ('"prime minister"', "a phrase: these words beside each other"),
            ('"oil price"~3', "near words: any order, at most three words between"),
            ("elect*", "any word that begins so; wor?d has ? for one letter"),
            ("najef~", "spelt about so: one letter off"),
        ),
    ),
    (
        "Fields",
        (
            ("headline:election", "only in headlines; body: only in bodies"),
            ("place:Iraq", "stories in a place and in all places that lie in it"),
            ('entity:"United Nations"', "stories that name someone or something"),
            ("category:sports", "a category; topic: and source: work the same way"),
            ("place:*", "stories that have any place; -place:* those that have none"),
        ),
    ),
    (
        "Dates",
        (
            ("date:2004-08-14", "a day"),
            ("truce date:2004-08", "a month; date:2004 a year, date:1990s a decade"),
            ("date:2004-08..2004-10", "from the first to the last, both in"),
            ('during:"summer 2004"', "date words as people say them; the page says which days were meant"),
            ("earthquake after:2010", "from the first day of 2010 on"),
            ('before:"march 2011"', "up to the day before it begins"),
            ("tsunami 2004", "a bare year also finds what happened in that year"),
            ("earthquake since april 2011", "so does any date with a year: before 2005, 3 august 2004, early 2010"),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Example:
    """A query, what it finds, and the link that runs it."""

    query: str
    meaning: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpPage:
    """How to search, by example."""

    head: Head
    groups: tuple[tuple[str, tuple[Example, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutPage:
    """What this archive is."""

    head: Head


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessibilityPage:
    """What is done so that everyone can read, and what is known to be missing."""

    head: Head


def help_page() -> HelpPage:
    """Return the help page."""
    groups = tuple(
        (title, tuple(Example(query, meaning, urls.search(Request(text=query))) for query, meaning in lines))
        for title, lines in EXAMPLES
    )
    return HelpPage(
        head=Head(title="How to search", description="The query language by example.", address=urls.HELP), groups=groups
    )


def about_page() -> AboutPage:
    """Return the page about the archive."""
    return AboutPage(head=Head(title="About", description="What this archive is and how it works.", address=urls.ABOUT))


def accessibility_page() -> AccessibilityPage:
    """Return the accessibility statement."""
    return AccessibilityPage(
        head=Head(
            title="Accessibility", description="How these pages can be used by everyone.", address=urls.ACCESSIBILITY
        )
    )
