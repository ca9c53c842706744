"""Redirects among the stories of a batch, and to stories indexed before."""

import datetime

import pytest

from searchidx.engines.embedded.index import EmbeddedIndex
from searchidx.ingest.addressing import resolve_redirects
from searchidx.ingest.spool import Spool
from searchidx.search.document import Document
from searchidx.stories import Redirect, Story

DAY = datetime.date(2004, 8, 14)


def story(slug):
    return Story(id=f"id-{slug}", address=f"/d/{slug}", date=DAY, headline=slug)


@pytest.mark.parametrize(
    ("redirects", "formers", "skipped"),
    [
        ("old>a", {"a": ["/d/old"]}, []),
        ("older>old old>a", {"a": ["/d/old", "/d/older"]}, []),
        ("old>a old>b", {"b": ["/d/old"]}, []),
        ("x>y y>x", {}, ["/d/x", "/d/y"]),
        ("x>x", {}, ["/d/x"]),
        ("old>nowhere", {}, ["/d/old"]),
        ("a>b", {}, ["/d/a"]),
        ("old>a a>b", {"a": ["/d/old"]}, ["/d/a"]),
        ("old>indexed", {"indexed": ["/d/old"]}, []),
        ("older>old old>indexed", {"indexed": ["/d/old", "/d/older"]}, []),
    ],
)
def test_a_redirect_makes_a_former_address_of_the_story_it_leads_to(tmp_path, redirects, formers, skipped):
    index = EmbeddedIndex.create(tmp_path)
    with index.writer() as writer:
        writer.add(Document(story("indexed")))
        writer.commit()
    with Spool() as spool:
        for slug in "ab":
            spool.add(story(slug))
        for each in redirects.split():
            former, _, target = each.partition(">")
            spool.add_redirect(Redirect(f"/d/{former}", f"/d/{target}"))
        found = list(resolve_redirects(spool, index.reader()))
        assert [each.where for each in found] == skipped
        assert all(each.harmless for each in found)
        slugs = ("a", "b", "indexed")
        assert {slug: spool.formers(f"id-{slug}") for slug in slugs if spool.formers(f"id-{slug}")} == formers
        assert ("id-indexed" in spool) == ("indexed" in formers)
