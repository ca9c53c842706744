"""A text's capitalised words, where they stand, and what links each to the one before it."""

import re

try:
    from searchidx.names import _tokens as compiled
except ImportError:  # where there was no compiler
    compiled = None  # type: ignore[assignment]

_UPPER = "".join(c for c in map(chr, (*range(0x41, 0x590), *range(0x1E00, 0x2000))) if c.isupper())
_LETTER = r"[^\W_]"
#: What a hyphen may add in small letters that is not part of a name: Kremlin-backed, but Kim Jong-il.
_SUFFIXES = (
    "led|held|run|era|based|born|made|class|style|wide|bound|type|area|rule|side|old|day|fire|free|only|like|owned|"
    "in|on|up|off|out|to|and|or|ally|rich|poor|war|air|co|op|term|sized|aged|ruled|flu|raid|raids|tax|tier|ups|"
    "long|line|lines|man|men|year|week|hour|plus|non|pro|anti|open|elect|city|pack|hit|torn|wing|proof|party|team"
)
#: What is written with a full stop behind it and is no end of a sentence.
_ABBREVIATIONS = (
    "Mr|Mrs|Ms|Dr|Gen|Sen|Rep|Gov|Lt|Col|Sgt|Capt|Maj|Adm|St|Mt|Ft|Jr|Sr|Prof|Rev|Hon|Msgr|Cmdr|Pres|Inc|Ltd"
)
_CAPITALISED = rf"[{_UPPER}]{_LETTER}*(?:&[{_UPPER}]{_LETTER}*)?(?:['’‘`](?![sS]\b){_LETTER}+)*"
#: A word with a capital: abbreviations (U.S., Mr.), al-Sadr, Ki-moon, Port-au-Prince, iPhone, O'Neill, NATO.
_WORD = re.compile(
    rf"(?<!{_LETTER})(?:"
    rf"(?:[{_UPPER}]\.)+(?:[{_UPPER}]\b(?!\.)|(?<=\.[{_UPPER}]\.))"
    rf"|(?:{_ABBREVIATIONS})\."
    rf"|[{_UPPER}]\.(?=[ -][{_UPPER}])"
    rf"|[{_UPPER}]{_LETTER}{{1,4}}-(?!(?:{_SUFFIXES})\b)[^\W\d_A-Z]{{2,5}}\b(?!-|['’](?![sS]\b))"
    rf"|(?:(?:[aA][ldnrstz]|[aA]sh|[aA]dh|[eE][lnrstz]|[uU]l)-|(?:al|el|bin|ibn) |[dDlL]['’]|\d+(?=[{_UPPER}][a-z]))?"
    rf"{_CAPITALISED}(?:-(?:[a-z]{{1,3}}-)?(?:[{_UPPER}]|\d){_LETTER}*(?:['’](?![sS]\b){_LETTER}+)*)*"
    rf"|[a-z]{{1,2}}[{_UPPER}]{_LETTER}+"
    r")"
)

#: What stands between two capitalised words and may join them, by what it asks of them.
SPACE, OF, FOR, ON, IN, AND, VERSUS, PARTICLE, POSSESSIVE, COMMA, APART = range(11)
#: What stands between the parties of a lawsuit.
VERSUS_WORD = " v. "
_LINKS = (
    {
        " ": SPACE,
        "\u00a0": SPACE,
        " & ": SPACE,
        "'s ": POSSESSIVE,
        "’s ": POSSESSIVE,
        "' ": POSSESSIVE,
        "’ ": POSSESSIVE,
    }
    | dict.fromkeys((" of ", " of the "), OF)
    | dict.fromkeys((" for ", " for the "), FOR)
    | {" on ": ON, " in ": IN, VERSUS_WORD: VERSUS, " and ": AND, " and the ": AND, ", ": COMMA}
    | {f" {p} ": PARTICLE for p in "de del della di da do dos das du des la le van von der den zu bint y e".split()}
    | dict.fromkeys((" de la ", " de los ", " van der ", " van den ", " von der ", " de las "), PARTICLE)
)
#: Behind these a sentence, or something like one, begins.
_OPENINGS = frozenset('.!?…:;“”"([*•–—‘|')


class Token:
    """A capitalised word.

    Attributes:
        first: whether it begins a sentence, a quotation or the like, and so has its capital from there.
        link: what stands between it and the capitalised word before it.
    """

    def __init__(self, text: str, start: int, end: int, first: bool, link: int) -> None:
        self.text = text
        self.start = start
        self.end = end
        self.first = first
        self.link = link


#: What the compiled twin of the pattern is told of it.
_WRITING = (
    frozenset(_ABBREVIATIONS.split("|")),
    frozenset(_SUFFIXES.split("|")),
    _LINKS,
    APART,
    "".join(sorted(filter(str.isascii, _OPENINGS))),
    Token,
)


def capitalised(text: str) -> list[Token]:
    """Return the capitalised words of a text."""
    if compiled and text.isascii():
        return compiled.capitalised(text, _WRITING)
    return _by_pattern(text)


def _by_pattern(text: str) -> list[Token]:
    tokens: list[Token] = []
    end = 0
    for match in _WORD.finditer(text):
        start, stop = match.span()
        if text.startswith("$", stop):  # US$ is money
            continue
        link = _LINKS.get(text[end:start], APART) if tokens else APART
        tokens.append(Token(match[0], start, stop, link == APART and _is_first(text, start), link))
        end = stop
    return tokens


def _is_first(text: str, start: int) -> bool:
    """Whether a sentence begins at `start`."""
    place = start - 1
    while place >= 0 and text[place].isspace():
        place -= 1
    return place < 0 or text[place] in _OPENINGS or "\n\n" in text[place:start]
