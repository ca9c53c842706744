/* Numbering the pieces of texts between white space, as a dict does in pieces.py; without a string for each piece. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>

/* What a piece is told by at once: a short one by its letters, a longer one by its hash, which another may have, too. */
typedef struct {
    uint64_t sign;
    uint32_t length;
} Key;

/* Of a table of hashes, after Knuth, "The Art of Computer Programming" 6.4, algorithm L: what is not in its place stands in
   one of the next. */
typedef struct {
    Key key;
    int32_t number; /* -1 where there is none */
} Slot;

/* The pieces that have a number. */
typedef struct {
    PyObject_HEAD
    uint64_t seed; /* so that nobody can know which pieces have one hash */
    Slot *slots;
    size_t slot_count; /* a power of two */
    char *letters;     /* of all pieces in UTF-8, one behind the other: piece n begins at starts[n] */
    size_t letter_room;
    size_t *starts;
    size_t start_room;
    int32_t count;
} Numbered;

/* What is found of some texts. */
typedef struct {
    int32_t *numbers; /* of their pieces */
    size_t count, room;
    PyObject *unseen; /* the pieces that had no number before */
} Read;

#define FEWEST_SLOTS 1024

/* See that there is room for so many items; 0 with an error set. */
static int make_room(void **items, size_t *room, size_t needed, size_t size)
{
    if (needed <= *room)
        return 1;
    size_t larger = needed + needed / 2 + 64;
    void *moved = PyMem_Realloc(*items, larger * size);
    if (!moved) {
        PyErr_NoMemory();
        return 0;
    }
    *items = moved;
    *room = larger;
    return 1;
}

/* Letters up to so many are a number. */
#define SHORT sizeof(uint64_t)

static uint64_t as_number(const char *letters, size_t length)
{
    uint64_t number = 0;
    memcpy(&number, letters, length);
    return number;
}

/* Multiplies and folds eight bytes at a time, as wyhash does (Wang Yi, 2019). */
static uint64_t hash_of(uint64_t seed, const char *piece, size_t length)
{
    uint64_t hash = seed ^ length;
    while (length > 0) {
        size_t size = length < SHORT ? length : SHORT;
        hash = (hash ^ as_number(piece, size)) * 0x9E3779B97F4A7C15u;
        hash ^= hash >> 32;
        piece += size;
        length -= size;
    }
    return hash;
}

static Key key_of(uint64_t hash, const char *piece, size_t length)
{
    return (Key){length <= SHORT ? as_number(piece, length) : hash, (uint32_t)length};
}

static int is_piece(const Numbered *self, const Slot *slot, Key key, const char *piece)
{
    if (slot->key.sign != key.sign || slot->key.length != key.length)
        return 0;
    return key.length <= SHORT || memcmp(self->letters + self->starts[slot->number], piece, key.length) == 0;
}

/* Make a table of so many slots, and put in what the one before had; 0 with an error set. */
static int grow(Numbered *self, size_t slot_count)
{
    Slot *before = self->slots, *slots = PyMem_Malloc(slot_count * sizeof *slots);
    if (!slots) {
        PyErr_NoMemory();
        return 0;
    }
    memset(slots, 0xFF, slot_count * sizeof *slots);
    for (int32_t number = 0; number < self->count; number++) {
        const char *piece = self->letters + self->starts[number];
        size_t length = self->starts[number + 1] - self->starts[number];
        uint64_t hash = hash_of(self->seed, piece, length);
        size_t at = hash & (slot_count - 1);
        while (slots[at].number >= 0)
            at = (at + 1) & (slot_count - 1);
        slots[at] = (Slot){key_of(hash, piece, length), number};
    }
    PyMem_Free(before);
    self->slots = slots;
    self->slot_count = slot_count;
    return 1;
}

/* Return the number of a piece, the next where it had none, which is put among those not seen before; -1 with an error set. */
static int32_t number_of(Numbered *self, const char *piece, size_t length, PyObject *unseen)
{
    if (self->count == INT32_MAX || length > UINT32_MAX) {
        PyErr_SetString(PyExc_OverflowError, "there are too many pieces, or one is too long");
        return -1;
    }
    uint64_t hash = hash_of(self->seed, piece, length);
    Key key = key_of(hash, piece, length);
    size_t at = hash & (self->slot_count - 1), end = self->starts[self->count];
    for (; self->slots[at].number >= 0; at = (at + 1) & (self->slot_count - 1))
        if (is_piece(self, &self->slots[at], key, piece))
            return self->slots[at].number;
    PyObject *text = PyUnicode_DecodeUTF8(piece, (Py_ssize_t)length, "surrogatepass");
    int failed = !text || !make_room((void **)&self->letters, &self->letter_room, end + length, 1)
        || !make_room((void **)&self->starts, &self->start_room, (size_t)self->count + 2, sizeof *self->starts)
        || PyList_Append(unseen, text) < 0;
    Py_XDECREF(text);
    if (failed)
        return -1;
    memcpy(self->letters + end, piece, length);
    self->slots[at] = (Slot){key, self->count};
    self->starts[++self->count] = end + length;
    if ((size_t)self->count * 2 > self->slot_count && !grow(self, self->slot_count * 2))
        return -1;
    return self->count - 1;
}

static int read_piece(Numbered *self, const char *piece, size_t length, Read *read)
{
    int32_t number = -1;
    if (make_room((void **)&read->numbers, &read->room, read->count + 1, sizeof *read->numbers))
        number = number_of(self, piece, length, read->unseen);
    if (number < 0)
        return 0;
    read->numbers[read->count++] = number;
    return 1;
}

/* Of ASCII, as str.split has it. */
static int is_space(unsigned char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1c && c <= 0x1f);
}

/* Read a text in ASCII; 0 with an error set. */
static int read_ascii(Numbered *self, const char *text, size_t length, Read *read)
{
    for (size_t at = 0; at < length;) {
        size_t start = at;
        while (at < length && !is_space((unsigned char)text[at]))
            at++;
        if (at > start && !read_piece(self, text + start, at - start, read))
            return 0;
        at += at < length;
    }
    return 1;
}

/* Read any other text: what white space is Python knows; 0 with an error set. */
static int read_any(Numbered *self, PyObject *text, Read *read)
{
    PyObject *pieces = PyUnicode_Split(text, NULL, -1);
    int done = pieces != NULL;
    for (Py_ssize_t i = 0; done && i < PyList_Size(pieces); i++) {
        char *piece;
        Py_ssize_t length;
        PyObject *bytes = PyUnicode_AsEncodedString(PyList_GetItem(pieces, i), "utf-8", "surrogatepass");
        done = bytes && PyBytes_AsStringAndSize(bytes, &piece, &length) == 0 && read_piece(self, piece, (size_t)length, read);
        Py_XDECREF(bytes);
    }
    Py_XDECREF(pieces);
    return done;
}

static int read_text(Numbered *self, PyObject *text, Read *read)
{
    Py_ssize_t length, characters = PyUnicode_Check(text) ? PyUnicode_GetLength(text) : -1;
    if (characters < 0) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_TypeError, "a text must be a str");
        return 0;
    }
    const char *data = PyUnicode_AsUTF8AndSize(text, &length);
    if (data && length == characters)
        return read_ascii(self, data, (size_t)length, read);
    PyErr_Clear(); /* of half a pair of surrogates */
    return read_any(self, text, read);
}

/* read(texts) -> (how many pieces each text has, the number of each, the pieces that had none before); numbers of 32 bits */
static PyObject *read_texts(PyObject *object, PyObject *texts)
{
    Numbered *self = (Numbered *)object;
    if (!PyList_Check(texts)) {
        PyErr_SetString(PyExc_TypeError, "the texts must be in a list");
        return NULL;
    }
    Py_ssize_t text_count = PyList_Size(texts);
    Read read = {.unseen = PyList_New(0)};
    PyObject *counts = PyBytes_FromStringAndSize(NULL, text_count * (Py_ssize_t)sizeof(int32_t)), *found = NULL;
    int done = read.unseen && counts;
    for (Py_ssize_t i = 0; done && i < text_count; i++) {
        size_t before = read.count;
        done = read_text(self, PyList_GetItem(texts, i), &read);
        ((int32_t *)PyBytes_AsString(counts))[i] = (int32_t)(read.count - before);
    }
    if (done)
        found = Py_BuildValue("Oy#O", counts, read.count ? (const char *)read.numbers : "",
            (Py_ssize_t)(read.count * sizeof *read.numbers), read.unseen);
    PyMem_Free(read.numbers);
    Py_XDECREF(read.unseen);
    Py_XDECREF(counts);
    return found;
}

static void free_numbered(PyObject *object)
{
    Numbered *self = (Numbered *)object;
    PyTypeObject *type = Py_TYPE(object);
    PyMem_Free(self->slots);
    PyMem_Free(self->letters);
    PyMem_Free(self->starts);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(object);
    Py_DECREF(type);
}

static PyObject *new_numbered(PyTypeObject *type, PyObject *args, PyObject *named)
{
    if (!PyArg_ParseTuple(args, "") || (named && PyDict_Size(named))) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_TypeError, "there are no arguments");
        return NULL;
    }
    Numbered *self = (Numbered *)((allocfunc)PyType_GetSlot(type, Py_tp_alloc))(type, 0);
    if (!self)
        return NULL;
    PyObject *any = PyUnicode_FromString("a text whose hash Python chooses anew in each process");
    self->seed = any ? (uint64_t)PyObject_Hash(any) : 0;
    Py_XDECREF(any);
    if (!any || !make_room((void **)&self->starts, &self->start_room, 1, sizeof *self->starts) || !grow(self, FEWEST_SLOTS)) {
        Py_DECREF(self);
        return NULL;
    }
    self->starts[0] = 0;
    return (PyObject *)self;
}

static PyMethodDef methods[] = {
    {"read", read_texts, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, "The pieces of texts that have a number."},
    {Py_tp_new, new_numbered},
    {Py_tp_dealloc, free_numbered},
    {Py_tp_methods, methods},
    {0, NULL},
};

static PyType_Spec spec = {
    "searchidx.engines.embedded._pieces.Numbered", sizeof(Numbered), 0, Py_TPFLAGS_DEFAULT, slots};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_pieces", "Numbering pieces of texts, compiled; to be called through pieces.", -1, NULL,
    NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__pieces(void)
{
    PyObject *module = PyModule_Create(&definition), *type = module ? PyType_FromSpec(&spec) : NULL;
    if (module && (!type || PyModule_AddObjectRef(module, "Numbered", type) < 0))
        Py_CLEAR(module);
    Py_XDECREF(type);
    return module;
}
