"""The Markdown pages of the Context: what stories, names and redirects come out of them."""

import io
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from searchidx.importers import read_source
from searchidx.stories import Redirect, Skipped, Source, Story

DAY = "2004/08/3"
CUT = ("body", "day index, may be cut")


def story_page(
    headline="The river rises. ",
    *,
    day=DAY,
    body="",
    entity: str | None = "",
    formats=True,
    sources=(),
    changes=(),
    related=(),
) -> str:
    """Write a page as the site's program did; `entity=None` is its second, `formats=False` its first generation."""
    page = (
        f"\nFormats: [HTML](/news/{day}/x.html)  [JSON](/news/{day}/x.json)  [XML](/news/{day}/x.xml)  \n\n"
        if formats
        else ""
    )
    page += f"### [{day.replace('/', '-')}](/news/{day}/index.md)\n\n"
    page += f"##### {entity}\n" if formats and entity is not None else ""
    page += f"# {headline}\n\n{body}\n\n"
    for title, rows in (("Sources" if formats else "Source", sources), ("Changes", changes), ("Related", related)):
        if rows:
            page += f"\n### {title}:\n\n" + "".join(f"{n}. {row}\n" for n, row in enumerate(rows, start=1))
    return page


def related(slug: str, names: str, headline="Another story") -> str:
    return f"[{headline} ](/news/{slug}.md) _Context: {names}_"


def version(slug: str, when="2018-02-06 13:49:31", what="First version") -> str:
    return f"[Old words ](/news/{slug}.md) _{when} ({what})_"


def day_page(*stories: str, day=DAY, formats=True) -> str:
    page = (
        f"\nFormats: [HTML]({day}/index.html)  [JSON]({day}/index.json)  [XML]({day}/index.xml)  \n\n"
        if formats
        else ""
    )
    page += f"## [{day.replace('/', '-')}](/news/{day}/index.md)\n\n"
    return page + "".join(stories) + "## [Previous Day...](/news/2004/08/2/index.md)\n\n"


def listed(slug: str, headline="The river rises. ", below="", entity: str | None = None) -> str:
    return (
        (f"##### {entity}\n" if entity is not None else "")
        + f"### [{headline}](/news/{slug}.md)\n"
        + (f"{below}\n\n" if below else "")
    )


def read(folder: Path, pages: dict[str, str], **options: Any) -> list[Any]:
    for name, text in pages.items():
        path = folder / "site" / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return list(read_source(folder / "site", **options))


def one(folder: Path, page: str, slug="the-river-rises") -> Story:
    [story] = read(folder, {f"news/{DAY}/{slug}": page})
    assert isinstance(story, Story)
    return story


def names(story: Story) -> list[str]:
    return [entity.name for entity in story.entities]


def test_a_story_page_gives_headline_body_date_sources_image_and_the_path_as_id(tmp_path):
    sources = [
        "[AP](http://ap.example/1)",
        "[AP](http://ap.example/2)",
        "[BBC (World)](http://bbc.example/a_(b)?x=1&amp;y=2)",
    ]
    page = story_page(
        " The river rises. ",
        body="Water stands high.",
        sources=[*sources, "[Cover Image](http://i.example/a?w=1&amp;h=2)"],
    )
    story = one(tmp_path, page)
    assert story.id == story.address == "/news/2004/08/3/the-river-rises"
    assert story.date.isoformat() == "2004-08-03"
    assert (story.headline, story.body) == ("The river rises.", "Water stands high.")
    assert story.sources == (
        Source("AP", "http://ap.example/1"),
        Source("AP", "http://ap.example/2"),
        Source("BBC (World)", "http://bbc.example/a_(b)?x=1&y=2"),
    )
    assert story.image == "http://i.example/a?w=1&h=2"
    assert story.origin is not None
    assert (story.origin.file, story.origin.line) == (f"site/news/{DAY}/the-river-rises.md", None)


@pytest.mark.parametrize("formats", [False, True])
@pytest.mark.parametrize("entity", [None, "", "Danube"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_pages_of_all_generations_are_read(tmp_path, formats, entity, ends):
    page = story_page(
        entity=entity,
        formats=formats,
        sources=["[AP](http://ap.example/1)"],
        related=[related("2005/01/2/x", "Danube, flood")],
    )
    story = one(tmp_path, page.replace("\n", ends))
    assert story.headline == "The river rises."
    assert story.sources == (Source("AP", "http://ap.example/1"),)
    assert names(story) == ["Danube", "flood"]


@pytest.mark.parametrize(
    ("written", "headline"),
    [
        ("A treaty &ndash; the first &mdash; is signed.", "A treaty – the first — is signed."),
        ("The Super&nbsp;Cup ends  3:2.", "The Super Cup ends 3:2."),
        ("A lake of 72&nbsp;km<sup>2</sup> dries up.", "A lake of 72 km2 dries up."),
        ('A dam breaks.<ref name="paper2003"/>', "A dam breaks."),
        ('A dam breaks.<ref name="paper">{{cite|x}}</ref> Rain falls.', "A dam breaks. Rain falls."),
        ("At {{Nowrap|6:22 a.m.}} a train stops.", "At 6:22 a.m. a train stops."),
        ("The minister quits. {{es icon}}", "The minister quits."),
        ("The ''Morning Star'' closes.", "The Morning Star closes."),
        ("The ''Morning Sta''r closes.", "The Morning Star closes."),
        ('""Our river is ours"" is sung.', '"Our river is ours" is sung.'),
        ('"Rover" \' s wheel turns.', '"Rover"\'s wheel turns.'),
        ('He says "[i]f it rains, I stay."', 'He says "[i]f it rains, I stay."'),
        ("Rain [[Danube|falls]] on [[Ulm]].", "Rain falls on Ulm."),
        (
            "Marbles must be returned. (Greek), (English), (Background, English)",
            "Marbles must be returned. (Greek), (English), (Background, English)",
        ),
        ("15&ndash;20% of that ", "15–20% of that"),
        ("22., see also:", "22., see also:"),
        ("Konstanz floodA river rises.", "Konstanz floodA river rises."),
        ("#1 song banned.", "#1 song banned."),
        ("A so\u00adft hy\u200bphen.", "A soft hyphen."),
        ("A ticket costs 5 &lt; 6.", "A ticket costs 5 < 6."),
        ("Q&A is held; see ?a=1&copy=2.", "Q&A is held; see ?a=1&copy=2."),
    ],
)
def test_markup_left_in_a_headline_is_cleaned(tmp_path, written, headline):
    assert one(tmp_path, story_page(written)).headline == headline


@pytest.mark.parametrize(
    ("written", "source"),
    [
        ("[http://news.example/a/(b)?c=1 (The Paper) ]", Source("The Paper", "http://news.example/a/(b)?c=1")),
        ('[https:--news.example-2018-01-12-a.html "(The Paper)"]', Source("The Paper")),
        ('[http:--news.example-a ("The Paper")]', Source("The Paper")),
        ("[http://www.news.example/a]", Source("news.example", "http://www.news.example/a")),
    ],
)
def test_a_source_cited_in_the_headline_becomes_a_source(tmp_path, written, source):
    story = one(tmp_path, story_page(f"A bank fails. {written} More follow."))
    assert (story.headline, story.sources) == ("A bank fails. More follow.", (source,))
    [story, _] = read(
        tmp_path, {f"news/{DAY}/index": day_page(listed(f"{DAY}/a-bank-fails", f" A bank fails. {written}"))}
    )
    assert (story.headline, story.sources) == ("A bank fails.", (source,))


def test_entities_in_a_body_are_decoded(tmp_path):
    body = "It&#039;s &quot;over&quot;&hellip;&#x20;says&#x2019; the &amp;c. \u201cboss\u201d."
    assert one(tmp_path, story_page(body=body)).body == 'It\'s "over"… says’ the &c. “boss”.'


def test_wiki_quotes_in_the_name_of_a_source_go_and_a_spoilt_address_is_left_out(tmp_path):
    sources = ["[AP via ''Daily News](http://a.example/)", "[The Times](https:--www.times.example-1)"]
    assert one(tmp_path, story_page(sources=sources)).sources == (
        Source("AP via Daily News", "http://a.example/"),
        Source("The Times"),
    )


def test_a_page_with_nothing_but_formats_and_headline_is_a_story(tmp_path):
    story = one(tmp_path, f"\nFormats: [HTML](/a.html)  \n\n### [2004-08-3](/news/{DAY}/index.md)\n\n##### \n# Rain.")
    assert (story.headline, story.body, story.sources, story.entities) == ("Rain.", "", (), ())


def test_unknown_sections_are_passed_over(tmp_path):
    page = (
        story_page(body="Water stands high.", sources=["[AP](http://ap.example/1)"])
        + "\n### Photos:\n\n1. [x](http://y.example/)\n\nwords\n"
    )
    story = one(tmp_path, page)
    assert (story.body, story.sources) == ("Water stands high.", (Source("AP", "http://ap.example/1"),))


def test_names_come_from_the_entity_line_the_day_and_both_sides_of_related(tmp_path):
    pages = {
        f"news/{DAY}/a": story_page(
            "A ",
            entity="Overnight",
            related=[related("2005/01/2/b", "Danube, flood"), related("2006/01/2/gone", "Ulm")],
        ),
        "news/2005/01/2/b": story_page("B ", day="2005/01/2"),
        f"news/{DAY}/index": day_page(listed(f"{DAY}/a", below="_Context: Bavaria, overnight, Danube_")),
    }
    a, b = read(tmp_path, pages)
    assert names(a) == ["Overnight", "Bavaria", "Danube", "flood", "Ulm"]
    assert names(b) == ["Danube", "flood"]


@pytest.mark.parametrize(
    ("known", "line", "expected"),
    [
        ("", "Danube, Ulm", ["Danube", "Ulm"]),
        ("", "Boycott, Divestment and Sanctions, Israel", ["Boycott", "Divestment and Sanctions", "Israel"]),
        (
            "Boycott, Divestment and Sanctions",
            "Boycott, Divestment and Sanctions, Israel",
            ["Boycott, Divestment and Sanctions", "Israel"],
        ),
        ("Fires, floods and storms", "Ulm, fires, floods and storms", ["Ulm", "fires, floods and storms"]),
        ("", "Mayor, Ulm mayoral election, 2018, candidate", ["Mayor", "Ulm mayoral election, 2018", "candidate"]),
        ("", "Washington, D.C., Wyoming, Wyoming", ["Washington, D.C.", "Wyoming"]),
        ("", "''Morning Star'', St.&nbsp;Paul", ["Morning Star", "St. Paul"]),
        ("", "War (2001-present), O'Neill", ["War (2001-present)", "O'Neill"]),
    ],
)
def test_a_context_line_is_split_by_the_names_known_whole_elsewhere(tmp_path, known, line, expected):
    pages = {
        f"news/{DAY}/index": day_page(listed(f"{DAY}/a", below=f"_Context: {line}_")),
        "news/2005/01/2/b": story_page("B ", day="2005/01/2", entity=known),
    }
    assert names(read(tmp_path, pages)[0]) == expected


def test_a_related_line_out_of_order_tells_of_a_name_with_a_comma(tmp_path):
    pages = {
        f"news/{DAY}/a": story_page("A ", related=[related("2005/01/2/b", "Austin, Zurich, Portland, Oregon")]),
        f"news/{DAY}/c": story_page("C ", related=[related("2005/01/2/d", "Springfield, Illinois")]),
        f"news/{DAY}/index": day_page(
            listed(f"{DAY}/e", "E ", "_Context: rain, Springfield, Illinois, Portland, Oregon_")
        ),
    }
    found = {story.headline: names(story) for story in read(tmp_path, pages)}
    assert found["C"] == ["Springfield, Illinois"]
    assert found["E"][:2] == ["rain", "Springfield, Illinois"]


def test_a_story_only_the_day_has_is_one_and_its_body_is_marked(tmp_path):
    day = day_page(
        listed(f"{DAY}/a", " Rain falls. ", "Water&#x20;stands...", entity="Ulm"),
        listed(f"{DAY}/b", "Snow [falls] (much) ]( [http://x.example/ (X) ]", "_Context: Ulm, snow_", entity=""),
        listed(f"{DAY}/c", "Wind. "),
        listed(f"{DAY}/d", "Hail. ", "_Context: hail_"),
    )
    a, b, c, d = read(tmp_path, {f"news/{DAY}/index": day})
    assert (a.headline, a.body, names(a), a.origin.rules, a.origin.line) == (
        "Rain falls.",
        "Water stands...",
        ["Ulm"],
        (CUT,),
        7,
    )
    assert (b.headline, b.body, names(b), b.origin.rules) == ("Snow [falls] (much) ](", "", ["Ulm", "snow"], ())
    assert (c.headline, c.body, names(c)) == ("Wind.", "", [])
    assert names(d) == ["hail"]
    assert a.origin.file == f"site/news/{DAY}/index.md"


def test_the_day_gives_a_body_only_to_a_page_that_has_none(tmp_path):
    day = day_page(listed(f"{DAY}/a", below="Cut..."), listed(f"{DAY}/b", below="Cut..."))
    pages = {
        f"news/{DAY}/index": day,
        f"news/{DAY}/a": story_page("A ", body="Whole."),
        f"news/{DAY}/b": story_page("B "),
    }
    a, b = read(tmp_path, pages)
    assert (a.body, a.origin.rules) == ("Whole.", ())
    assert (b.body, b.origin.rules) == ("Cut...", (CUT,))


def test_stories_that_only_related_or_changes_lists_have_are_none(tmp_path):
    page = story_page(
        related=[related("2005/01/2/b", "Danube")], changes=[version(f"{DAY}/old"), version(f"{DAY}/the-river-rises")]
    )
    story, redirect = read(tmp_path, {f"news/{DAY}/the-river-rises": page})
    assert story.headline == "The river rises."
    assert redirect == Redirect(f"/news/{DAY}/old", f"/news/{DAY}/the-river-rises")


def test_a_former_version_with_a_page_of_its_own_is_a_redirect_and_lends_its_names(tmp_path):
    pages = {
        f"news/{DAY}/new": story_page(
            "New ", entity="Ulm", changes=[version(f"{DAY}/middle"), version(f"{DAY}/middle")]
        ),
        f"news/{DAY}/middle": story_page(
            "Middle ", entity=None, changes=[version(f"{DAY}/old", "2018-01-01 10:00:00")]
        ),
        f"news/{DAY}/old": story_page("Old ", formats=False, related=[related("2005/01/2/b", "Danube")]),
        "news/2005/01/2/b": story_page("B ", day="2005/01/2"),
        f"news/{DAY}/index": day_page(listed(f"{DAY}/old", "Old ", "_Context: Bavaria_"), formats=False),
    }
    new, *redirects, b = read(tmp_path, pages)
    assert (new.headline, names(new)) == ("New", ["Ulm", "Bavaria", "Danube"])
    assert redirects == [Redirect(f"/news/{DAY}/{old}", f"/news/{DAY}/new") for old in ("middle", "old")]
    assert names(b) == ["Danube"]


def test_of_two_pages_that_call_each_other_former_the_one_changed_last_stands(tmp_path):
    pages = {
        f"news/{DAY}/a": story_page("A ", changes=[version(f"{DAY}/b", "2018-02-07 10:00:00")]),
        f"news/{DAY}/b": story_page("B ", changes=[version(f"{DAY}/a", "2018-02-06 10:00:00")]),
    }
    assert [getattr(each, "headline", each) for each in read(tmp_path, pages)] == [
        "A",
        Redirect(f"/news/{DAY}/b", f"/news/{DAY}/a"),
    ]


def test_of_two_builds_of_a_page_the_later_generation_stands_and_names_come_from_both(tmp_path):
    first = story_page(
        "The  river rises. ",
        formats=False,
        sources=["[AP](http://ap.example/)"],
        related=[related("2005/01/2/b", "Danube")],
    )
    third = story_page(
        "The river rises.",
        entity="Ulm",
        sources=["[AP](https://ap.example/)"],
        related=[related("2005/01/2/b", "flood")],
    )
    pages = {
        f"builds/1/news/{DAY}/the-river-rises": third,
        f"news/{DAY}/the-river-rises": first,
    }
    [story] = read(tmp_path, pages)
    assert story.sources == (Source("AP", "https://ap.example/"),)
    assert names(story) == ["Ulm", "Danube", "flood"]


@pytest.mark.parametrize("turned", [False, True])
def test_the_order_in_which_an_archive_has_the_pages_makes_no_difference(tmp_path, turned):
    pages = {
        f"news/{DAY}/the-river-rises": story_page(related=[related("2005/01/2/b", "Danube, Ulm")]),
        "news/2005/01/2/b": story_page("A dam breaks. ", day="2005/01/2", related=[related(f"{DAY}/the-river-rises", "flood")]),
        f"news/{DAY}/index": day_page(listed(f"{DAY}/the-river-rises", entity="Bavaria")),
    }  # fmt: skip
    path = tmp_path / "site.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name in sorted(pages, reverse=turned):
            member = tarfile.TarInfo(f"{name}.md")
            member.size = len(pages[name].encode())
            archive.addfile(member, io.BytesIO(pages[name].encode()))
    found = {story.address: names(story) for story in read_source(path) if isinstance(story, Story)}
    assert found == {
        f"/news/{DAY}/the-river-rises": ["Bavaria", "Danube", "Ulm", "flood"],
        "/news/2005/01/2/b": ["Danube", "Ulm", "flood"],
    }


def test_of_index_and_readme_of_a_day_both_are_read(tmp_path):
    [story] = read(tmp_path, {f"news/{DAY}/index": day_page(), f"news/{DAY}/README": day_page(listed(f"{DAY}/a"))})
    assert story.address == f"/news/{DAY}/a"


def test_near_duplicates_that_no_page_calls_former_stay_stories_of_their_own(tmp_path):
    found = read(
        tmp_path,
        {
            f"news/{DAY}/a-boat-sinks": story_page("A boat sinks. "),
            f"news/{DAY}/a-boat-sank": story_page("A boat sank. "),
        },
    )
    assert [story.headline for story in found] == ["A boat sank.", "A boat sinks."]


def test_pages_that_tell_no_story_are_skipped_with_the_reason(tmp_path):
    pages = {
        "index": "## [News](/news/2018/01/18/index.md)\n\n### [Rain. ](/news/2018/01/18/rain.md)\n\n---\n",
        "README": "## [News](/news/2018/01/18/index.md)\n",
        "api/README": "## API\n",
        "faq/index": "## FAQ\n",
        "opinion/2017/04/4/thoughts/README": "# Thoughts\n#### by A. Writer\n\nWords.\n",
        f"news/{DAY}/index": day_page(listed(f"{DAY}/a")),
    }
    *skipped, story = read(tmp_path, pages)
    assert isinstance(story, Story)
    assert all(each.harmless for each in skipped)
    assert len(skipped) == 5
    assert {each.reason for each in skipped} == {
        "a front page or README, no story",
        "a page about the API, no story",
        "an FAQ, no story",
        "an opinion, no story",
    }


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        (f"news/{DAY}/a", "", "is empty"),
        (f"news/{DAY}/a", "words and no headline", "the page has no headline"),
        (f"news/{DAY}/a", "# <ref name='x'/> \n", "the page has no headline"),
        ("news/2004/02/30/a", "# Rain. \n", "its path names no day of the calendar"),
        (f"news/{DAY}/a b", "# Rain. \n", "its name is no address: it holds a space, a # or a ?"),
    ],
)
def test_a_page_at_a_storys_place_that_tells_none_is_a_fault(tmp_path, name, text, reason):
    found = read(tmp_path, {name: text, f"news/{DAY}/ok": story_page()})
    assert found[0] == Skipped(f"site/{name}.md", reason)
    assert isinstance(found[1], Story)


def test_a_page_is_known_by_its_day_where_the_path_is_not_given_whole(tmp_path):
    path = tmp_path / "the-river-rises.md"
    path.write_text(story_page())
    found: list[Any] = list(read_source(path))
    assert [story.address for story in found] == [f"/news/{DAY}/the-river-rises"]


def test_the_other_formats_beside_a_page_are_passed_over(tmp_path):
    for name in (
        "index.html",
        "index.json",
        "api/index.html",
        f"news/{DAY}/a.html",
        f"news/{DAY}/a.json",
        f"news/{DAY}/a.xml",
    ):
        (tmp_path / "site" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "site" / name).write_text("<html><title>A</title>")
    found = read(tmp_path, {"README": "# Site", "api/README": "## API", f"news/{DAY}/a": story_page("A ")})
    assert [each.headline for each in found if not isinstance(each, Skipped)] == ["A"]
    assert all(each.harmless for each in found if isinstance(each, Skipped))


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz"])
def test_an_archive_of_the_site_gives_what_the_folder_gives(tmp_path, kind):
    pages = {
        f"site-master/news/{DAY}/a.md": story_page("A ", related=[related("2005/01/2/b", "Danube")]),
        "site-master/news/2005/01/2/b.md": story_page("B ", day="2005/01/2"),
        "site-master/news/2005/01/2/b.html": "<html><title>B</title>",
    }
    path = tmp_path / f"context.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            for name, text in pages.items():
                archive.writestr(name, text)
            with pytest.warns(UserWarning, match="Duplicate name"):
                archive.writestr(f"site-master/news/{DAY}/a.md", story_page("Older ", formats=False))
    else:
        with tarfile.open(path, "w:gz" if kind == "tar.gz" else "w") as archive:
            for name, text in pages.items():
                member = tarfile.TarInfo(f"./{name}")
                member.size = len(text.encode())
                archive.addfile(member, io.BytesIO(text.encode()))
    skipped, a, b = list[Any](read_source(path))
    assert skipped == Skipped(
        f"context.{kind}/site-master/news/2005/01/2/b.html", "another format of a page of the Context", harmless=True
    )
    assert (a.headline, names(a)) == ("A", ["Danube"])
    assert (b.headline, names(b)) == ("B", ["Danube"])
    assert a.origin.file == f"context.{kind}/site-master/news/{DAY}/a.md"


def test_the_pages_at_hand_all_go_in(shared):
    found = list(read_source(shared / "thecontext" / "pages"))
    stories = {each.address: each for each in found if isinstance(each, Story)}
    redirects = {each.former: each.address for each in found if isinstance(each, Redirect)}
    assert len(stories) == 130
    assert all(each.harmless for each in found if isinstance(each, Skipped))
    assert not redirects.keys() & stories.keys()
    assert set(redirects.values()) <= stories.keys()
    samarra = next(story for address, story in stories.items() if "/2004/08/14/us-planes" in address)
    assert names(samarra)[0] == "Samarra"
    assert set(names(samarra)) == {"Samarra", "ceasefire", "Iyad Allawi", "Najaf", "Baghdad", "Muqtada al-Sadr"}
    assert [source.name for source in samarra.sources] == ["BBC", "BBC", "BBC"]
    assert not [
        story.headline
        for story in stories.values()
        if any(mark in story.headline for mark in ("&nbsp;", "<ref", "<sup", "''", "[http", "{{"))
    ]
    assert any("Russian presidential election, 2018" in names(story) for story in stories.values())
    assert not any("2018" in names(story) for story in stories.values())
