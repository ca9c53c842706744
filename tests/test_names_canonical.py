"""One name for all spellings: aliases, abbreviations, surnames, accents, transliterations."""

import zlib

import pytest

from searchidx.errors import ArchiveDamaged, RecordError
from searchidx.names import Namer, NameStatistics, WordCounts, read_aliases, read_stop_names
from searchidx.names.statistics import FORMAT

ARCHIVE = [
    "We met Mohammad Zarrin and again Mohammad Zarrin.",
    "A day with Milan Kučan. A night with Milan Kučan.",
    "A day with Niall Ó Cuinn. A night with Niall Ó Cuinn.",
]


@pytest.fixture(scope="module")
def namer():
    return Namer(NameStatistics.collect(ARCHIVE))


def _names(namer, text):
    return [name.name for name in namer.explain(text)]


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("the U.N.", "United Nations"),
        ("the US", "United States"),
        ("the USSR", "Soviet Union"),
        ("al-Qaida", "Al-Qaeda"),
        ("al Qaeda", "Al-Qaeda"),
        ("Hizbullah", "Hezbollah"),
        ("ISIL", "Islamic State"),
        ("the Islamic State of Iraq and the Levant", "Islamic State"),
        ("the EU", "European Union"),
        ("Moammar Kadafi", "Muammar Gaddafi"),
        ("Muammar al-Qadhafi", "Muammar Gaddafi"),
        ("Moqtada Al-Sadr", "Muqtada al-Sadr"),
        ("Moqtada al Sadr", "Muqtada al-Sadr"),
        ("the Imam Ali Mosque", "Imam Ali Mosque"),
        ("King Abdullah University", "King Abdullah University"),
        ("King Abdullah", "Abdullah"),
        ("Slobodan Milosevic", "Slobodan Milošević"),
        ("Milan Kucan", "Milan Kučan"),
        ("Bill O'Reilly", "Bill O'Reilly"),
        ("Mohammed Zarrin", "Mohammad Zarrin"),
        ("Muhamad Zarrin", "Mohammad Zarrin"),
        ("Peking", "Beijing"),
        ("Bombay", "Mumbai"),
    ],
)
def test_spellings_of_one_name(namer, spelling, name):
    assert _names(namer, f"They spoke of {spelling} today.") == [name]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Nelson Mandela retires. Mandela smiles.", ["Nelson Mandela", "Nelson Mandela"]),
        ("They praise Mandela. Nelson Mandela smiles.", ["Nelson Mandela", "Nelson Mandela"]),
        ("They heard Karim al-Haddad. Haddad left.", ["Karim al-Haddad", "Karim al-Haddad"]),
        ("They saw Roh Moo-hyun. Roh left.", ["Roh Moo-hyun", "Roh Moo-hyun"]),
        ("They saw Xi Jinping. Xi left.", ["Xi Jinping", "Xi Jinping"]),
        ("They saw Michelle Obama. Obama left.", ["Michelle Obama", "Michelle Obama"]),
        ("They saw Obama.", ["Barack Obama"]),
    ],
)
def test_a_surname_means_the_full_name_of_its_story(namer, text, names):
    assert _names(namer, text) == names


def test_an_abbreviation_means_what_the_text_explains(namer):
    text = "The Blaukirk Miners Union (BMU) is on strike, says the BMU."
    assert set(_names(namer, text)) == {"Blaukirk Miners Union"}


def test_aliases_are_read_by_their_folded_spellings():
    aliases = read_aliases(["\ufeff# ours", "", "Kyiv | Kiev; Kiew", "Gdańsk|"])
    assert aliases == {"kyiv": "Kyiv", "kiev": "Kyiv", "kiew": "Kyiv", "gdansk": "Gdańsk"}


@pytest.mark.parametrize("lines", [["Kiev"], [" | Kiev"], ["Kyiv | Kiev | Kiew"], ["Kyiv | Kiev", "Kief | Kiev"]])
def test_bad_aliases_are_told_of_with_their_line(lines):
    with pytest.raises(RecordError, match=f"aliases, line {len(lines)}:"):
        read_aliases(lines)


def test_stop_names_hold_no_bars():
    assert read_stop_names(["# no", "Update Desk"]) == {"update desk"}
    with pytest.raises(RecordError, match="stop names, line 1:"):
        read_stop_names(["a | b"])


def test_statistics_are_kept_as_text():
    seen = NameStatistics.collect([*ARCHIVE, "Malmö and the NATO."])
    assert NameStatistics.from_bytes(seen.to_bytes()) == seen
    assert NameStatistics.from_bytes(NameStatistics.collect([]).to_bytes()) == NameStatistics.collect([])


_WRONG = [b"searchidx name statistics 1\na\tb\n\n", f"{FORMAT}\na\t1\t2\t3\t4\t5\n\n".encode()]


@pytest.mark.parametrize("text", [b"", b"\xff", b"something else\n", *_WRONG])
def test_damaged_statistics_are_told_of(text):
    for data in (text, zlib.compress(text)):
        with pytest.raises(ArchiveDamaged, match="build the index anew"):
            NameStatistics.from_bytes(data)


def test_what_two_parts_count_adds_up():
    """A pair that stands once in each part stands twice."""
    parts = [*ARCHIVE, "They met Zara Blaukirk."], ["She met Zara Blaukirk.", *ARCHIVE]
    counts = WordCounts()
    for part in parts:
        of_part = WordCounts()
        for text in part:
            of_part.count(text)
        counts.add(of_part)
    assert counts.statistics() == NameStatistics.collect([*parts[0], *parts[1]])
    assert counts.statistics().pair("zara", "blaukirk") == 2
