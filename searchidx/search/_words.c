/* Cutting texts in ASCII into words, as the pattern of a token in analysis.py does, which cuts the others. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* A word has no more characters in one piece. */
#define LONGEST 255

static int is_digit(char character)
{
    return character >= '0' && character <= '9';
}

static int is_letter(char character)
{
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
}

static int is_of_word(char character)
{
    return is_letter(character) || is_digit(character) || character == '_';
}

/* Whether a mark belongs to a word, by what stands on either side of it. */
static int joins(char before, char mark, char after)
{
    if (mark == '.' || mark == '\'')
        return (is_letter(before) && is_letter(after)) || (is_digit(before) && is_digit(after));
    return mark == ',' && is_digit(before) && is_digit(after);
}

static Py_ssize_t end_of_piece(const char *text, Py_ssize_t start, Py_ssize_t length)
{
    Py_ssize_t end = start, most = length - start < LONGEST ? length : start + LONGEST;
    while (end < most && is_of_word(text[end]))
        end++;
    return end;
}

typedef struct {
    const char *text;
    Py_ssize_t length, start, end; /* of the text; of the word */
} Cut;

/* Begin to cut a text; 0 where it is none. */
static int begin(PyObject *object, Cut *cut)
{
    cut->text = PyUnicode_AsUTF8AndSize(object, &cut->length);
    cut->start = cut->end = 0;
    return cut->text != NULL;
}

/* Go on to the next word; 0 where there is none. */
static int next_word(Cut *cut)
{
    Py_ssize_t at = cut->end;
    while (at < cut->length && !is_of_word(cut->text[at]))
        at++;
    cut->start = at;
    if (at == cut->length)
        return 0;
    at = end_of_piece(cut->text, at, cut->length);
    while (at + 1 < cut->length && joins(cut->text[at - 1], cut->text[at], cut->text[at + 1]))
        at = end_of_piece(cut->text, at + 1, cut->length);
    cut->end = at;
    return 1;
}

static PyObject *as_str(const Cut *cut)
{
    return PyUnicode_FromStringAndSize(cut->text + cut->start, cut->end - cut->start);
}

/* words(text) -> the words */
static PyObject *words(PyObject *module, PyObject *text)
{
    Cut cut;
    PyObject *found = begin(text, &cut) ? PyList_New(0) : NULL;
    while (found && next_word(&cut)) {
        PyObject *word = as_str(&cut);
        if (!word || PyList_Append(found, word) < 0)
            Py_CLEAR(found);
        Py_XDECREF(word);
    }
    return found;
}

/* marked(text, meaning, wanted) -> where the words begin and end for which a dictionary has something that is wanted */
static PyObject *marked(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Cut cut;
    if (given != 3 || !PyDict_Check(args[1])) {
        PyErr_SetString(PyExc_TypeError, "the function takes a text, a dictionary of words and a set");
        return NULL;
    }
    PyObject *found = begin(args[0], &cut) ? PyList_New(0) : NULL;
    while (found && next_word(&cut)) {
        PyObject *word = as_str(&cut), *meaning = word ? PyDict_GetItemWithError(args[1], word) : NULL;
        Py_XINCREF(meaning);
        if (word && !meaning && !PyErr_Occurred())
            meaning = PyObject_GetItem(args[1], word); /* so that it finds out what it does not have */
        int is_wanted = meaning ? PySequence_Contains(args[2], meaning) : -1;
        PyObject *range = is_wanted > 0 ? Py_BuildValue("nn", cut.start, cut.end) : NULL;
        if (is_wanted < 0 || (is_wanted && (!range || PyList_Append(found, range) < 0)))
            Py_CLEAR(found);
        Py_XDECREF(range);
        Py_XDECREF(meaning);
        Py_XDECREF(word);
    }
    return found;
}

static PyMethodDef functions[] = {
    {"words", words, METH_O, NULL},
    {"marked", (PyCFunction)(void (*)(void))marked, METH_FASTCALL, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_words", "Cutting texts into words, compiled; to be called through analysis.", -1, functions,
    NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__words(void)
{
    return PyModule_Create(&definition);
}
