/* Arguments: arrays as buffers that are held for a call, numbers, posting lists. What cannot be taken is a Python error. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A loop that stands by itself has all registers; one taken into a long function reads its numbers from memory, each time. */
#if defined(__GNUC__)
#define INLINE static inline __attribute__((always_inline))
#define BY_ITSELF static __attribute__((noinline))
#else
#define INLINE static inline
#define BY_ITSELF static
#endif

#define MOST_INLINE 64

/* The buffers that a call looks at; they are closed together when it ends. */
typedef struct {
    Py_buffer views[MOST_INLINE];
    Py_buffer *more;
    Py_ssize_t count, room;
} Call;

typedef struct {
    void *data;
    Py_ssize_t length;
    int width; /* bytes of an item */
} Array;

/* Begin a call that looks at nothing so far; to clear it all would take longer than many a call. */
static void begin_call(Call *call)
{
    call->more = NULL;
    call->count = call->room = 0;
}

static Py_buffer *next_view(Call *call)
{
    if (call->count < MOST_INLINE)
        return &call->views[call->count];
    Py_ssize_t beyond = call->count - MOST_INLINE;
    if (beyond == call->room) {
        Py_ssize_t room = 2 * call->room + MOST_INLINE;
        Py_buffer *grown = PyMem_Realloc(call->more, (size_t)room * sizeof *grown);
        if (!grown) {
            PyErr_NoMemory();
            return NULL;
        }
        call->more = grown;
        call->room = room;
    }
    return &call->more[beyond];
}

static void end_call(Call *call)
{
    while (call->count-- > 0)
        PyBuffer_Release(call->count < MOST_INLINE ? &call->views[call->count] : &call->more[call->count - MOST_INLINE]);
    PyMem_Free(call->more);
}

/* Look at an array of items of `width` bytes, or of `other` bytes; 0 where it is none. */
static int look(Call *call, PyObject *object, int width, int other, int flags, Array *array)
{
    Py_buffer *view = next_view(call);
    if (!view || PyObject_GetBuffer(object, view, flags) < 0)
        return 0;
    call->count++;
    if (view->itemsize != width && view->itemsize != other) {
        PyErr_Format(PyExc_TypeError, "an array has items of %zd bytes, where %d are wanted", view->itemsize, width);
        return 0;
    }
    array->data = view->buf;
    array->width = (int)view->itemsize;
    array->length = view->len / view->itemsize;
    return 1;
}

static int read_array(Call *call, PyObject *object, int width, int other, Array *array)
{
    return look(call, object, width, other, PyBUF_SIMPLE, array);
}

/* Look at an array that has room for `least` items. */
static int write_array(Call *call, PyObject *object, int width, Py_ssize_t least, Array *array)
{
    if (!look(call, object, width, width, PyBUF_WRITABLE, array))
        return 0;
    if (array->length >= least)
        return 1;
    PyErr_Format(PyExc_ValueError, "an array has room for %zd items, where there may be %zd", array->length, least);
    return 0;
}

static int takes(Py_ssize_t given, Py_ssize_t wanted)
{
    if (given != wanted)
        PyErr_Format(PyExc_TypeError, "the function takes %zd arguments and was given %zd", wanted, given);
    return given == wanted;
}

/* Whether an object is a tuple of so many items; if not, `wanted` says what it should be. */
static int is_tuple(PyObject *object, Py_ssize_t size, const char *wanted)
{
    if (PyTuple_Size(object) == size)
        return 1;
    PyErr_SetString(PyExc_TypeError, wanted);
    return 0;
}

static int read_size(PyObject *object, Py_ssize_t *size)
{
    *size = PyLong_AsSsize_t(object);
    if (*size < 0 && !PyErr_Occurred())
        PyErr_SetString(PyExc_ValueError, "a size is negative");
    return *size >= 0;
}

/* Read what a list multiplies its norms with. Each list gives more than nothing: a sum of zero says that a document was not
   touched yet, and what is written down once for each document would find no room for one that is touched again. */
static int read_weight(PyObject *object, double *weight)
{
    *weight = PyFloat_AsDouble(object);
    if (*weight > 0.0)
        return 1;
    if (!PyErr_Occurred())
        PyErr_SetString(PyExc_ValueError, "a weight is not above zero");
    return 0;
}

/* Whether rising documents are all below `size`. */
static int rises_within(const Array *documents, Py_ssize_t size)
{
    const int32_t *data = documents->data;
    if (!documents->length || (data[0] >= 0 && data[documents->length - 1] < size))
        return 1;
    PyErr_Format(PyExc_IndexError, "a document's number is outside of the %zd there are", size);
    return 0;
}

static int read_documents(Call *call, PyObject *object, Py_ssize_t size, Array *documents)
{
    return read_array(call, object, 4, 4, documents) && rises_within(documents, size);
}

/* Read by which of `all` numbers each of `count` things of a view goes among those of all views, None for its own. */
static int read_shared(Call *call, PyObject *object, Py_ssize_t count, Py_ssize_t all, Array *numbers)
{
    *numbers = (Array){NULL, count, 4};
    Py_ssize_t first = 0, last = count - 1;
    if (object != Py_None) {
        if (!read_array(call, object, 4, 4, numbers))
            return 0;
        if (count > 0 && numbers->length == count) {
            first = ((const int32_t *)numbers->data)[0];
            last = ((const int32_t *)numbers->data)[count - 1];
        }
    }
    if (numbers->length == count && first >= 0 && last < all)
        return 1;
    PyErr_SetString(PyExc_ValueError, "what is shared has other numbers than there are");
    return 0;
}

/* An item of an array of unsigned numbers of 2, 4 or 8 bytes. Where the width is a constant this is one instruction: the
   loops below are written once, and compiled for each width. */
INLINE int64_t item(const void *data, int width, Py_ssize_t place)
{
    if (width == 2)
        return ((const uint16_t *)data)[place];
    if (width == 4)
        return ((const uint32_t *)data)[place];
    return ((const int64_t *)data)[place];
}

/* Ask memory for an item that is needed soon. Where some documents are few of all, what belongs to each stands far from what
   belongs to the next, and to wait for it would take most of the time. */
INLINE void fetch(const void *data, int width, Py_ssize_t place)
{
#if defined(__GNUC__)
    __builtin_prefetch((const char *)data + place * width);
#endif
}

/* Asked for is what belongs to the document that comes so many behind the one in hand. */
#define AHEAD 32

INLINE void fetch_ahead(const void *data, int width, const int32_t *documents, Py_ssize_t count, Py_ssize_t place)
{
    if (place + AHEAD < count)
        fetch(data, width, documents[place + AHEAD]);
}

/* Texts in UTF-8: where each begins, and their bytes. */
typedef struct {
    Array offsets, bytes;
} Texts;

/* Sorted texts that are looked up by their first bytes, which `prefixes` has as numbers. Every so manieth of these stands in
   `sampled` again, if that is not NULL, which is small enough to stay at hand: memory is waited for once or twice a look-up. */
typedef struct {
    Array prefixes;
    Texts texts;
    uint64_t *sampled;
    Py_ssize_t sampled_count;
} Dictionary;

/* What a list is: a word's exact form follows its stem, stands only where the stem does, and there no more often. */
enum { OTHER, STEM, EXACT };

typedef struct {
    const int32_t *documents;
    const void *codes;
    int width;
    const double *norms;
    double weight;
    Py_ssize_t length;
    int kind;
} Postings;

/* The posting lists of a view and what else is needed to rank its documents; the arrays are looked at once. */
#define MOST_HELD 20
typedef struct {
    PyObject_HEAD
    Py_buffer held[MOST_HELD];
    int held_count;
    Array lists, documents, codes, norms, exact_lists, day_of, living, deleted;
    Dictionary stems, exact;
    Texts ids;
    PyObject *dates;   /* of each distinct day, as Python has it */
    PyTypeObject *row; /* what a hit is made as: a tuple of (id, score, date) */
    Py_ssize_t size;
} Lists;

/* Whether there is a list of a number. */
static int is_list(const Lists *of, int64_t number)
{
    if (number >= 0 && number < of->lists.length - 1)
        return 1;
    PyErr_Format(PyExc_IndexError, "there is no posting list %lld", (long long)number);
    return 0;
}

/* The list of a number, of which there is one. */
INLINE Postings list_of(const Lists *of, int64_t number, double weight, int kind)
{
    int64_t start = item(of->lists.data, of->lists.width, number), end = item(of->lists.data, of->lists.width, number + 1);
    return (Postings){(const int32_t *)of->documents.data + start, (const char *)of->codes.data + start * of->codes.width,
        of->codes.width, of->norms.data, weight, (Py_ssize_t)(end - start), kind};
}

/* Read the list of a number; 0 where there is none. */
INLINE int numbered_list(const Lists *of, int64_t number, double weight, int kind, Postings *list)
{
    if (!is_list(of, number))
        return 0;
    *list = list_of(of, number, weight, kind);
    return 1;
}

/* Read a tuple (stem list, exact list or -1, weight, weight); 0 where it is none, else how many lists it has. */
static int read_word(const Lists *of, PyObject *tuple, Postings *lists)
{
    int64_t stem = PyLong_AsLongLong(PyTuple_GetItem(tuple, 0)), exact = PyLong_AsLongLong(PyTuple_GetItem(tuple, 1));
    double of_stem, of_exact;
    if (PyErr_Occurred() || !read_weight(PyTuple_GetItem(tuple, 2), &of_stem)
        || !numbered_list(of, stem, of_stem, STEM, lists))
        return 0;
    if (exact < 0)
        return 1;
    return read_weight(PyTuple_GetItem(tuple, 3), &of_exact) && numbered_list(of, exact, of_exact, EXACT, lists + 1) ? 2 : 0;
}

/* Read a list of tuples (documents, codes, norms, weight) or, where there are `Lists`, words; NULL where it is none. To be
   freed by PyMem_Free. */
static Postings *read_lists(Call *call, PyObject *sequence, Py_ssize_t size, const Lists *numbered, Py_ssize_t *count)
{
    Py_ssize_t given = PyList_Size(sequence);
    if (given < 0)
        return NULL;
    Postings *lists = PyMem_Malloc((size_t)(2 * given + 1) * sizeof *lists);
    if (!lists) {
        PyErr_NoMemory();
        return NULL;
    }
    PyObject *last_norms = NULL;
    Array documents, codes, norms = {NULL, 0, 8};
    *count = 0;
    for (Py_ssize_t at = 0; at < given; at++) {
        PyObject *tuple = PyList_GetItem(sequence, at);
        if (!is_tuple(tuple, 4, "a posting list is (documents, codes, norms, weight)"))
            goto failed;
        if (numbered && PyLong_Check(PyTuple_GetItem(tuple, 0))) {
            int read = read_word(numbered, tuple, lists + *count);
            if (!read)
                goto failed;
            *count += read;
            continue;
        }
        PyObject *of_norms = PyTuple_GetItem(tuple, 2);
        if (!read_documents(call, PyTuple_GetItem(tuple, 0), size, &documents)
            || !read_array(call, PyTuple_GetItem(tuple, 1), 2, 4, &codes)
            /* The lists of a view share their norms, and to look at an array takes longer than to read a short list. */
            || (of_norms != last_norms && !read_array(call, of_norms, 8, 8, &norms)))
            goto failed;
        last_norms = of_norms;
        if (codes.length != documents.length) {
            PyErr_SetString(PyExc_ValueError, "a posting list has not one code for each document");
            goto failed;
        }
        double weight;
        if (!read_weight(PyTuple_GetItem(tuple, 3), &weight))
            goto failed;
        lists[(*count)++]
            = (Postings){documents.data, codes.data, codes.width, norms.data, weight, documents.length, OTHER};
    }
    return lists;
failed:
    PyMem_Free(lists);
    return NULL;
}
