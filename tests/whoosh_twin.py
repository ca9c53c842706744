"""What Whoosh's own writer makes of documents, and all that is in a Whoosh index, to compare with."""

from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex, open_dir

from searchidx.engines.embedded.schema import FIELDS, day_number, folded_values


def stock_index(folder, schema, documents, stored):
    """Write documents with Whoosh's own writer, in one segment."""
    index = FileIndex.create(FileStorage(str(folder)), schema, "MAIN")
    with index.writer() as writer:
        add_documents(writer, documents, stored)
    return index


def add_documents(writer, documents, stored):
    """Add documents with Whoosh's own writer."""
    for document, record in zip(documents, stored, strict=True):
        story = document.story
        values = {field: list(folded_values(field, document)) for field, kind in FIELDS.items() if kind == "values"}
        writer.add_document(
            id=story.id,
            headline=story.headline,
            body=story.body,
            date=day_number(story.date),
            story=record.decode(),
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
    facts = (
        (info.weight(), info.doc_frequency(), info.min_length(), info.max_length())
        + (info.max_weight(), info.min_id(), info.max_id())
    )  # fmt: skip
    postings = []
    matcher = reader.postings(field, text)
    blocks = []
    while matcher.is_active():
        block = (matcher.block_max_id(), matcher.block_max_weight())
        block += (matcher.block_min_length(), matcher.block_max_length())
        if not blocks or blocks[-1] != block:
            blocks.append(block)
        positions = matcher.value_as("positions") if schema[field].format.supports("positions") else None
        frequency = matcher.value_as("frequency")
        postings.append((matcher.id(), matcher.weight(), frequency, positions))
        matcher.next()
    return facts, blocks, postings
