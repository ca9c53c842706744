"""What Whoosh's own writer makes of documents, and all that is in a Whoosh index, to compare with."""

from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex, open_dir

from searchidx.engines.embedded.schema import FIELDS, day_number
from searchidx.engines.embedded.snapshot.stories import own_address
from searchidx.engines.embedded.stored_stories import story_record
from searchidx.stories.folding import fold

#: The values of a document in each field of whole values; they are indexed folded, and one may come twice.
VALUES = {
    "category": lambda document: (document.story.category or "",),
    "entity": lambda document: (name.value for name in document.names),
    "place": lambda document: (place.value for place in document.places),
    "source": lambda document: (source.name for source in document.story.sources),
    "topic": lambda document: document.story.topics,
}
assert set(VALUES) == {field for field, kind in FIELDS.items() if kind == "values"}


def stock_index(folder, schema, *batches):
    """Write batches of documents with Whoosh's own writer, a segment each."""
    index = FileIndex.create(FileStorage(str(folder)), schema, "MAIN")
    for documents in batches:
        writer = index.writer()
        add_documents(writer, sorted(documents, key=lambda document: document.story.id))
        writer.commit(merge=False)


def add_documents(writer, documents):
    """Add documents with Whoosh's own writer."""
    for document in documents:
        story = document.story
        values = {field: list(filter(None, map(fold, VALUES[field](document)))) for field in VALUES}
        writer.add_document(
            id=story.id,
            headline=story.headline,
            body=story.body,
            date=day_number(story.date),
            story=story_record(document.story, own_address(document.story)).decode(),
            **{field: of_document for field, of_document in values.items() if of_document},
        )


def content(folder):
    """Return everything that Whoosh reads from an index of one segment."""
    index = open_dir(str(folder))
    with index.reader() as reader:
        schema = index.schema
        return {
            "terms": {term: _term(reader, schema, term) for term in reader.all_terms()},
            "lengths": {
                field: [reader.doc_field_length(number, field) for number in reader.all_doc_ids()]
                for field in schema.scorable_names()
            },
            "totals": {
                field: (reader.field_length(field), reader.min_field_length(field), reader.max_field_length(field))
                for field in schema.scorable_names()
                if reader.field_length(field)
            },
            "stored": list(reader.all_stored_fields()),
            "columns": {field: list(reader.column_reader(field)) for field in ("date", "id") if reader.doc_count()},
            "fields": sorted(reader.indexed_field_names()),
        }


def _term(reader, schema, term):
    field, text = term
    info = reader.term_info(field, text)
    facts = [info.weight(), info.doc_frequency(), info.min_length(), info.max_length()]
    facts += [info.max_weight(), info.min_id(), info.max_id()]
    postings, blocks = [], {}
    matcher = reader.postings(field, text)
    while matcher.is_active():
        blocks[matcher.block_max_id()] = (
            matcher.block_max_weight(),
            matcher.block_min_length(),
            matcher.block_max_length(),
        )
        positions = matcher.value_as("positions") if schema[field].format.supports("positions") else None
        postings.append((matcher.id(), matcher.weight(), matcher.value_as("frequency"), positions))
        matcher.next()
    return facts, blocks, postings
