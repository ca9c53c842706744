"""A small archive for tests of the language of search: made-up stories with places, names and categories."""

import datetime
from collections.abc import Iterable
from pathlib import Path

from searchidx.engines.embedded.index import EmbeddedIndex
from searchidx.search.document import Document, NameValue, PlaceNode
from searchidx.search.engine import Engine
from searchidx.stories import Source, Story

_PLACES = {
    "Asia": PlaceNode("Asia", "Asia", "continent"),
    "Iraq": PlaceNode("Iraq", "Iraq", "country", "Asia"),
    "Najaf": PlaceNode("Najaf", "Najaf", "city", "Iraq", ("An Najaf",)),
    "Baghdad": PlaceNode("Baghdad", "Baghdad", "city", "Iraq"),
    "Europe": PlaceNode("Europe", "Europe", "continent"),
    "Italy": PlaceNode("Italy", "Italy", "country", "Europe"),
}


def document(
    number: int,
    date: str,
    headline: str,
    body: str = "",
    *,
    place: str | None = None,
    names: tuple[str, ...] = (),
    category: str | None = None,
    source: str | None = None,
) -> Document:
    """Return a document whose story has the id s01, s02, …"""
    story_id = f"s{number:02}"
    story = Story(
        id=story_id,
        address=f"/news/{date[:4]}/{date[5:7]}/{int(date[8:])}/{story_id}",
        date=datetime.date.fromisoformat(date),
        headline=headline,
        body=body,
        category=category,
        sources=(Source(source),) if source else (),
    )
    places: list[PlaceNode] = []
    while place is not None:
        places.insert(0, _PLACES[place])
        place = _PLACES[place].parent
    return Document(story, tuple(places), tuple(NameValue(name) for name in names))


def engine_of(documents: Iterable[Document], folder: Path) -> Engine:
    """Return an engine over documents; its index lies in a folder, which is to be empty."""
    index = EmbeddedIndex.create(folder)
    with index.writer() as writer:
        for each in documents:
            writer.add(each)
        writer.commit()
    return index.reader()


STORIES = (
    document(1, "2004-08-05", "Fighting begins in Najaf", "The Mahdi Army of Muqtada al-Sadr attacks a police station.",
             place="Najaf", names=("Muqtada al-Sadr", "Mahdi Army"), category="Armed conflicts", source="BBC"),
    document(2, "2004-08-14", "Talks on a truce in Najaf fail", "Negotiators leave the city.",
             place="Najaf", names=("Muqtada al-Sadr",), category="Armed conflicts", source="BBC"),
    document(3, "2004-08-26", "Ceasefire in Najaf", "Grand Ayatollah Ali al-Sistani brings about a ceasefire.",
             place="Najaf", names=("Ali al-Sistani",), category="Armed conflicts", source="Reuters"),
    document(4, "2004-09-01", "Bomb explodes in Baghdad", "Police count the wounded.",
             place="Baghdad", category="Armed conflicts"),
    document(5, "2005-08-14", "Truce in the north holds", "A year after August 2004 the guns are silent.",
             place="Iraq", category="Armed conflicts"),
    document(6, "2009-04-06", "Earthquake near L'Aquila", "Hundreds are buried under the ruins in Italy.",
             place="Italy", category="Disasters", source="ANSA"),
    document(7, "2011-02-22", "Earthquake strikes Christchurch", "The cathedral loses its spire.", category="Disasters"),
    document(8, "2011-03-11", "Earthquake and tsunami in Japan", "A wave of ten metres reaches the coast.", category="Disasters"),
    document(9, "2012-05-20", "Earthquake in the plain of the Po", "Factories are damaged in Italy.",
             place="Italy", category="Disasters", source="ANSA"),
)  # fmt: skip
