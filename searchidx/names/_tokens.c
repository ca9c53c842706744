/* Finding the capitalised words of a text in ASCII, as the pattern of a word in tokens.py does, which finds the others.
 *
 * Each function below is an alternative of that pattern, in its order, and says where a word that begins at `at` ends:
 * 0 where none does. Behind its first capital letter no alternative ever gives back what it has taken. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <string.h>

/* What the pattern is made of, and what is made of its words. */
typedef struct {
    PyObject *abbreviations, *suffixes; /* sets */
    PyObject *links, *apart;            /* what may stand between two words, and what stands for all else */
    const char *openings;               /* behind these something begins */
    PyObject *token;                    /* its class */
} Writing;

typedef struct {
    const char *text;
    Py_ssize_t length;
} Text;

/* The character at a place, a line feed behind the end: it is no part of a word. */
static char at_place(const Text *text, Py_ssize_t at)
{
    return at < text->length ? text->text[at] : '\n';
}

static int is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static int is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int is_letter(char c)
{
    return is_upper(c) || is_lower(c) || is_digit(c);
}

static int is_of_word(char c)
{
    return is_letter(c) || c == '_';
}

static int is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1c && c <= 0x1f);
}

static int is_one_of(char c, const char *characters)
{
    return c != '\0' && strchr(characters, c) != NULL;
}

static Py_ssize_t behind_letters(const Text *text, Py_ssize_t at)
{
    while (is_letter(at_place(text, at)))
        at++;
    return at;
}

static Py_ssize_t behind_small(const Text *text, Py_ssize_t at)
{
    while (is_lower(at_place(text, at)))
        at++;
    return at;
}

static Py_ssize_t behind_digits(const Text *text, Py_ssize_t at)
{
    while (is_digit(at_place(text, at)))
        at++;
    return at;
}

/* Whether a piece of the text is in a set; -1 with an error set. */
static int is_in(PyObject *set, const Text *text, Py_ssize_t start, Py_ssize_t end)
{
    PyObject *piece = PyUnicode_FromStringAndSize(text->text + start, end - start);
    int found = piece ? PySet_Contains(set, piece) : -1;
    Py_XDECREF(piece);
    return found;
}

/* U.S., J.K: initials of two and more. */
static Py_ssize_t initials(const Text *text, Py_ssize_t at)
{
    Py_ssize_t end = at;
    while (is_upper(at_place(text, end)) && at_place(text, end + 1) == '.')
        end += 2;
    for (; end > at; end -= 2) {
        if (is_upper(at_place(text, end)) && !is_of_word(at_place(text, end + 1)) && at_place(text, end + 1) != '.')
            return end + 1;
        if (end >= 3 && text->text[end - 3] == '.')
            return end;
    }
    return 0;
}

/* Mr., Gen.; -1 with an error set. */
static Py_ssize_t abbreviation(const Text *text, Py_ssize_t at, const Writing *writing)
{
    Py_ssize_t end = behind_letters(text, at);
    if (!is_upper(text->text[at]) || at_place(text, end) != '.')
        return 0;
    int found = is_in(writing->abbreviations, text, at, end);
    return found > 0 ? end + 1 : found;
}

/* The W. of George W. Bush. */
static Py_ssize_t initial(const Text *text, Py_ssize_t at)
{
    char behind = at_place(text, at + 2);
    int is_one = is_upper(text->text[at]) && at_place(text, at + 1) == '.' && (behind == ' ' || behind == '-');
    return is_one && is_upper(at_place(text, at + 3)) ? at + 2 : 0;
}

/* Ki-moon, Jong-il, but not Shia-led; -1 with an error set. */
static Py_ssize_t hyphened(const Text *text, Py_ssize_t at, const Writing *writing)
{
    Py_ssize_t hyphen = behind_letters(text, at), end = behind_small(text, hyphen + 1);
    if (!is_upper(text->text[at]) || hyphen - at < 2 || hyphen - at > 5 || at_place(text, hyphen) != '-')
        return 0;
    if (end - hyphen - 1 < 2 || end - hyphen - 1 > 5 || is_of_word(at_place(text, end)))
        return 0;
    char behind = at_place(text, end), owned = at_place(text, end + 1);
    int is_owner = (owned == 's' || owned == 'S') && !is_of_word(at_place(text, end + 2));
    if (behind == '-' || (behind == '\'' && !is_owner))
        return 0;
    int found = is_in(writing->suffixes, text, hyphen + 1, end);
    return found ? (found < 0 ? -1 : 0) : end;
}

/* Behind apostrophes and what follows them: O'Neill, but not the 's of Malmo's. */
static Py_ssize_t behind_apostrophes(const Text *text, Py_ssize_t at, const char *apostrophes)
{
    while (is_one_of(at_place(text, at), apostrophes) && is_letter(at_place(text, at + 1))) {
        char first = text->text[at + 1];
        if ((first == 's' || first == 'S') && !is_of_word(at_place(text, at + 2)))
            break;
        at = behind_letters(text, at + 1);
    }
    return at;
}

/* Behind one more part of a name with hyphens: Port-au-Prince, Jean-Claude, Covid-19; 0 where there is none. */
static Py_ssize_t behind_part(const Text *text, Py_ssize_t at)
{
    if (at_place(text, at) != '-')
        return 0;
    Py_ssize_t start = at + 1, particle = behind_small(text, start);
    if (particle > start && particle - start <= 3 && at_place(text, particle) == '-')
        start = particle + 1;
    char first = at_place(text, start);
    if (!is_upper(first) && !is_digit(first))
        return 0;
    return behind_apostrophes(text, behind_letters(text, start), "'");
}

/* A word that begins with a capital letter, and all that hangs on it: AT&T, O'Neill, Port-au-Prince. */
static Py_ssize_t capital(const Text *text, Py_ssize_t at)
{
    if (!is_upper(at_place(text, at)))
        return 0;
    Py_ssize_t end = behind_letters(text, at);
    if (at_place(text, end) == '&' && is_upper(at_place(text, end + 1)))
        end = behind_letters(text, end + 1);
    end = behind_apostrophes(text, end, "'`");
    for (Py_ssize_t part = end; part; part = behind_part(text, end))
        end = part;
    return end;
}

/* Whether a text goes on with some characters; 0, or how many. */
static Py_ssize_t goes_on(const Text *text, Py_ssize_t at, const char *with)
{
    Py_ssize_t length = (Py_ssize_t)strlen(with);
    return at + length <= text->length && memcmp(text->text + at, with, length) == 0 ? length : 0;
}

/* al-Sadr, bin Laden, d'Estaing, 50Cent, or a capital without anything before it. */
static Py_ssize_t with_article(const Text *text, Py_ssize_t at)
{
    static const char *const apart[] = {"al ", "el ", "bin ", "ibn "};
    char first = text->text[at], second = at_place(text, at + 1), third = at_place(text, at + 2);
    int a = first == 'a' || first == 'A', e = first == 'e' || first == 'E', u = first == 'u' || first == 'U';
    Py_ssize_t end = 0, article = 0;
    if ((a && is_one_of(second, "ldnrstz")) || (e && is_one_of(second, "lnrstz")) || (u && second == 'l'))
        article = 2;
    if (a && (second == 's' || second == 'd') && third == 'h')
        article = 3;
    if (article && at_place(text, at + article) == '-')
        end = capital(text, at + article + 1);
    for (size_t one = 0; !end && one < sizeof apart / sizeof *apart; one++) {
        Py_ssize_t length = goes_on(text, at, apart[one]);
        end = length ? capital(text, at + length) : 0;
    }
    if (!end && is_one_of(first, "dDlL") && second == '\'')
        end = capital(text, at + 2);
    if (!end && is_digit(first)) {
        Py_ssize_t behind = behind_digits(text, at);
        end = is_upper(at_place(text, behind)) && is_lower(at_place(text, behind + 1)) ? capital(text, behind) : 0;
    }
    return end ? end : capital(text, at);
}

/* iPhone, eBay. */
static Py_ssize_t small_first(const Text *text, Py_ssize_t at)
{
    for (Py_ssize_t small = 2; small; small--) {
        int is_small = is_lower(text->text[at]) && (small < 2 || is_lower(at_place(text, at + 1)));
        if (is_small && is_upper(at_place(text, at + small)) && is_letter(at_place(text, at + small + 1)))
            return behind_letters(text, at + small + 1);
    }
    return 0;
}

/* Where the word ends that begins at a place; 0 where none does, -1 with an error set. */
static Py_ssize_t end_of_word(const Text *text, Py_ssize_t at, const Writing *writing)
{
    Py_ssize_t end = initials(text, at);
    end = end ? end : abbreviation(text, at, writing);
    end = end ? end : initial(text, at);
    end = end ? end : hyphened(text, at, writing);
    end = end ? end : with_article(text, at);
    return end ? end : small_first(text, at);
}

/* Whether something begins at a place, by what stands before it. */
static int is_first(const Text *text, Py_ssize_t start, const char *openings)
{
    int breaks = 0, in_row = 0; /* line feeds that follow each other */
    Py_ssize_t place = start;
    for (; place > 0 && is_space(text->text[place - 1]); place--) {
        in_row = text->text[place - 1] == '\n' ? in_row + 1 : 0;
        breaks = in_row > breaks ? in_row : breaks;
    }
    return place == 0 || breaks > 1 || is_one_of(text->text[place - 1], openings);
}

/* A token, or NULL with an error set. `before` is where the word before it ends, -1 for the first. */
static PyObject *token(const Text *text, Py_ssize_t start, Py_ssize_t end, Py_ssize_t before, const Writing *writing)
{
    PyObject *link = writing->apart;
    if (before >= 0) {
        PyObject *between = PyUnicode_FromStringAndSize(text->text + before, start - before);
        PyObject *found = between ? PyDict_GetItemWithError(writing->links, between) : NULL;
        Py_XDECREF(between);
        if (!found && PyErr_Occurred())
            return NULL;
        link = found ? found : link;
    }
    PyObject *first = link == writing->apart && is_first(text, start, writing->openings) ? Py_True : Py_False;
    return PyObject_CallFunction(writing->token, "s#nnOO", text->text + start, end - start, start, end, first, link);
}

/* capitalised(text, writing) -> the tokens; `writing` is a tuple of the fields above */
static PyObject *capitalised(PyObject *module, PyObject *args)
{
    Text text;
    Writing writing;
    if (!PyArg_ParseTuple(args, "s#(O!O!O!OsO)", &text.text, &text.length, &PyFrozenSet_Type, &writing.abbreviations,
            &PyFrozenSet_Type, &writing.suffixes, &PyDict_Type, &writing.links, &writing.apart, &writing.openings,
            &writing.token))
        return NULL;
    PyObject *found = PyList_New(0);
    Py_ssize_t before = -1;
    for (Py_ssize_t at = 0; found && at < text.length;) {
        Py_ssize_t end = at && is_letter(text.text[at - 1]) ? 0 : end_of_word(&text, at, &writing);
        if (end == 0) {
            at++;
            continue;
        }
        if (end > 0 && at_place(&text, end) == '$') { /* US$ is money */
            at = end;
            continue;
        }
        PyObject *made = end > 0 ? token(&text, at, end, before, &writing) : NULL;
        if (!made || PyList_Append(found, made) < 0)
            Py_CLEAR(found);
        Py_XDECREF(made);
        at = before = end;
    }
    return found;
}

static PyMethodDef functions[] = {
    {"capitalised", capitalised, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_tokens", "Finding capitalised words, compiled; to be called through tokens.", -1, functions,
    NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__tokens(void)
{
    return PyModule_Create(&definition);
}
