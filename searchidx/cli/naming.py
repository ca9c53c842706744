"""Names in a text: names."""

from pathlib import Path
from typing import Any

import click

from searchidx.catalogue import Catalogue
from searchidx.cli.failures import FOUND, NOTHING_FOUND
from searchidx.cli.lines import STDIN, answer_lines
from searchidx.cli.options import index_option
from searchidx.cli.printing import print_json, print_rows
from searchidx.ingest.naming import open_namer
from searchidx.names import FoundName
from searchidx.search.request import check_text


@click.command()
@click.argument("text")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@index_option
@click.pass_obj
def names(indexes: Path | None, /, text: str, *, as_json: bool, index: str | None) -> int:
    """\b
    Examples:
      searchidx names 'Iraqi forces enter Najaf, says Mr Allawi.'
      searchidx names - < texts.txt                     a text a line, an answer a line

    Show which names are recognised in a text, and why. An index helps to recognise them: its stories tell which words are
    also written in small letters. Without an index only common English words are known.
    """  # noqa: D301, D400, D415
    catalogue = Catalogue.default(indexes)
    chosen = index or (catalogue.choose() if catalogue.names() else None)
    namer = open_namer(catalogue, chosen)
    if text == STDIN:
        return answer_lines(lambda line: _names_object(namer.explain(line)))
    check_text("text", text)
    found = namer.explain(text)
    if as_json:
        print_json(_names_object(found))
    else:
        print_rows([(each.text, f"{each.name}  {each.kind}: {each.why}") for each in found])
    return FOUND if found else NOTHING_FOUND


def _names_object(found: tuple[FoundName, ...]) -> dict[str, Any]:
    return {
        "names": [
            {
                "text": each.text,
                "start": each.start,
                "end": each.end,
                "name": each.name,
                "place": each.name if each.kind == "place" else None,
                "why": each.why,
            }
            for each in found
        ]
    }
