/* The loops of kernels.py, compiled. kernels_numpy.py says what each function means, and both answer alike to the last
   bit: every sum is taken in the order of the lists, and each product is rounded before it is added, for which this must
   be compiled with -ffp-contract=off.

   Arrays come as buffers, flat and of the machine's byte order; results are written into arrays of the caller. What the
   arrays hold was checked against checksums when it was first read and is trusted here, as far as looking at it would
   cost time: documents rise, so that the last of a list says whether all are below `size`. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(__GNUC__)
#define INLINE static inline __attribute__((always_inline))
#else
#define INLINE static inline
#endif

/* ---- Arguments ---- */

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

static int read_size(PyObject *object, Py_ssize_t *size)
{
    *size = PyLong_AsSsize_t(object);
    if (*size < 0 && !PyErr_Occurred())
        PyErr_SetString(PyExc_ValueError, "a size is negative");
    return *size >= 0;
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
    Py_ssize_t last = count - 1;
    if (object != Py_None) {
        if (!read_array(call, object, 4, 4, numbers))
            return 0;
        if (count > 0 && numbers->length == count)
            last = ((const int32_t *)numbers->data)[count - 1];
    }
    if (numbers->length == count && last < all)
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

/* Texts in UTF-8: where each begins, and their bytes. */
typedef struct {
    Array offsets, bytes;
} Texts;

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
    Array stem_prefixes, exact_prefixes;
    Texts stems, exact, ids;
    PyObject *dates;   /* of each distinct day, as Python has it */
    PyTypeObject *row; /* what a hit is made as: a tuple of (id, score, date) */
    Py_ssize_t size;
} Lists;

/* Read the list of a number; 0 where there is none. */
INLINE int numbered_list(const Lists *of, int64_t number, double weight, int kind, Postings *list)
{
    if (number < 0 || number >= of->lists.length - 1) {
        PyErr_Format(PyExc_IndexError, "there is no posting list %lld", (long long)number);
        return 0;
    }
    int64_t start = item(of->lists.data, of->lists.width, number), end = item(of->lists.data, of->lists.width, number + 1);
    *list = (Postings){(const int32_t *)of->documents.data + start, (const char *)of->codes.data + start * of->codes.width,
        of->codes.width, of->norms.data, weight, (Py_ssize_t)(end - start), kind};
    return 1;
}

/* Read a tuple (stem list, exact list or -1, weight, weight); 0 where it is none, else how many lists it has. */
static int read_word(const Lists *of, PyObject *tuple, Postings *lists)
{
    int64_t stem = PyLong_AsLongLong(PyTuple_GetItem(tuple, 0)), exact = PyLong_AsLongLong(PyTuple_GetItem(tuple, 1));
    double of_stem = PyFloat_AsDouble(PyTuple_GetItem(tuple, 2)), of_exact = PyFloat_AsDouble(PyTuple_GetItem(tuple, 3));
    if (PyErr_Occurred() || !numbered_list(of, stem, of_stem, STEM, lists))
        return 0;
    if (exact < 0)
        return 1;
    return numbered_list(of, exact, of_exact, EXACT, lists + 1) ? 2 : 0;
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
        if (PyTuple_Size(tuple) != 4) {
            if (!PyErr_Occurred())
                PyErr_SetString(PyExc_TypeError, "a posting list is (documents, codes, norms, weight)");
            goto failed;
        }
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
        double weight = PyFloat_AsDouble(PyTuple_GetItem(tuple, 3));
        if (weight == -1.0 && PyErr_Occurred())
            goto failed;
        lists[(*count)++]
            = (Postings){documents.data, codes.data, codes.width, norms.data, weight, documents.length, OTHER};
    }
    return lists;
failed:
    PyMem_Free(lists);
    return NULL;
}

/* ---- Scratch memory ---- */

/* All zero when it is lent and all zero when it comes back: each call clears what it touched, and no more. What is free
   is only looked at while holding the GIL. */
typedef struct Scratch {
    struct Scratch *next;
    Py_ssize_t size;
    double *sums;    /* for each number below `size`: a sum, */
    uint64_t *bits;  /* a bit, */
    int32_t *counts; /* a count */
} Scratch;

static Scratch *free_scratch = NULL;

static void free_memory(Scratch *scratch)
{
    free(scratch->sums);
    free(scratch->bits);
    free(scratch->counts);
    free(scratch);
}

static Scratch *borrow(Py_ssize_t size)
{
    Scratch *found = free_scratch;
    if (found) {
        free_scratch = found->next;
        if (found->size >= size)
            return found;
        free_memory(found);
    }
    found = calloc(1, sizeof *found);
    if (found) {
        found->size = size;
        found->sums = calloc((size_t)size + 1, sizeof *found->sums);
        found->bits = calloc((size_t)size / 64 + 1, sizeof *found->bits);
        found->counts = calloc((size_t)size + 1, sizeof *found->counts);
        if (found->sums && found->bits && found->counts)
            return found;
        free_memory(found);
    }
    PyErr_NoMemory();
    return NULL;
}

static void give_back(Scratch *scratch)
{
    scratch->next = free_scratch;
    free_scratch = scratch;
}

/* ---- Rising numbers ---- */

static int by_number(const void *one, const void *other)
{
    int32_t a = *(const int32_t *)one, b = *(const int32_t *)other;
    return (a > b) - (a < b);
}

INLINE int lowest_bit(uint64_t word)
{
#if defined(__GNUC__)
    return __builtin_ctzll(word);
#else
    int place = 0;
    while (!(word >> place & 1))
        place++;
    return place;
#endif
}

/* Write the numbers below `size` whose bits are set, and clear the bits. */
static Py_ssize_t take_bits(uint64_t *bits, Py_ssize_t size, int32_t *numbers)
{
    Py_ssize_t found = 0;
    for (Py_ssize_t at = 0; at <= (size - 1) / 64; at++) {
        for (uint64_t word = bits[at]; word; word &= word - 1)
            numbers[found++] = (int32_t)(64 * at + lowest_bit(word));
        bits[at] = 0;
    }
    return found;
}

/* Sorting a number takes about as long as looking through so many numbers' bits. */
#define SORTING 1024

/* Put different numbers below `size` in rising order. */
static void put_in_order(int32_t *numbers, Py_ssize_t count, Py_ssize_t size, uint64_t *bits)
{
    if (count < size / SORTING) {
        qsort(numbers, (size_t)count, sizeof *numbers, by_number);
        return;
    }
    for (Py_ssize_t i = 0; i < count; i++)
        bits[numbers[i] >> 6] |= (uint64_t)1 << (numbers[i] & 63);
    take_bits(bits, size, numbers);
}

/* So many numbers are compared at once. */
#define AT_ONCE 16

/* Return the first place from `from` on that is not below `wanted`: in steps that double, then by halving, and in the end
   by counting, which is done for several numbers at once and without guessing. Looking up rising numbers one after the
   other takes time by the logarithms of the gaps between them. */
INLINE Py_ssize_t seek(const void *numbers, int width, Py_ssize_t length, Py_ssize_t from, int64_t wanted)
{
    Py_ssize_t step = AT_ONCE, low = from, high = from + AT_ONCE;
    while (high <= length && item(numbers, width, high - 1) < wanted) {
        low = high;
        high += step;
        step *= 2;
    }
    if (high > length)
        high = length;
    while (high - low > AT_ONCE) {
        Py_ssize_t middle = (low + high) / 2;
        if (item(numbers, width, middle) < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    if (width == 4 && low + AT_ONCE <= length && wanted >= 0 && wanted <= UINT32_MAX) {
        const uint32_t *here = (const uint32_t *)numbers + low;
        uint32_t least = (uint32_t)wanted, below = 0;
        for (int i = 0; i < AT_ONCE; i++)
            below += here[i] < least;
        return low + below;
    }
    while (low < high && item(numbers, width, low) < wanted)
        low++;
    return low;
}

/* Where one of two lists is so many times longer, its numbers are looked up instead of read. */
#define MUCH_LONGER 3

/* Write which of rising documents are among others, which rise too. */
static void find_among(const int32_t *among, Py_ssize_t others, const int32_t *documents, Py_ssize_t count, uint8_t *mask)
{
    Py_ssize_t place = 0, i = 0;
    if (others > MUCH_LONGER * count) {
        for (; i < count; i++) {
            place = seek(among, 4, others, place, documents[i]);
            mask[i] = place < others && among[place] == documents[i];
        }
        return;
    }
    memset(mask, 0, (size_t)count);
    if (count > MUCH_LONGER * others) {
        for (; place < others; place++) {
            i = seek(documents, 4, count, i, among[place]);
            if (i < count)
                mask[i] = documents[i] == among[place];
        }
        return;
    }
    /* Side by side without a branch: which list goes on cannot be foretold, and a wrong guess of the processor costs as
       much as ten documents. */
    while (i < count && place < others) {
        int32_t a = documents[i], b = among[place];
        mask[i] |= a == b;
        i += a <= b;
        place += b <= a;
    }
}

/* contains(among, documents, mask) */
static PyObject *contains(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Call call;
    begin_call(&call);
    Array among, documents, mask;
    int done = takes(given, 3) && read_array(&call, args[0], 4, 4, &among) && read_array(&call, args[1], 4, 4, &documents)
        && write_array(&call, args[2], 1, documents.length, &mask);
    if (done) {
        Py_BEGIN_ALLOW_THREADS
        find_among(among.data, among.length, documents.data, documents.length, mask.data);
        Py_END_ALLOW_THREADS
    }
    end_call(&call);
    return done ? Py_NewRef(Py_None) : NULL;
}

/* Read from where to where a list goes. */
static int read_place(PyObject *tuple, Py_ssize_t length, Py_ssize_t *start, Py_ssize_t *end)
{
    if (!PyArg_ParseTuple(tuple, "nn", start, end))
        return 0;
    if (*start >= 0 && *end >= *start && *end <= length)
        return 1;
    PyErr_Format(PyExc_IndexError, "there is no list from %zd to %zd", *start, *end);
    return 0;
}

/* contains_each(among, places, documents, mask): for each list among[start:end] a row of the mask */
static PyObject *contains_each(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Call call;
    begin_call(&call);
    Array among, documents, mask;
    Py_ssize_t lists = -1;
    int done = takes(given, 4) && read_array(&call, args[0], 4, 4, &among) && (lists = PyList_Size(args[1])) >= 0
        && read_array(&call, args[2], 4, 4, &documents) && write_array(&call, args[3], 1, lists * documents.length, &mask);
    for (Py_ssize_t list = 0; done && list < lists; list++) {
        Py_ssize_t start, end;
        if ((done = read_place(PyList_GetItem(args[1], list), among.length, &start, &end)))
            find_among((const int32_t *)among.data + start, end - start, documents.data, documents.length,
                (uint8_t *)mask.data + list * documents.length);
    }
    end_call(&call);
    return done ? Py_NewRef(Py_None) : NULL;
}

/* count_each(groups, documents, counts): for each group (among, places) a row: in how many of the lists among[start:end] */
static PyObject *count_each(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Call call;
    begin_call(&call);
    Array documents, counts;
    Py_ssize_t groups = -1;
    uint8_t *mask = NULL;
    int done = takes(given, 3) && (groups = PyList_Size(args[0])) >= 0 && read_array(&call, args[1], 4, 4, &documents)
        && write_array(&call, args[2], 8, groups * documents.length, &counts);
    if (done && !(mask = PyMem_Malloc((size_t)documents.length + 1))) {
        PyErr_NoMemory();
        done = 0;
    }
    double *row = done ? counts.data : NULL;
    for (Py_ssize_t group = 0; done && group < groups; group++, row += documents.length) {
        Array among;
        PyObject *of = PyList_GetItem(args[0], group), *places = PyTuple_Size(of) == 2 ? PyTuple_GetItem(of, 1) : NULL;
        Py_ssize_t lists = places ? PyList_Size(places) : -1;
        done = lists >= 0 && read_array(&call, PyTuple_GetItem(of, 0), 4, 4, &among);
        memset(row, 0, (size_t)documents.length * sizeof *row);
        for (Py_ssize_t list = 0; done && list < lists; list++) {
            Py_ssize_t start, end;
            if ((done = read_place(PyList_GetItem(places, list), among.length, &start, &end))) {
                find_among((const int32_t *)among.data + start, end - start, documents.data, documents.length, mask);
                for (Py_ssize_t i = 0; i < documents.length; i++)
                    row[i] += mask[i];
            }
        }
    }
    if (!done && !PyErr_Occurred())
        PyErr_SetString(PyExc_TypeError, "a group of lists is (among, places)");
    PyMem_Free(mask);
    end_call(&call);
    return done ? Py_NewRef(Py_None) : NULL;
}

/* intersection(one, other, documents) -> how many */
static PyObject *intersection(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Call call;
    begin_call(&call);
    Array one, other, out;
    Py_ssize_t found = -1;
    if (takes(given, 3) && read_array(&call, args[0], 4, 4, &one) && read_array(&call, args[1], 4, 4, &other)
        && write_array(&call, args[2], 4, 1 + (one.length < other.length ? one.length : other.length), &out)) {
        const int32_t *few = one.data, *many = other.data;
        Py_ssize_t count = one.length, others = other.length, i = 0, place = 0;
        int32_t *documents = out.data;
        if (count > others) {
            few = other.data, many = one.data;
            count = other.length, others = one.length;
        }
        found = 0;
        Py_BEGIN_ALLOW_THREADS
        if (others > MUCH_LONGER * count)
            for (; i < count; i++) {
                place = seek(many, 4, others, place, few[i]);
                if (place < others && many[place] == few[i])
                    documents[found++] = few[i];
            }
        else
            while (i < count && place < others) {
                int32_t a = few[i], b = many[place];
                documents[found] = a;
                found += a == b;
                i += a <= b;
                place += b <= a;
            }
        Py_END_ALLOW_THREADS
    }
    end_call(&call);
    return found < 0 ? NULL : PyLong_FromSsize_t(found);
}

/* union(lists, size, documents) -> how many */
static PyObject *union_of_lists(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Call call;
    begin_call(&call);
    Array list, out;
    Py_ssize_t size, found = -1, most = 0, count;
    Scratch *scratch = NULL;
    if (!takes(given, 3) || !read_size(args[1], &size) || (count = PyList_Size(args[0])) < 0 || !(scratch = borrow(size)))
        goto done;
    Array *lists = PyMem_Malloc((size_t)(count + 1) * sizeof *lists);
    if (!lists) {
        PyErr_NoMemory();
        goto done;
    }
    int ready = 1;
    for (Py_ssize_t at = 0; at < count && ready; at++) {
        ready = read_documents(&call, PyList_GetItem(args[0], at), size, &list);
        lists[at] = list;
        most += ready ? list.length : 0;
    }
    if (ready && write_array(&call, args[2], 4, most < size ? most : size, &out)) {
        uint64_t *bits = scratch->bits;
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t at = 0; at < count; at++) {
            const int32_t *documents = lists[at].data;
            for (Py_ssize_t i = 0; i < lists[at].length; i++)
                bits[documents[i] >> 6] |= (uint64_t)1 << (documents[i] & 63);
        }
        found = take_bits(bits, size, out.data);
        Py_END_ALLOW_THREADS
    }
    PyMem_Free(lists);
done:
    if (scratch)
        give_back(scratch);
    end_call(&call);
    return found < 0 ? NULL : PyLong_FromSsize_t(found);
}

INLINE void mark_lists(
    const void *offsets, int width, const int32_t *documents, const int32_t *numbers, Py_ssize_t count, uint64_t *bits)
{
    for (Py_ssize_t at = 0; at < count; at++)
        for (int64_t i = item(offsets, width, numbers[at]); i < item(offsets, width, numbers[at] + 1); i++)
            bits[documents[i] >> 6] |= (uint64_t)1 << (documents[i] & 63);
}

/* union_of(offsets, documents, numbers, size, found) -> how many */
static PyObject *union_of(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Call call;
    begin_call(&call);
    Array offsets, documents, numbers, out;
    Py_ssize_t size, found = -1;
    Scratch *scratch = NULL;
    if (takes(given, 5) && read_array(&call, args[0], 4, 8, &offsets) && read_array(&call, args[1], 4, 4, &documents)
        && read_array(&call, args[2], 4, 4, &numbers) && read_size(args[3], &size)
        && write_array(&call, args[4], 4, 0, &out) && (scratch = borrow(size))) {
        Py_ssize_t most = 0;
        const int32_t *number = numbers.data;
        for (Py_ssize_t i = 0; i < numbers.length; i++)
            most += item(offsets.data, offsets.width, number[i] + 1) - item(offsets.data, offsets.width, number[i]);
        if (out.length < (most < size ? most : size))
            PyErr_SetString(PyExc_ValueError, "there is not room for all documents");
        else {
            Py_BEGIN_ALLOW_THREADS
            if (offsets.width == 4)
                mark_lists(offsets.data, 4, documents.data, number, numbers.length, scratch->bits);
            else
                mark_lists(offsets.data, 8, documents.data, number, numbers.length, scratch->bits);
            found = take_bits(scratch->bits, size, out.data);
            Py_END_ALLOW_THREADS
        }
    }
    if (scratch)
        give_back(scratch);
    end_call(&call);
    return found < 0 ? NULL : PyLong_FromSsize_t(found);
}

/* keep(documents, flags, found) -> how many */
static PyObject *keep(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Call call;
    begin_call(&call);
    Array documents, flags, out;
    Py_ssize_t found = -1;
    if (takes(given, 3) && read_array(&call, args[1], 1, 1, &flags)
        && read_documents(&call, args[0], flags.length, &documents)
        && write_array(&call, args[2], 4, documents.length + 1, &out)) {
        const int32_t *from = documents.data;
        const uint8_t *flag = flags.data;
        int32_t *to = out.data;
        found = 0;
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t i = 0; i < documents.length; i++) {
            to[found] = from[i];
            found += flag[from[i]];
        }
        Py_END_ALLOW_THREADS
    }
    end_call(&call);
    return found < 0 ? NULL : PyLong_FromSsize_t(found);
}

INLINE Py_ssize_t keep_of_groups(
    const int32_t *from, Py_ssize_t count, const void *group_of, int width, const uint8_t *flags, int32_t *to)
{
    Py_ssize_t found = 0;
    for (Py_ssize_t i = 0; i < count; i++) {
        to[found] = from[i];
        found += flags[item(group_of, width, from[i])];
    }
    return found;
}

/* keep_groups(documents, group_of, flags, found) -> how many */
static PyObject *keep_groups(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Call call;
    begin_call(&call);
    Array documents, group_of, flags, out;
    Py_ssize_t found = -1;
    if (takes(given, 4) && read_array(&call, args[1], 2, 4, &group_of)
        && read_documents(&call, args[0], group_of.length, &documents) && read_array(&call, args[2], 1, 1, &flags)
        && write_array(&call, args[3], 4, documents.length + 1, &out)) {
        Py_BEGIN_ALLOW_THREADS
        if (group_of.width == 2)
            found = keep_of_groups(documents.data, documents.length, group_of.data, 2, flags.data, out.data);
        else
            found = keep_of_groups(documents.data, documents.length, group_of.data, 4, flags.data, out.data);
        Py_END_ALLOW_THREADS
    }
    end_call(&call);
    return found < 0 ? NULL : PyLong_FromSsize_t(found);
}

/* ---- Scores ---- */

/* Add what a list gives to the sums of its documents, and write down which were touched first here. A sum of zero says
   that a document was not touched: each list gives more than nothing. The number is written in any case and kept by the
   count, without a branch. */
INLINE Py_ssize_t add_postings(const Postings *of, int width, double *sums, int32_t *touched, Py_ssize_t count)
{
    const Postings list = *of;
    for (Py_ssize_t i = 0; i < list.length; i++) {
        int32_t document = list.documents[i];
        double sum = sums[document];
        touched[count] = document;
        count += !(sum > 0.0);
        sums[document] = sum + list.weight * list.norms[item(list.codes, width, i)];
    }
    return count;
}

static Py_ssize_t add_list(const Postings *of, double *sums, int32_t *touched, Py_ssize_t count)
{
    return of->width == 2 ? add_postings(of, 2, sums, touched, count) : add_postings(of, 4, sums, touched, count);
}

/* The `Lists` whose numbers words have; NULL for none. */
static const Lists *as_lists(PyObject *object);

/* union_scored(lists, size, numbered, documents, scores) -> how many */
static PyObject *union_scored(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Call call;
    begin_call(&call);
    Array numbers, sums;
    Py_ssize_t size, count, found = -1, most = 0;
    Postings *lists = NULL;
    Scratch *scratch = NULL;
    if (!takes(given, 5) || !read_size(args[1], &size)
        || !(lists = read_lists(&call, args[0], size, as_lists(args[2]), &count)))
        goto done;
    for (Py_ssize_t at = 0; at < count; at++)
        most += lists[at].length;
    most = most < size ? most : size;
    if (write_array(&call, args[3], 4, most + 1, &numbers) && write_array(&call, args[4], 8, most, &sums)
        && (scratch = borrow(size))) {
        int32_t *documents = numbers.data;
        double *scores = sums.data;
        found = 0;
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t at = 0; at < count; at++)
            found = add_list(&lists[at], scratch->sums, documents, found);
        put_in_order(documents, found, size, scratch->bits);
        for (Py_ssize_t i = 0; i < found; i++) {
            scores[i] = scratch->sums[documents[i]];
            scratch->sums[documents[i]] = 0.0;
        }
        Py_END_ALLOW_THREADS
        give_back(scratch);
    }
done:
    PyMem_Free(lists);
    end_call(&call);
    return found < 0 ? NULL : PyLong_FromSsize_t(found);
}

INLINE void add_to_sums(const Postings *of, int width, double *sums)
{
    for (Py_ssize_t i = 0; i < of->length; i++)
        sums[of->documents[i]] += of->weight * of->norms[item(of->codes, width, i)];
}

/* Add what a list gives to the scores of those of some documents that it has. */
INLINE void add_to_scores(const Postings *of, int width, const int32_t *documents, Py_ssize_t count, double *scores)
{
    Py_ssize_t i = 0, place = 0;
    if (of->documents == documents && of->length == count) {
        for (; i < count; i++)
            scores[i] += of->weight * of->norms[item(of->codes, width, i)];
    } else if (of->length > MUCH_LONGER * count) {
        for (; i < count; i++) {
            place = seek(of->documents, 4, of->length, place, documents[i]);
            if (place < of->length && of->documents[place] == documents[i])
                scores[i] += of->weight * of->norms[item(of->codes, width, place)];
        }
    } else if (count > MUCH_LONGER * of->length) {
        for (; place < of->length; place++) {
            i = seek(documents, 4, count, i, of->documents[place]);
            if (i < count && of->documents[place] == documents[i])
                scores[i] += of->weight * of->norms[item(of->codes, width, place)];
        }
    } else {
        /* Without a branch, as in find_among: to a score that is not negative zero may be added. */
        while (i < count && place < of->length) {
            int32_t a = documents[i], b = of->documents[place];
            double added = of->weight * of->norms[item(of->codes, width, place)];
            scores[i] += a == b ? added : 0.0;
            i += a <= b;
            place += b <= a;
        }
    }
}

/* About how many steps add_to_scores takes. */
static Py_ssize_t steps(const Postings *of, const int32_t *documents, Py_ssize_t count)
{
    if (of->documents == documents)
        return count;
    if (of->length > MUCH_LONGER * count)
        return MUCH_LONGER * count;
    return count > MUCH_LONGER * of->length ? MUCH_LONGER * of->length : count + of->length;
}

/* score(documents, lists, size, numbered, scores) */
static PyObject *score(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Call call;
    begin_call(&call);
    Array documents, out;
    Py_ssize_t size, count;
    Postings *lists = NULL;
    Scratch *scratch = NULL;
    int done = takes(given, 5) && read_size(args[2], &size) && read_documents(&call, args[0], size, &documents)
        && write_array(&call, args[4], 8, documents.length, &out)
        && (lists = read_lists(&call, args[1], size, as_lists(args[3]), &count)) && (scratch = borrow(size));
    if (done) {
        double *scores = out.data, *sums = scratch->sums;
        const int32_t *wanted = documents.data;
        Py_ssize_t walking = 0, postings = 0;
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t at = 0; at < count; at++) {
            walking += steps(&lists[at], wanted, documents.length);
            postings += lists[at].length;
        }
        if (2 * postings + documents.length < walking) {
            for (Py_ssize_t at = 0; at < count; at++)
                if (lists[at].width == 2)
                    add_to_sums(&lists[at], 2, sums);
                else
                    add_to_sums(&lists[at], 4, sums);
            for (Py_ssize_t i = 0; i < documents.length; i++)
                scores[i] = sums[wanted[i]];
            for (Py_ssize_t at = 0; at < count; at++)
                for (Py_ssize_t i = 0; i < lists[at].length; i++)
                    sums[lists[at].documents[i]] = 0.0;
        } else {
            memset(scores, 0, (size_t)documents.length * sizeof *scores);
            for (Py_ssize_t at = 0; at < count; at++)
                if (lists[at].width == 2)
                    add_to_scores(&lists[at], 2, wanted, documents.length, scores);
                else
                    add_to_scores(&lists[at], 4, wanted, documents.length, scores);
        }
        Py_END_ALLOW_THREADS
    }
    if (scratch)
        give_back(scratch);
    PyMem_Free(lists);
    end_call(&call);
    return done ? Py_NewRef(Py_None) : NULL;
}

/* ---- The best ---- */

/* What rounding may have taken from a bound: it must not be below what it bounds. */
#define SLACK (1.0 + 1e-9)

typedef struct {
    double key;
    int64_t place;
} Best;

/* Whether one comes behind the other: by falling key, then by rising place. */
INLINE int behind(Best one, Best other)
{
    return one.key < other.key || (one.key == other.key && one.place > other.place);
}

static int in_order(const void *one, const void *other)
{
    Best a = *(const Best *)one, b = *(const Best *)other;
    return behind(a, b) - behind(b, a);
}

/* Let the first of a heap, whose first is the hindmost, sink to where it belongs. */
static void sink(Best *heap, Py_ssize_t count)
{
    Best moved = heap[0];
    Py_ssize_t at = 0;
    for (Py_ssize_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && behind(heap[child + 1], heap[child]))
            child++;
        if (!behind(heap[child], moved))
            break;
        heap[at] = heap[child];
    }
    heap[at] = moved;
}

/* Keep one if it is among the best `most`. */
INLINE void offer(Best *heap, Py_ssize_t *count, Py_ssize_t most, double key, int64_t place)
{
    if (*count < most) {
        Py_ssize_t at = (*count)++;
        Best added = {key, place};
        while (at && behind(added, heap[(at - 1) / 2])) {
            heap[at] = heap[(at - 1) / 2];
            at = (at - 1) / 2;
        }
        heap[at] = added;
    } else if (most && behind(heap[0], (Best){key, place})) {
        heap[0] = (Best){key, place};
        sink(heap, most);
    }
}

/* top(keys, count, places) -> how many */
static PyObject *top(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Call call;
    begin_call(&call);
    Array keys, out;
    Py_ssize_t most, found = -1;
    Best *heap = NULL;
    if (!takes(given, 3) || !read_array(&call, args[0], 8, 8, &keys) || !read_size(args[1], &most))
        goto done;
    most = most < keys.length ? most : keys.length;
    if (!write_array(&call, args[2], 8, most, &out))
        goto done;
    if (!(heap = PyMem_Malloc((size_t)(most + 1) * sizeof *heap))) {
        PyErr_NoMemory();
        goto done;
    }
    found = 0;
    Py_BEGIN_ALLOW_THREADS
    const double *key = keys.data;
    int64_t *places = out.data;
    if (most)
        for (Py_ssize_t i = 0; i < keys.length; i++)
            offer(heap, &found, most, key[i], i);
    qsort(heap, (size_t)found, sizeof *heap, in_order);
    for (Py_ssize_t i = 0; i < found; i++)
        places[i] = heap[i].place;
    Py_END_ALLOW_THREADS
done:
    PyMem_Free(heap);
    end_call(&call);
    return found < 0 ? NULL : PyLong_FromSsize_t(found);
}

/* Return places and whole keys as a list of tuples. */
static PyObject *as_pairs(const Best *best, Py_ssize_t count)
{
    PyObject *result = PyList_New(count);
    for (Py_ssize_t i = 0; result && i < count; i++) {
        PyObject *pair = Py_BuildValue("nn", (Py_ssize_t)best[i].place, (Py_ssize_t)best[i].key);
        if (!pair || PyList_SetItem(result, i, pair) < 0)
            Py_CLEAR(result);
    }
    return result;
}

/* ---- Counts ---- */

INLINE void find_span(const int32_t *documents, Py_ssize_t count, const void *group_of, int width, int64_t *span)
{
    int64_t least = item(group_of, width, documents[0]), most = least;
    for (Py_ssize_t i = 1; i < count; i++) {
        int64_t group = item(group_of, width, documents[i]);
        least = group < least ? group : least;
        most = group > most ? group : most;
    }
    span[0] = least, span[1] = most;
}

/* span(documents, group_of) -> (least, most) */
static PyObject *span(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Call call;
    begin_call(&call);
    Array documents, group_of;
    int64_t found[2];
    int done = takes(given, 2) && read_array(&call, args[1], 2, 4, &group_of)
        && read_documents(&call, args[0], group_of.length, &documents);
    if (done && !documents.length) {
        PyErr_SetString(PyExc_ValueError, "no documents have no span");
        done = 0;
    }
    if (done) {
        Py_BEGIN_ALLOW_THREADS
        if (group_of.width == 2)
            find_span(documents.data, documents.length, group_of.data, 2, found);
        else
            find_span(documents.data, documents.length, group_of.data, 4, found);
        Py_END_ALLOW_THREADS
    }
    end_call(&call);
    return done ? Py_BuildValue("LL", (long long)found[0], (long long)found[1]) : NULL;
}

INLINE void add_counts(const int32_t *documents, Py_ssize_t count, const void *group_of, int width, int64_t *counts)
{
    for (Py_ssize_t i = 0; i < count; i++)
        counts[item(group_of, width, documents[i])]++;
}

/* count_groups(documents, group_of, counts) */
static PyObject *count_groups(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Call call;
    begin_call(&call);
    Array documents, group_of, counts;
    int done = takes(given, 3) && read_array(&call, args[1], 2, 4, &group_of)
        && read_documents(&call, args[0], group_of.length, &documents) && write_array(&call, args[2], 8, 0, &counts);
    if (done) {
        Py_BEGIN_ALLOW_THREADS
        if (group_of.width == 2)
            add_counts(documents.data, documents.length, group_of.data, 2, counts.data);
        else
            add_counts(documents.data, documents.length, group_of.data, 4, counts.data);
        Py_END_ALLOW_THREADS
    }
    end_call(&call);
    return done ? Py_NewRef(Py_None) : NULL;
}

/* A view's column of values, and which of its documents are given. `shared` says by which number each of its values goes
   among those of all views; NULL where it is their own. */
typedef struct {
    Array documents, offsets, values, lists;
    const int32_t *shared;
} Column;

/* Read a list of tuples (documents, offsets, values, lists, shared); NULL where it is none. To be freed by PyMem_Free. */
static Column *read_columns(Call *call, PyObject *sequence, Py_ssize_t value_count, Py_ssize_t *count)
{
    if ((*count = PyList_Size(sequence)) < 0)
        return NULL;
    Column *columns = PyMem_Calloc((size_t)*count + 1, sizeof *columns);
    if (!columns) {
        PyErr_NoMemory();
        return NULL;
    }
    for (Py_ssize_t at = 0; at < *count; at++) {
        PyObject *tuple = PyList_GetItem(sequence, at);
        Column *of = &columns[at];
        Array numbers;
        if (PyTuple_Size(tuple) != 5) {
            if (!PyErr_Occurred())
                PyErr_SetString(PyExc_TypeError, "a column is (documents, offsets, values, lists, shared)");
            goto failed;
        }
        if (!read_array(call, PyTuple_GetItem(tuple, 1), 4, 8, &of->offsets)
            || !read_documents(call, PyTuple_GetItem(tuple, 0), of->offsets.length - 1, &of->documents)
            || !read_array(call, PyTuple_GetItem(tuple, 2), 2, 4, &of->values)
            || !read_array(call, PyTuple_GetItem(tuple, 3), 4, 8, &of->lists)
            || !read_shared(call, PyTuple_GetItem(tuple, 4), of->lists.length - 1, value_count, &numbers))
            goto failed;
        of->shared = numbers.data;
    }
    return columns;
failed:
    PyMem_Free(columns);
    return NULL;
}

INLINE int64_t shared_number(const int32_t *shared, int64_t value)
{
    return shared ? shared[value] : value;
}

/* Count the values of the given documents, write each value once in `touched`, and return how many documents have none. */
INLINE Py_ssize_t add_values(const Column *of, int width, int of_values, const int32_t *shared, int32_t *counts,
    int32_t *touched, Py_ssize_t *distinct)
{
    const int32_t *document = of->documents.data;
    const void *offsets = of->offsets.data, *values = of->values.data;
    Py_ssize_t missing = 0, found = *distinct;
    for (Py_ssize_t i = 0; i < of->documents.length; i++) {
        int64_t from = item(offsets, width, document[i]), end = item(offsets, width, document[i] + 1);
        missing += from == end;
        for (; from < end; from++) {
            int64_t value = shared_number(shared, item(values, of_values, from));
            touched[found] = (int32_t)value;
            found += counts[value]++ == 0;
        }
    }
    *distinct = found;
    return missing;
}

/* As `add_values`, from how many documents have each value: those of all documents but those given are taken away. */
INLINE Py_ssize_t add_all_but(const Column *of, int width, int of_values, const int32_t *shared, int32_t *counts)
{
    const int32_t *document = of->documents.data;
    const void *offsets = of->offsets.data, *values = of->values.data, *lists = of->lists.data;
    Py_ssize_t missing = 0, at = 0;
    for (Py_ssize_t value = 0; value < of->lists.length - 1; value++)
        counts[shared_number(shared, value)]
            += (int32_t)(item(lists, of->lists.width, value + 1) - item(lists, of->lists.width, value));
    for (Py_ssize_t other = 0; other < of->offsets.length - 1; other++) {
        int64_t from = item(offsets, width, other), end = item(offsets, width, other + 1);
        if (at < of->documents.length && document[at] == other) {
            missing += from == end;
            at++;
        } else
            for (; from < end; from++)
                counts[shared_number(shared, item(values, of_values, from))]--;
    }
    return missing;
}

/* Where so many are given, the few that are not are taken from how many documents have each value, which is known. To
   pick them out takes time, too, so that for half of them it does not pay. */
static int are_most(const Column *of)
{
    return 4 * of->documents.length > 3 * (of->offsets.length - 1);
}

/* Run a loop over the column `of`, compiled for each width of its offsets and of its values, and for values that go by
   their own numbers. */
#define EACH_SHARED(loop, of_offsets, of_values, ...) \
    (of->shared ? loop(of, of_offsets, of_values, of->shared, __VA_ARGS__) : loop(of, of_offsets, of_values, NULL, __VA_ARGS__))
#define EACH_VALUES(loop, of_offsets, ...) \
    (of->values.width == 2 ? EACH_SHARED(loop, of_offsets, 2, __VA_ARGS__) : EACH_SHARED(loop, of_offsets, 4, __VA_ARGS__))
#define EACH_WIDTH(loop, ...) \
    (of->offsets.width == 4 ? EACH_VALUES(loop, 4, __VA_ARGS__) : EACH_VALUES(loop, 8, __VA_ARGS__))

static Py_ssize_t add_column(const Column *of, int32_t *counts, int32_t *touched, Py_ssize_t *distinct)
{
    return are_most(of) ? EACH_WIDTH(add_all_but, counts) : EACH_WIDTH(add_values, counts, touched, distinct);
}

/* Count the values of some columns, of which there are `value_count` in all. Each that any document has is written once in
   `touched`, which has room for one more than all; return how many documents have none. */
static Py_ssize_t add_columns(const Column *columns, Py_ssize_t count, Py_ssize_t value_count, int32_t *counts,
    int32_t *touched, Py_ssize_t *distinct)
{
    Py_ssize_t missing = 0;
    int rewritten = 0;
    *distinct = 0;
    for (Py_ssize_t at = 0; at < count; at++) {
        if (are_most(&columns[at]))
            rewritten = 1;
        if (rewritten)
            *distinct = 0;
        missing += add_column(&columns[at], counts, touched, distinct);
    }
    if (rewritten) {
        *distinct = 0;
        for (Py_ssize_t value = 0; value < value_count; value++) {
            touched[*distinct] = (int32_t)value;
            *distinct += counts[value] != 0;
        }
    }
    return missing;
}

/* count_values(columns, value_count, found, counts) -> (how many values, documents without) */
static PyObject *count_values(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Call call;
    begin_call(&call);
    Array found, counted;
    Py_ssize_t value_count, count, distinct = 0, missing = 0;
    Column *columns = NULL;
    Scratch *scratch = NULL;
    int done = takes(given, 4) && read_size(args[1], &value_count)
        && (columns = read_columns(&call, args[0], value_count, &count))
        && write_array(&call, args[2], 4, value_count + 1, &found) && write_array(&call, args[3], 8, value_count, &counted)
        && (scratch = borrow(value_count));
    if (done) {
        int32_t *touched = found.data, *counts = scratch->counts;
        int64_t *out = counted.data;
        Py_BEGIN_ALLOW_THREADS
        missing = add_columns(columns, count, value_count, counts, touched, &distinct);
        put_in_order(touched, distinct, value_count, scratch->bits);
        for (Py_ssize_t i = 0; i < distinct; i++) {
            out[i] = counts[touched[i]];
            counts[touched[i]] = 0;
        }
        Py_END_ALLOW_THREADS
        give_back(scratch);
    }
    PyMem_Free(columns);
    end_call(&call);
    return done ? Py_BuildValue("nn", distinct, missing) : NULL;
}

/* commonest_values(columns, value_count, most)
   -> (the values that most documents have and how many have each, how many values there are, documents without) */
static PyObject *commonest_values(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Call call;
    begin_call(&call);
    Py_ssize_t value_count, count, most, distinct = 0, missing = 0, found = 0;
    Column *columns = NULL;
    Scratch *scratch = NULL;
    Best *heap = NULL;
    int32_t *touched = NULL;
    PyObject *result = NULL;
    if (!takes(given, 3) || !read_size(args[1], &value_count) || !read_size(args[2], &most)
        || !(columns = read_columns(&call, args[0], value_count, &count)))
        goto done;
    most = most < value_count ? most : value_count;
    heap = PyMem_Malloc((size_t)(most + 1) * sizeof *heap);
    touched = PyMem_Malloc((size_t)(value_count + 1) * sizeof *touched);
    if (!heap || !touched) {
        PyErr_NoMemory();
        goto done;
    }
    if (!(scratch = borrow(value_count)))
        goto done;
    int32_t *counts = scratch->counts;
    Py_BEGIN_ALLOW_THREADS
    missing = add_columns(columns, count, value_count, counts, touched, &distinct);
    for (Py_ssize_t i = 0; i < distinct; i++) {
        offer(heap, &found, most, counts[touched[i]], touched[i]);
        counts[touched[i]] = 0;
    }
    qsort(heap, (size_t)found, sizeof *heap, in_order);
    Py_END_ALLOW_THREADS
    give_back(scratch);
    result = as_pairs(heap, found);
    if (result)
        result = Py_BuildValue("Nnn", result, distinct, missing);
done:
    PyMem_Free(heap);
    PyMem_Free(touched);
    PyMem_Free(columns);
    end_call(&call);
    return result;
}

/* ---- Positions ---- */

/* Numbers, as many as there come to be. */
typedef struct {
    int32_t *data;
    Py_ssize_t count, room;
    int failed;
} Numbers;

static void append(Numbers *numbers, Py_ssize_t number)
{
    if (numbers->count == numbers->room) {
        Py_ssize_t room = 2 * numbers->room + 64;
        int32_t *grown = realloc(numbers->data, (size_t)room * sizeof *grown);
        if (!grown) {
            numbers->failed = 1;
            return;
        }
        numbers->data = grown;
        numbers->room = room;
    }
    numbers->data[numbers->count++] = (int32_t)number;
}

static PyObject *as_bytes(const Numbers *numbers)
{
    if (numbers->failed)
        return PyErr_NoMemory();
    return PyBytes_FromStringAndSize((const char *)numbers->data, numbers->count * (Py_ssize_t)sizeof *numbers->data);
}

INLINE Py_ssize_t keep_followed(
    int64_t *starts, Py_ssize_t count, const void *positions, int width, Py_ssize_t length, int64_t shift)
{
    Py_ssize_t found = 0, place = 0, i = 0;
    if (length > MUCH_LONGER * count) {
        for (; i < count; i++) {
            place = seek(positions, width, length, place, starts[i] + shift);
            if (place < length && item(positions, width, place) == starts[i] + shift)
                starts[found++] = starts[i];
        }
        return found;
    }
    while (i < count && place < length) {
        int64_t start = starts[i], b = item(positions, width, place) - shift;
        starts[found] = start;
        found += start == b;
        i += start <= b;
        place += b <= start;
    }
    return found;
}

/* A word's positions, and how many words of the phrase come before it. */
typedef struct {
    const char *positions;
    Py_ssize_t length;
    int64_t shift;
} Shifted;

/* Write where each list holds p, p + 1, p + 2, …; the lists from the shortest to the longest. */
INLINE Py_ssize_t find_starts(const Shifted *lists, Py_ssize_t count, int width, int64_t *starts)
{
    Py_ssize_t found = 0;
    for (; found < lists[0].length; found++)
        starts[found] = item(lists[0].positions, width, found) - lists[0].shift;
    for (Py_ssize_t at = 1; at < count; at++)
        found = keep_followed(starts, found, lists[at].positions, width, lists[at].length, lists[at].shift);
    return found;
}

/* phrase_documents(position_lists, positions, bases, stems) -> the documents, as bytes */
static PyObject *phrase_documents(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Call call;
    begin_call(&call);
    Array offsets, positions, bases;
    Py_ssize_t count = 0;
    PyObject *result = NULL;
    Shifted *lists = NULL;
    int64_t *starts = NULL;
    Numbers documents = {0};
    if (!takes(given, 4) || !read_array(&call, args[0], 4, 8, &offsets) || !read_array(&call, args[1], 4, 8, &positions)
        || !read_array(&call, args[2], 4, 8, &bases) || (count = PyList_Size(args[3])) < 0)
        goto done;
    lists = PyMem_Malloc((size_t)(count + 1) * sizeof *lists);
    for (Py_ssize_t at = 0; lists && at < count; at++) {
        Py_ssize_t stem = PyLong_AsSsize_t(PyList_GetItem(args[3], at));
        if (PyErr_Occurred() || stem < 0 || stem >= offsets.length - 1) {
            PyErr_Format(PyExc_IndexError, "there is no stem %zd", stem);
            goto done;
        }
        int64_t start = item(offsets.data, offsets.width, stem), end = item(offsets.data, offsets.width, stem + 1);
        Py_ssize_t place = at;
        for (; place && lists[place - 1].length > end - start; place--)
            lists[place] = lists[place - 1];
        lists[place] = (Shifted){(const char *)positions.data + start * positions.width, (Py_ssize_t)(end - start), at};
    }
    starts = lists && count ? PyMem_Malloc((size_t)(lists[0].length + 1) * sizeof *starts) : NULL;
    if (!starts) {
        PyErr_NoMemory();
        goto done;
    }
    Py_BEGIN_ALLOW_THREADS
    Py_ssize_t found = positions.width == 4 ? find_starts(lists, count, 4, starts) : find_starts(lists, count, 8, starts);
    Py_ssize_t behind_it = 0, last = -1;
    for (Py_ssize_t i = 0; i < found; i++) {
        behind_it = bases.width == 4 ? seek(bases.data, 4, bases.length, behind_it, starts[i] + 1)
                                     : seek(bases.data, 8, bases.length, behind_it, starts[i] + 1);
        if (behind_it - 1 != last)
            append(&documents, last = behind_it - 1);
    }
    Py_END_ALLOW_THREADS
    result = as_bytes(&documents);
done:
    free(documents.data);
    PyMem_Free(starts);
    PyMem_Free(lists);
    end_call(&call);
    return result;
}

/* ---- Texts ---- */

/* with_range(first, end, others, numbers) -> how many; the numbers from `first` up to `end` and others, rising, each once */
static PyObject *with_range(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Call call;
    begin_call(&call);
    Array others, out;
    Py_ssize_t first, end, found = -1;
    int32_t *outside = NULL;
    if (!takes(given, 4) || !read_size(args[0], &first) || !read_size(args[1], &end)
        || !read_array(&call, args[2], 4, 4, &others)
        || !write_array(&call, args[3], 4, (end > first ? end - first : 0) + others.length, &out))
        goto done;
    if (!(outside = PyMem_Malloc((size_t)(others.length + 1) * sizeof *outside))) {
        PyErr_NoMemory();
        goto done;
    }
    /* Most of the others are in the range, so that few are left to be sorted. */
    const int32_t *other = others.data;
    int32_t *numbers = out.data;
    Py_ssize_t count = 0, at = 0;
    for (Py_ssize_t i = 0; i < others.length; i++) {
        outside[count] = other[i];
        count += other[i] < first || other[i] >= end;
    }
    qsort(outside, (size_t)count, sizeof *outside, by_number);
    for (found = 0; at < count && outside[at] < first; at++)
        if (!found || numbers[found - 1] != outside[at])
            numbers[found++] = outside[at];
    for (Py_ssize_t number = first; number < end; number++)
        numbers[found++] = (int32_t)number;
    for (; at < count; at++)
        if (!found || numbers[found - 1] != outside[at])
            numbers[found++] = outside[at];
done:
    PyMem_Free(outside);
    end_call(&call);
    return found < 0 ? NULL : PyLong_FromSsize_t(found);
}

static int read_texts(Call *call, PyObject *offsets, PyObject *bytes, Texts *texts)
{
    return read_array(call, offsets, 4, 8, &texts->offsets) && read_array(call, bytes, 1, 1, &texts->bytes);
}

INLINE const uint8_t *text_of(const Texts *texts, Py_ssize_t number, Py_ssize_t *length)
{
    int64_t start = item(texts->offsets.data, texts->offsets.width, number);
    *length = (Py_ssize_t)(item(texts->offsets.data, texts->offsets.width, number + 1) - start);
    return (const uint8_t *)texts->bytes.data + start;
}

#define PREFIX 8

/* Return the place of a text among sorted ones, or -1 - where it would stand. */
static Py_ssize_t find_text(const Array *prefixes, const Texts *texts, const char *text, Py_ssize_t size)
{
    const uint64_t *prefix = prefixes->data;
    uint64_t key = 0;
    for (Py_ssize_t i = 0; i < PREFIX; i++)
        key = key << 8 | (i < size ? (uint8_t)text[i] : 0);
    Py_ssize_t low = 0, high = prefixes->length, length, equal = 0;
    while (low < high) {
        Py_ssize_t middle = (low + high) / 2;
        int order = prefix[middle] < key ? -1 : prefix[middle] > key;
        if (order == 0) {
            const uint8_t *found = text_of(texts, middle, &length);
            order = memcmp(found, text, (size_t)(length < size ? length : size));
            order = order ? order : (length > size) - (length < size);
        }
        if (order == 0)
            equal = 1;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return equal ? low : -1 - low;
}

/* place_of(prefixes, offsets, bytes, text) -> the place of a text among sorted ones, or -1 - where it would stand */
static PyObject *place_of(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Call call;
    begin_call(&call);
    Array prefixes, text;
    Texts texts;
    PyObject *result = NULL;
    if (takes(given, 4) && read_array(&call, args[0], 8, 8, &prefixes) && read_texts(&call, args[1], args[2], &texts)
        && read_array(&call, args[3], 1, 1, &text))
        result = PyLong_FromSsize_t(find_text(&prefixes, &texts, text.data, text.length));
    end_call(&call);
    return result;
}

/* Sorted texts that are gone through, and the number that each is given. */
typedef struct {
    Array prefixes, numbers;
    Texts texts;
    Py_ssize_t place;
} Sorted;

static int compare_texts(const Sorted *one, const Sorted *other)
{
    uint64_t a = ((const uint64_t *)one->prefixes.data)[one->place], b = ((const uint64_t *)other->prefixes.data)[other->place];
    if (a != b)
        return a < b ? -1 : 1;
    Py_ssize_t here, there;
    const uint8_t *text = text_of(&one->texts, one->place, &here), *of_other = text_of(&other->texts, other->place, &there);
    int order = memcmp(text, of_other, (size_t)(here < there ? here : there));
    return order ? order : (here > there) - (here < there);
}

/* merge_texts(lists, numbers) -> how many different texts there are in some sorted lists (prefixes, offsets, bytes); in
   `numbers` is an array for each, into which is written by which number each text goes among all */
static PyObject *merge_texts(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Call call;
    begin_call(&call);
    Py_ssize_t count = 0, found = -1;
    Sorted *lists = NULL, **heads = NULL;
    if (!takes(given, 2) || (count = PyList_Size(args[0])) < 0)
        goto done;
    if (PyList_Size(args[1]) != count) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_ValueError, "each list of texts needs room for its numbers");
        goto done;
    }
    lists = PyMem_Calloc((size_t)count + 1, sizeof *lists);
    heads = PyMem_Calloc((size_t)count + 1, sizeof *heads);
    if (!lists || !heads) {
        PyErr_NoMemory();
        goto done;
    }
    for (Py_ssize_t at = 0; at < count; at++) {
        PyObject *tuple = PyList_GetItem(args[0], at);
        if (PyTuple_Size(tuple) != 3 || !read_array(&call, PyTuple_GetItem(tuple, 0), 8, 8, &lists[at].prefixes)
            || !read_texts(&call, PyTuple_GetItem(tuple, 1), PyTuple_GetItem(tuple, 2), &lists[at].texts)
            || !write_array(&call, PyList_GetItem(args[1], at), 4, lists[at].prefixes.length, &lists[at].numbers)) {
            if (!PyErr_Occurred())
                PyErr_SetString(PyExc_TypeError, "sorted texts are (prefixes, offsets, bytes)");
            goto done;
        }
    }
    Py_BEGIN_ALLOW_THREADS
    for (found = 0;; found++) {
        /* The lists are few, so that their first texts are compared one with the other. */
        Py_ssize_t least = 0;
        for (Py_ssize_t at = 0; at < count; at++) {
            if (lists[at].place == lists[at].prefixes.length)
                continue;
            int order = least ? compare_texts(&lists[at], heads[0]) : -1;
            least = order < 0 ? 0 : least;
            if (order <= 0)
                heads[least++] = &lists[at];
        }
        if (!least)
            break;
        for (Py_ssize_t at = 0; at < least; at++)
            ((int32_t *)heads[at]->numbers.data)[heads[at]->place++] = (int32_t)found;
    }
    Py_END_ALLOW_THREADS
done:
    PyMem_Free(lists);
    PyMem_Free(heads);
    end_call(&call);
    return found < 0 ? NULL : PyLong_FromSsize_t(found);
}

/* A text as code points. */
typedef struct {
    Py_UCS4 *letters;
    Py_ssize_t length;
} Letters;

/* Read a text; to be freed by PyMem_Free. */
static int read_letters(PyObject *text, Letters *letters)
{
    letters->length = PyUnicode_GetLength(text);
    letters->letters = letters->length < 0 ? NULL : PyUnicode_AsUCS4Copy(text);
    return letters->letters != NULL;
}

/* Which letters a text has, but for * and ?: `words.signatures`. */
static uint32_t signature_of(Letters text)
{
    uint32_t signature = 0;
    for (Py_ssize_t i = 0; i < text.length; i++) {
        uint32_t letter = text.letters[i];
        if (letter != '*' && letter != '?')
            signature |= (uint32_t)1 << (letter >= 'a' && letter <= 'z' ? letter - 'a' : 26 + letter % 6);
    }
    return signature;
}

INLINE int is_ascii(const uint8_t *text, Py_ssize_t length)
{
    uint8_t all = 0;
    for (Py_ssize_t i = 0; i < length; i++)
        all |= text[i];
    return all < 0x80;
}

/* Whether a text of ASCII letters matches a pattern: * stands for any letters, ? for one. Past a star only the last one
   is tried anew, since an earlier one could only swallow more. */
static int matches(const uint8_t *text, Py_ssize_t length, Letters pattern)
{
    Py_ssize_t at = 0, p = 0, star = -1, tried = 0;
    while (at < length) {
        if (p < pattern.length && pattern.letters[p] == '*') {
            star = p++;
            tried = at;
        } else if (p < pattern.length && (pattern.letters[p] == '?' || pattern.letters[p] == text[at])) {
            p++, at++;
        } else if (star >= 0) {
            p = star + 1;
            at = ++tried;
        } else
            return 0;
    }
    while (p < pattern.length && pattern.letters[p] == '*')
        p++;
    return p == pattern.length;
}

/* Whether a text of ASCII letters is one edit away from a word: spelling.one_edit. */
static int is_one_edit(const uint8_t *text, Py_ssize_t length, Letters word)
{
    Py_ssize_t start = 0, shorter = length < word.length ? length : word.length, end = 0;
    while (start < shorter && text[start] == word.letters[start])
        start++;
    while (end < shorter - start && text[length - 1 - end] == word.letters[word.length - 1 - end])
        end++;
    Py_ssize_t here = length - start - end, there = word.length - start - end;
    if (here + there == 1 || (here == 1 && there == 1))
        return 1;
    return here == 2 && there == 2 && text[start] == word.letters[start + 1] && text[start + 1] == word.letters[start];
}

/* matching(offsets, bytes, signatures, first, end, pattern) -> (numbers, numbers of those unsure), as bytes
   Texts that are not of ASCII letters alone are not judged here. */
static PyObject *matching(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Call call;
    begin_call(&call);
    Texts texts;
    Array signatures;
    Letters pattern = {0};
    Numbers sure = {0}, unsure = {0};
    Py_ssize_t first, end;
    int done = takes(given, 6) && read_texts(&call, args[0], args[1], &texts)
        && read_array(&call, args[2], 4, 4, &signatures) && read_size(args[3], &first) && read_size(args[4], &end)
        && read_letters(args[5], &pattern);
    if (done && end > signatures.length) {
        PyErr_SetString(PyExc_IndexError, "there are not so many texts");
        done = 0;
    }
    if (done) {
        const uint32_t *signature = signatures.data, wanted = signature_of(pattern);
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t number = first; number < end; number++) {
            if ((signature[number] & wanted) != wanted)
                continue;
            Py_ssize_t length;
            const uint8_t *text = text_of(&texts, number, &length);
            if (!is_ascii(text, length))
                append(&unsure, number);
            else if (matches(text, length, pattern))
                append(&sure, number);
        }
        Py_END_ALLOW_THREADS
    }
    PyObject *result = done ? Py_BuildValue("NN", as_bytes(&sure), as_bytes(&unsure)) : NULL;
    free(sure.data);
    free(unsure.data);
    PyMem_Free(pattern.letters);
    end_call(&call);
    return result;
}

#define BLOCK 64
/* Lengths of longer words are not told apart. */
#define LONGEST 255

/* one_edit_away(offsets, bytes, starts, order, signatures, word) -> (numbers, numbers of those unsure), as bytes
   `order` has the numbers of the texts by the length of their folded form, of which those of n letters begin at starts[n];
   `signatures` are in this order. What has no neighbours has the length 0. */
static PyObject *one_edit_away(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Call call;
    begin_call(&call);
    Texts texts;
    Array starts, order, signatures;
    Letters word = {0};
    Numbers sure = {0}, unsure = {0};
    int done = takes(given, 6) && read_texts(&call, args[0], args[1], &texts) && read_array(&call, args[2], 8, 8, &starts)
        && read_array(&call, args[3], 4, 4, &order) && read_array(&call, args[4], 4, 4, &signatures)
        && read_letters(args[5], &word);
    if (done && (starts.length != LONGEST + 2 || order.length != signatures.length)) {
        PyErr_SetString(PyExc_ValueError, "there must be a start for each length, and a signature for each text");
        done = 0;
    }
    if (done) {
        const uint32_t *signature = signatures.data, letters = signature_of(word);
        const int32_t *number = order.data;
        const int64_t *start_of = starts.data;
        Py_ssize_t of_word = word.length < LONGEST ? word.length : LONGEST;
        Py_ssize_t end = (Py_ssize_t)start_of[(of_word < LONGEST ? of_word + 1 : LONGEST) + 1];
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t start = (Py_ssize_t)start_of[of_word > 2 ? of_word - 1 : 1]; start < end; start += BLOCK) {
            Py_ssize_t count = end - start < BLOCK ? end - start : BLOCK;
            /* One edit changes at most two bits. Taking the lowest bit away twice must leave nothing; this loop has no
               branch, so that the compiler makes it look at several texts at once. */
            uint8_t near[BLOCK] = {0};
            uint8_t any = 0;
            for (Py_ssize_t i = 0; i < count; i++) {
                uint32_t bits = signature[start + i] ^ letters;
                bits &= bits - 1;
                bits &= bits - 1;
                near[i] = bits == 0;
                any |= near[i];
            }
            if (!any)
                continue;
            for (Py_ssize_t i = 0; i < count; i++) {
                if (!near[i])
                    continue;
                Py_ssize_t length;
                const uint8_t *text = text_of(&texts, number[start + i], &length);
                if (!is_ascii(text, length))
                    append(&unsure, number[start + i]);
                else if (is_one_edit(text, length, word))
                    append(&sure, number[start + i]);
            }
        }
        if (sure.count)
            qsort(sure.data, (size_t)sure.count, sizeof *sure.data, by_number);
        Py_END_ALLOW_THREADS
    }
    PyObject *result = done ? Py_BuildValue("NN", as_bytes(&sure), as_bytes(&unsure)) : NULL;
    free(sure.data);
    free(unsure.data);
    PyMem_Free(word.letters);
    end_call(&call);
    return result;
}

/* ---- Related stories ---- */

/* Sums are of single precision, which is half as much to look through. So much may be lost of a bound by as many terms. */
#define ROUGHLY(terms) (1.0 + ((double)(terms) + 4.0) * FLT_EPSILON)

/* Add what a list gives, by codes, to the sums of its documents, and set their bits. */
INLINE void add_by_code(const Postings *of, int width, const double *by_code, float *sums, uint64_t *bits)
{
    const Postings list = *of;
    for (Py_ssize_t i = 0; i < list.length; i++) {
        int32_t document = list.documents[i];
        sums[document] += (float)(list.weight * by_code[item(list.codes, width, i)]);
        bits[document >> 6] |= (uint64_t)1 << (document & 63);
    }
}

/* Of so many values the roots are kept. */
#define FEW 64

/* Add weight / √(how many values it has) to the sum of each document. */
INLINE void add_in_common(const Array *documents, const void *offsets, int width, double weight, float *sums)
{
    double by_root[FEW] = {weight};
    for (int values = 1; values < FEW; values++)
        by_root[values] = weight / sqrt((double)values);
    const int32_t *document = documents->data;
    for (Py_ssize_t i = 0; i < documents->length; i++) {
        int64_t values = item(offsets, width, document[i] + 1) - item(offsets, width, document[i]);
        sums[document[i]] += (float)(values < FEW ? by_root[values] : weight / sqrt((double)values));
    }
}

/* What tells how related documents are. */
typedef struct {
    float *sums;      /* what the words of each document add by its length, and what it has in common, */
    uint64_t *worded; /* and whether a word adds something: only then it is sure to be an answer */
    const double *by_length, *by_day;
    const int32_t *lengths;
    const void *day_of;
    int64_t day;                 /* how many of the days are before the story's */
    double rest, rest_by_length; /* how much other words can add, and how much at most whatever the length */
    double slack;                /* what rounding may have taken from a bound */
    const uint8_t *living;       /* NULL where all live */
    int64_t own;
    int32_t size;
} Related;

INLINE int is_another(const Related *of, int32_t document)
{
    return document != of->own && (!of->living || of->living[document]);
}

INLINE int has_word(const Related *of, int32_t document)
{
    return of->worded[document >> 6] >> (document & 63) & 1;
}

INLINE double least_related(const Related *of, int width, int32_t document)
{
    return of->sums[document] * of->by_day[item(of->day_of, width, document)];
}

INLINE double most_related(const Related *of, int width, int32_t document)
{
    double rest = of->rest * of->by_length[of->lengths[document]];
    return (of->sums[document] + rest) * of->by_day[item(of->day_of, width, document)] * of->slack;
}

/* So many documents on either side of the story's own, told at about the same time, are looked at first: many of the best
   are among them, and few others can be as good. */
#define NEIGHBOURHOOD 1024

/* So many documents are compared with the bar at once. */
#define ABREAST 64

/* Return what the day of documents that stand beside each other multiplies at most: the nearest day does. */
static double most_by_day(const Related *of, int width, int32_t start, int32_t end)
{
    int64_t first, last;
    if (width == 2) {
        const uint16_t *day_of = of->day_of;
        uint16_t least = day_of[start], most = least;
        for (int32_t i = start; i < end; i++) {
            least = day_of[i] < least ? day_of[i] : least;
            most = day_of[i] > most ? day_of[i] : most;
        }
        first = least, last = most;
    } else {
        const int32_t *day_of = of->day_of;
        int32_t least = day_of[start], most = least;
        for (int32_t i = start; i < end; i++) {
            least = day_of[i] < least ? day_of[i] : least;
            most = day_of[i] > most ? day_of[i] : most;
        }
        first = least, last = most;
    }
    if (last < of->day)
        return of->by_day[last];
    if (first >= of->day)
        return of->by_day[first];
    return fmax(of->by_day[of->day - 1], of->by_day[of->day]);
}

/* Whether any document of some has as much; a loop without a branch, so that several are compared at once. */
static int any_reaches(const float *sums, int32_t count, float needed)
{
    int32_t any = 0;
    for (int32_t i = 0; i < count; i++)
        any |= -(int32_t)(sums[i] >= needed);
    return any != 0;
}

/* What a document must reach: what the worst of the best has, where there are enough of them, and `least`. */
INLINE double bar_of(const Best *heap, Py_ssize_t best, Py_ssize_t most, double least)
{
    return most && best == most && heap[0].key > least ? heap[0].key : least;
}

/* Write down the documents that may be among the best `most` and reach `least`, rising, and clear the sums. `kept` has
   room for all. */
static Py_ssize_t find_related(
    const Related *of, int width, Best *heap, Py_ssize_t most, double least, Best *kept, int32_t *found)
{
    Py_ssize_t best = 0, count = 0, left = 0;
    int64_t near = of->own < NEIGHBOURHOOD ? 0 : of->own - NEIGHBOURHOOD, behind = of->own + NEIGHBOURHOOD;
    behind = behind < of->size ? behind : of->size;
    for (int32_t document = (int32_t)near; document < behind; document++)
        if (has_word(of, document) && is_another(of, document))
            offer(heap, &best, most, least_related(of, width, document), document);
    double bar = bar_of(heap, best, most, least);
    for (int32_t start = 0; start < of->size; start += ABREAST) {
        int32_t end = start + ABREAST < of->size ? start + ABREAST : of->size;
        float needed = (float)(bar / (of->slack * most_by_day(of, width, start, end)) - of->rest_by_length);
        if (any_reaches(of->sums + start, end - start, needed))
            for (int32_t document = start; document < end; document++) {
                if (of->sums[document] < needed || !is_another(of, document))
                    continue;
                kept[count++] = (Best){most_related(of, width, document), document};
                if (has_word(of, document) && (document < near || document >= behind))
                    offer(heap, &best, most, least_related(of, width, document), document);
            }
        bar = bar_of(heap, best, most, least);
        memset(of->sums + start, 0, (size_t)(end - start) * sizeof *of->sums);
    }
    for (Py_ssize_t i = 0; i < count; i++)
        if (kept[i].key >= bar)
            found[left++] = (int32_t)kept[i].place;
    return left;
}

/* likely_related(lists, rest, numbered, common, columns, tables, day, living, own, (count, least), documents) -> how many

   The documents that may be among the best `count` and score no less than `least`, rising. `lists` are those that count
   most, and all others together give no more than `rest`: a document's score lies between what these give and that and
   the rest. One whose upper bound does not reach the count-th of the lower bounds is left out, and so very common words are
   hardly looked at. After Turtle and Flood, "Query evaluation: strategies and optimizations", 1995.

   common: tuples (documents, offsets, weight), which give weight / √(how many values the document has).
   columns: (lengths, days, day_of, the length of what has each code); tables: (by length, by days apart); living: flags, or
   none where all live. */
static PyObject *likely_related(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Call call;
    begin_call(&call);
    Array lengths, days, day_of, code_lengths, by_length, by_days, living, out, documents, offsets;
    Py_ssize_t count, groups, most, found = -1;
    Postings *lists = NULL;
    Scratch *scratch = NULL;
    Best *heap = NULL, *kept = NULL;
    double *by_day = NULL, *by_code = NULL, least;
    if (!takes(given, 11) || (groups = PyList_Size(args[3])) < 0 || PyTuple_Size(args[4]) != 4 || PyTuple_Size(args[5]) != 2
        || !read_array(&call, PyTuple_GetItem(args[4], 0), 4, 4, &lengths)
        || !read_array(&call, PyTuple_GetItem(args[4], 1), 4, 4, &days)
        || !read_array(&call, PyTuple_GetItem(args[4], 2), 2, 4, &day_of)
        || !read_array(&call, PyTuple_GetItem(args[4], 3), 4, 4, &code_lengths)
        || !read_array(&call, PyTuple_GetItem(args[5], 0), 8, 8, &by_length)
        || !read_array(&call, PyTuple_GetItem(args[5], 1), 8, 8, &by_days) || !read_array(&call, args[7], 1, 1, &living)
        || !PyArg_ParseTuple(args[9], "nd", &most, &least))
        goto done;
    Py_ssize_t size = lengths.length;
    double rest = PyFloat_AsDouble(args[1]);
    int64_t day = PyLong_AsLongLong(args[6]), own = PyLong_AsLongLong(args[8]);
    const Lists *numbered = as_lists(args[2]);
    if (!PyErr_Occurred() && (!numbered || numbered->norms.length != code_lengths.length))
        PyErr_SetString(PyExc_ValueError, "there must be a length for each code of the lists");
    if (PyErr_Occurred() || !(lists = read_lists(&call, args[0], size, numbered, &count))
        || !write_array(&call, args[10], 4, size, &out) || !(scratch = borrow(size)))
        goto done;
    most = most < size ? most : size;
    heap = PyMem_Malloc((size_t)(most + 1) * sizeof *heap);
    kept = PyMem_Malloc((size_t)(size + 1) * sizeof *kept);
    by_day = PyMem_Malloc((size_t)(days.length + 1) * sizeof *by_day);
    by_code = PyMem_Malloc((size_t)(code_lengths.length + 1) * sizeof *by_code);
    if (!heap || !kept || !by_day || !by_code) {
        PyErr_NoMemory();
        goto done;
    }
    Related of = {
        .sums = (float *)scratch->counts,
        .worded = scratch->bits,
        .by_length = by_length.data,
        .by_day = by_day,
        .lengths = lengths.data,
        .day_of = day_of.data,
        .rest = rest,
        .slack = ROUGHLY(count + groups),
        .living = living.length ? living.data : NULL,
        .own = own,
        .size = (int32_t)size,
    };
    int failed = 0;
    for (Py_ssize_t at = 0; at < groups && !failed; at++) {
        PyObject *tuple = PyList_GetItem(args[3], at);
        double weight = 0.0;
        failed = PyTuple_Size(tuple) != 3 || !read_documents(&call, PyTuple_GetItem(tuple, 0), size, &documents)
            || !read_array(&call, PyTuple_GetItem(tuple, 1), 4, 8, &offsets)
            || ((weight = PyFloat_AsDouble(PyTuple_GetItem(tuple, 2))) == -1.0 && PyErr_Occurred());
        if (!failed && offsets.width == 4)
            add_in_common(&documents, offsets.data, 4, weight, of.sums);
        else if (!failed)
            add_in_common(&documents, offsets.data, 8, weight, of.sums);
    }
    if (!failed) {
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t code = 0; code < code_lengths.length; code++)
            by_code[code] = ((const double *)numbered->norms.data)[code] * of.by_length[((const int32_t *)code_lengths.data)[code]];
        for (Py_ssize_t at = 0; at < count; at++)
            if (lists[at].width == 2)
                add_by_code(&lists[at], 2, by_code, of.sums, of.worded);
            else
                add_by_code(&lists[at], 4, by_code, of.sums, of.worded);
        for (Py_ssize_t length = 0; length < by_length.length; length++)
            of.rest_by_length = fmax(of.rest_by_length, rest * of.by_length[length]);
        for (Py_ssize_t at = 0; at < days.length; at++) {
            int64_t apart = ((const int32_t *)days.data)[at] - day;
            by_day[at] = ((const double *)by_days.data)[apart < 0 ? -apart : apart];
            of.day += apart < 0;
        }
        if (day_of.width == 2)
            found = find_related(&of, 2, heap, most, least, kept, out.data);
        else
            found = find_related(&of, 4, heap, most, least, kept, out.data);
        Py_END_ALLOW_THREADS
    } else
        memset(of.sums, 0, (size_t)size * sizeof *of.sums);
    memset(of.worded, 0, ((size_t)size / 64 + 1) * sizeof *of.worded);
done:
    if (scratch)
        give_back(scratch);
    PyMem_Free(heap);
    PyMem_Free(kept);
    PyMem_Free(by_day);
    PyMem_Free(by_code);
    PyMem_Free(lists);
    end_call(&call);
    return found < 0 ? NULL : PyLong_FromSsize_t(found);
}

/* ---- The lists of a view ---- */

static PyTypeObject *lists_type = NULL;

static const Lists *as_lists(PyObject *object)
{
    return lists_type && Py_IS_TYPE(object, lists_type) ? (const Lists *)object : NULL;
}

static int hold(Lists *self, PyObject *object, int width, int other, Array *array)
{
    Py_buffer *view = &self->held[self->held_count];
    if (!object || PyObject_GetBuffer(object, view, PyBUF_SIMPLE) < 0)
        return 0;
    self->held_count++;
    if (view->itemsize != width && view->itemsize != other) {
        PyErr_Format(PyExc_TypeError, "an array has items of %zd bytes, where %d are wanted", view->itemsize, width);
        return 0;
    }
    *array = (Array){view->buf, view->len / view->itemsize, (int)view->itemsize};
    return 1;
}

static void free_lists(PyObject *object)
{
    Lists *self = (Lists *)object;
    PyTypeObject *type = Py_TYPE(object);
    while (self->held_count)
        PyBuffer_Release(&self->held[--self->held_count]);
    Py_XDECREF(self->dates);
    Py_XDECREF((PyObject *)self->row);
    freefunc release = PyType_GetSlot(type, Py_tp_free);
    release(object);
    Py_DECREF(type);
}

/* Lists(*, lists, documents, codes, norms, stems, exact, exact_lists, ids, day_of, dates, living, deleted, row) */
static PyObject *new_lists(PyTypeObject *type, PyObject *args, PyObject *named)
{
    PyObject *lists, *documents, *codes, *norms, *stems[3], *exact[3], *exact_lists, *ids[2], *day_of, *dates, *living, *deleted, *row;
    static char *names[] = {"lists", "documents", "codes", "norms", "stems", "exact", "exact_lists", "ids", "day_of", "dates",
        "living", "deleted", "row", NULL};
    if (!PyArg_ParseTupleAndKeywords(args, named, "$OOOO(OOO)(OOO)O(OO)OO!OOO!", names, &lists, &documents, &codes, &norms, &stems[0], &stems[1],
            &stems[2], &exact[0], &exact[1], &exact[2], &exact_lists, &ids[0], &ids[1], &day_of, &PyList_Type, &dates,
            &living, &deleted, &PyType_Type, &row))
        return NULL;
    if (!PyType_IsSubtype((PyTypeObject *)row, &PyTuple_Type)) {
        PyErr_SetString(PyExc_TypeError, "a row is a tuple");
        return NULL;
    }
    allocfunc allocate = PyType_GetSlot(type, Py_tp_alloc);
    Lists *self = (Lists *)allocate(type, 0);
    if (!self)
        return NULL;
    self->dates = Py_NewRef(dates);
    self->row = (PyTypeObject *)Py_NewRef(row);
    if (hold(self, lists, 4, 8, &self->lists) && hold(self, documents, 4, 4, &self->documents)
        && hold(self, codes, 2, 4, &self->codes) && hold(self, norms, 8, 8, &self->norms)
        && hold(self, stems[0], 8, 8, &self->stem_prefixes) && hold(self, stems[1], 4, 8, &self->stems.offsets)
        && hold(self, stems[2], 1, 1, &self->stems.bytes) && hold(self, exact[0], 8, 8, &self->exact_prefixes)
        && hold(self, exact[1], 4, 8, &self->exact.offsets) && hold(self, exact[2], 1, 1, &self->exact.bytes)
        && hold(self, exact_lists, 4, 4, &self->exact_lists) && hold(self, ids[0], 4, 8, &self->ids.offsets)
        && hold(self, ids[1], 1, 1, &self->ids.bytes) && hold(self, day_of, 2, 4, &self->day_of)
        && hold(self, deleted, 4, 4, &self->deleted)
        && (living == Py_None || hold(self, living, 1, 1, &self->living))) {
        self->size = self->ids.offsets.length - 1;
        return (PyObject *)self;
    }
    Py_DECREF(self);
    return NULL;
}

INLINE Py_ssize_t living_in(const Lists *of, const Postings *list)
{
    const uint8_t *living = of->living.data;
    const int32_t *deleted = of->deleted.data;
    Py_ssize_t count = list->length, place = 0;
    if (!living)
        return count;
    if (of->deleted.length < list->length) {
        for (Py_ssize_t i = 0; i < of->deleted.length; i++) {
            place = seek(list->documents, 4, list->length, place, deleted[i]);
            count -= place < list->length && list->documents[place] == deleted[i];
        }
        return count;
    }
    for (Py_ssize_t i = 0; i < list->length; i++)
        count -= !living[list->documents[i]];
    return count;
}

static Py_ssize_t find_str(const Array *prefixes, const Texts *texts, PyObject *text)
{
    Py_ssize_t size, place = -1;
    PyObject *bytes = NULL;
    const char *data = PyUnicode_AsUTF8AndSize(text, &size);
    if (!data && PyErr_ExceptionMatches(PyExc_UnicodeEncodeError)) {
        /* Half a pair of surrogates is no text, and yet may have been indexed. */
        PyErr_Clear();
        bytes = PyUnicode_AsEncodedString(text, "utf-8", "surrogatepass");
        char *encoded;
        if (bytes && PyBytes_AsStringAndSize(bytes, &encoded, &size) == 0)
            data = encoded;
    }
    if (data)
        place = find_text(prefixes, texts, data, size);
    Py_XDECREF(bytes);
    return place < 0 ? -1 : place;
}

/* find(stem, exact) -> (stem list, exact list, how many living documents the one has, and the other); -1 for no list */
static PyObject *find_word(PyObject *object, PyObject *const *args, Py_ssize_t given)
{
    const Lists *self = (const Lists *)object;
    if (!takes(given, 2))
        return NULL;
    Postings list;
    Py_ssize_t stem = find_str(&self->stem_prefixes, &self->stems, args[0]), exact = -1, of_stem = 0, of_exact = 0;
    if (stem >= 0) {
        if (!numbered_list(self, stem, 0.0, STEM, &list))
            return NULL;
        of_stem = living_in(self, &list);
        exact = find_str(&self->exact_prefixes, &self->exact, args[1]);
    }
    if (exact >= 0) {
        exact = ((const int32_t *)self->exact_lists.data)[exact];
        if (!numbered_list(self, exact, 0.0, EXACT, &list))
            return NULL;
        of_exact = living_in(self, &list);
    }
    return PyErr_Occurred() ? NULL : Py_BuildValue("nnnn", stem, exact, of_stem, of_exact);
}

/* What decides and does not score: whether a document lives, whether its day is allowed, whether it is among others. */
typedef struct {
    const uint8_t *living, *days;
    const Array *day_of;
    const uint64_t *among;
    int idle;
} Sieve;

INLINE int passes(const Sieve *sieve, int32_t document)
{
    return sieve->idle
        || ((!sieve->living || sieve->living[document])
            && (!sieve->days || sieve->days[item(sieve->day_of->data, sieve->day_of->width, document)])
            && (!sieve->among || (sieve->among[document >> 6] >> (document & 63) & 1)));
}

/* The best of a search so far, and how many there were. */
typedef struct {
    Best *heap;
    Py_ssize_t count, most, total;
    double least;
} Found;

/* The key that a document must reach; below it none is kept. */
INLINE double bar(const Found *found)
{
    if (found->count < found->most)
        return found->least;
    return found->most ? found->heap[0].key : INFINITY;
}

/* Read (how many are wanted, of which key at the least); no more than `size`. */
static int read_wanted(PyObject *pair, Py_ssize_t size, Found *found)
{
    PyObject *most = PyTuple_GetItem(pair, 0), *least = most ? PyTuple_GetItem(pair, 1) : NULL;
    if (!least || !read_size(most, &found->most))
        return 0;
    found->most = found->most < size ? found->most : size;
    found->least = PyFloat_AsDouble(least);
    return found->least != -1.0 || !PyErr_Occurred();
}

INLINE void offer_document(Found *found, double key, int32_t document)
{
    if (key >= bar(found))
        offer(found->heap, &found->count, found->most, key, document);
}

/* Rank the documents that were touched by their sums, and clear both. */
static void rank_touched(int32_t *touched, Py_ssize_t seen, double *sums, const Sieve *sieve, Found *found)
{
    for (Py_ssize_t i = 0; i < seen; i++) {
        int32_t document = touched[i];
        double key = sums[document];
        sums[document] = 0.0;
        touched[i] = 0;
        if (!passes(sieve, document))
            continue;
        found->total++;
        offer_document(found, key, document);
    }
    touched[seen] = 0;
}

/* Rank the documents that any of the lists has. */
static void rank_any(const Postings *lists, Py_ssize_t count, const Sieve *sieve, Scratch *scratch, Found *found)
{
    Py_ssize_t seen = 0;
    for (Py_ssize_t at = 0; at < count; at++)
        seen = add_list(&lists[at], scratch->sums, scratch->counts, seen);
    rank_touched(scratch->counts, seen, scratch->sums, sieve, found);
}

/* Documents to be ranked, rising, and where they stand in some lists: places[n][i] is the place of document i in list n,
   or there is no places[n]. */
typedef struct {
    const int32_t *documents;
    int32_t **places;
    Py_ssize_t count;
} Candidates;

INLINE double adds(const Postings *of, Py_ssize_t place)
{
    return of->weight * of->norms[of->width == 2 ? ((const uint16_t *)of->codes)[place] : ((const uint32_t *)of->codes)[place]];
}

/* Rank documents. `cursors` are as many as there are lists: where each was read last, since documents rise; `known` says
   where the document in hand stands in each, -1 for nowhere. */
static void rank_these(const Candidates *these, const Postings *lists, Py_ssize_t count, const Sieve *sieve,
    Py_ssize_t *cursors, Py_ssize_t *known, Found *found)
{
    int bounded = 1;
    for (Py_ssize_t at = 0; at < count; at++)
        bounded &= lists[at].kind != OTHER;
    for (Py_ssize_t i = 0; i < these->count; i++) {
        int32_t document = these->documents[i];
        if (!passes(sieve, document))
            continue;
        found->total++;
        /* First the stems alone: an exact form stands no more often than its stem, so that its norm is no larger, and
           most documents need not be looked up in the lists of exact forms. */
        double bound = 0.0, key = 0.0;
        for (Py_ssize_t at = 0; at < count; at++) {
            const Postings *of = &lists[at];
            if (of->kind == EXACT) {
                if (known[at - 1] >= 0)
                    bound += of->weight * lists[at - 1].norms[item(lists[at - 1].codes, lists[at - 1].width, known[at - 1])];
                continue;
            }
            if (these->places && these->places[at])
                known[at] = these->places[at][i];
            else {
                Py_ssize_t place = cursors[at] = seek(of->documents, 4, of->length, cursors[at], document);
                known[at] = place < of->length && of->documents[place] == document ? place : -1;
            }
            if (known[at] >= 0)
                bound += adds(of, known[at]);
        }
        if (bounded && bound * SLACK < bar(found))
            continue;
        for (Py_ssize_t at = 0; at < count; at++) {
            const Postings *of = &lists[at];
            if (of->kind == EXACT) {
                if (known[at - 1] < 0)
                    continue;
                Py_ssize_t place = cursors[at] = seek(of->documents, 4, of->length, cursors[at], document);
                known[at] = place < of->length && of->documents[place] == document ? place : -1;
            }
            if (known[at] >= 0)
                key += adds(of, known[at]);
        }
        offer_document(found, key, document);
    }
}

/* Rank the documents of a word. */
static void rank_word(const Postings *stem, const Postings *exact, const Sieve *sieve, Found *found)
{
    double both = (stem->weight + (exact ? exact->weight : 0.0)) * SLACK;
    Py_ssize_t place = 0;
    if (sieve->idle)
        found->total = stem->length;
    for (Py_ssize_t i = 0; i < stem->length; i++) {
        double norm = stem->norms[item(stem->codes, stem->width, i)];
        /* As in `rank_these`: most documents of a common word are passed over by a look at their code. */
        if (sieve->idle && norm * both < bar(found))
            continue;
        int32_t document = stem->documents[i];
        if (!sieve->idle) {
            if (!passes(sieve, document))
                continue;
            found->total++;
            if (norm * both < bar(found))
                continue;
        }
        double key = stem->weight * norm;
        if (exact) {
            place = seek(exact->documents, 4, exact->length, place, document);
            if (place < exact->length && exact->documents[place] == document)
                key += adds(exact, place);
        }
        offer_document(found, key, document);
    }
}

/* Keep those of `count` candidates that a list has, too, and write down where they stand in it. */
INLINE Py_ssize_t join(int32_t *documents, int32_t **places, Py_ssize_t lists, Py_ssize_t count, const Postings *of, int32_t *here)
{
    Py_ssize_t found = 0, i = 0, place = 0;
    if (of->length > MUCH_LONGER * count) {
        for (; i < count; i++) {
            place = seek(of->documents, 4, of->length, place, documents[i]);
            if (place < of->length && of->documents[place] == documents[i]) {
                documents[found] = documents[i];
                for (Py_ssize_t n = 0; n < lists; n++)
                    places[n][found] = places[n][i];
                here[found++] = (int32_t)place;
            }
        }
        return found;
    }
    /* Side by side without a branch, as in find_among. */
    while (i < count && place < of->length) {
        int32_t a = documents[i], b = of->documents[place];
        documents[found] = a;
        for (Py_ssize_t n = 0; n < lists; n++)
            places[n][found] = places[n][i];
        here[found] = (int32_t)place;
        found += a == b;
        i += a <= b;
        place += b <= a;
    }
    return found;
}

/* Rank the documents that have the stems of all words. `order` has the places of the stems in `lists`, the shortest first. */
static int rank_every(const Postings *lists, Py_ssize_t count, const Py_ssize_t *order, Py_ssize_t words, const Sieve *sieve,
    Py_ssize_t *cursors, Py_ssize_t *known, Found *found)
{
    const Postings *shortest = &lists[order[0]];
    size_t room = (size_t)shortest->length + 1;
    int32_t *memory = malloc(room * (size_t)(words + 1) * sizeof *memory);
    int32_t **places = calloc((size_t)(count + words), sizeof *places), **in_order = places + count;
    if (memory && places) {
        int32_t *documents = memory;
        for (Py_ssize_t n = 0; n < words; n++)
            places[order[n]] = in_order[n] = memory + room * (size_t)(n + 1);
        memcpy(documents, shortest->documents, (room - 1) * sizeof *documents);
        for (Py_ssize_t i = 0; i < shortest->length; i++)
            in_order[0][i] = (int32_t)i;
        Py_ssize_t left = shortest->length;
        for (Py_ssize_t n = 1; n < words && left; n++)
            left = n == 1 ? join(documents, in_order, 1, left, &lists[order[n]], in_order[n])
                          : join(documents, in_order, n, left, &lists[order[n]], in_order[n]);
        Candidates these = {documents, places, left};
        rank_these(&these, lists, count, sieve, cursors, known, found);
    }
    free(memory);
    free(places);
    return memory && places;
}

/* Look at all that the best hits are made of in one go, so that the memory is waited for once. */
static void fetch(const Lists *of, const Found *found)
{
#if defined(__GNUC__)
    for (Py_ssize_t i = 0; i < found->count; i++) {
        Py_ssize_t length;
        __builtin_prefetch(text_of(&of->ids, (Py_ssize_t)found->heap[i].place, &length));
        __builtin_prefetch((const char *)of->day_of.data + of->day_of.width * found->heap[i].place);
    }
#endif
}

/* A list of (id, score, date). */
static PyObject *as_rows(const Lists *of, const Found *found)
{
    fetch(of, found);
    allocfunc allocate = PyType_GetSlot(of->row, Py_tp_alloc);
    PyObject *rows = PyList_New(found->count);
    for (Py_ssize_t i = 0; rows && i < found->count; i++) {
        Py_ssize_t document = (Py_ssize_t)found->heap[i].place, length;
        const char *id = (const char *)text_of(&of->ids, document, &length);
        PyObject *date = PyList_GetItem(of->dates, (Py_ssize_t)item(of->day_of.data, of->day_of.width, document));
        PyObject *row = allocate(of->row, 3), *text = PyUnicode_DecodeUTF8(id, length, NULL);
        PyObject *score = PyFloat_FromDouble(found->heap[i].key);
        if (!date || !row || !text || !score) {
            Py_XDECREF(row);
            Py_XDECREF(text);
            Py_XDECREF(score);
            Py_CLEAR(rows);
            break;
        }
        PyTuple_SetItem(row, 0, text);
        PyTuple_SetItem(row, 1, score);
        PyTuple_SetItem(row, 2, Py_NewRef(date));
        PyList_SetItem(rows, i, row);
    }
    return rows;
}

/* Read (allowed days, allowed documents), none for all; the documents are marked in the bits of the scratch memory. */
static int read_sieve(Call *call, const Lists *of, PyObject *pair, Scratch *scratch, Array *marked, Sieve *sieve)
{
    Array allowed = {0};
    *marked = (Array){0};
    PyObject *days = PyTuple_GetItem(pair, 0), *among = days ? PyTuple_GetItem(pair, 1) : NULL;
    if (!among)
        return 0;
    if ((days != Py_None && !read_array(call, days, 1, 1, &allowed))
        || (among != Py_None && !read_documents(call, among, of->size, marked)))
        return 0;
    if (days != Py_None && allowed.length != PyList_Size(of->dates)) {
        PyErr_SetString(PyExc_ValueError, "there must be a flag for each day");
        return 0;
    }
    *sieve = (Sieve){of->living.data, allowed.data, &of->day_of, among != Py_None ? scratch->bits : NULL, 0};
    sieve->idle = !sieve->living && !sieve->days && !sieve->among;
    const int32_t *document = marked->data;
    for (Py_ssize_t i = 0; i < marked->length; i++)
        scratch->bits[document[i] >> 6] |= (uint64_t)1 << (document[i] & 63);
    return 1;
}

static void forget_marked(const Array *marked, Py_ssize_t size, Scratch *scratch)
{
    const int32_t *document = marked->data;
    if (marked->length > size / 64) {
        memset(scratch->bits, 0, (size_t)(size / 64 + 1) * sizeof *scratch->bits);
        return;
    }
    for (Py_ssize_t i = 0; i < marked->length; i++)
        scratch->bits[document[i] >> 6] = 0;
}

/* best(matching, ranking, allowed, wanted) -> (how many, the best as (id, score, date)) */
static PyObject *best(PyObject *object, PyObject *const *args, Py_ssize_t given)
{
    const Lists *self = (const Lists *)object;
    Call call;
    begin_call(&call);
    PyObject *result = NULL, *rows;
    Postings *lists = NULL;
    Scratch *scratch = NULL;
    Py_ssize_t *cursors = NULL, count = 0;
    Array these = {0}, marked = {0};
    Sieve sieve;
    Found found = {0};
    if (!takes(given, 4) || !read_wanted(args[3], self->size, &found))
        return NULL;
    int any = args[0] == Py_False, every = args[0] == Py_True, ready = 1;
    if (!(lists = read_lists(&call, args[1], self->size, self, &count)) || !(scratch = borrow(self->size))
        || (!any && !every && !read_documents(&call, args[0], self->size, &these))
        || !read_sieve(&call, self, args[2], scratch, &marked, &sieve))
        goto done;
    cursors = PyMem_Calloc((size_t)(3 * count + 1), sizeof *cursors);
    found.heap = PyMem_Malloc((size_t)(found.most + 1) * sizeof *found.heap);
    if (!cursors || !found.heap) {
        PyErr_NoMemory();
        goto done;
    }
    Py_ssize_t *known = cursors + count, *order = known + count, words = 0;
    for (Py_ssize_t at = 0; at < count; at++)
        if (lists[at].kind == STEM) {
            Py_ssize_t place = words++;
            for (; place && lists[order[place - 1]].length > lists[at].length; place--)
                order[place] = order[place - 1];
            order[place] = at;
        }
    if ((every && !words) || (any && !count))
        goto found_all;
    Py_BEGIN_ALLOW_THREADS
    if (words == 1 && count <= 2 && (any || every) && (count == 1 || lists[1].kind == EXACT))
        rank_word(&lists[0], count == 2 ? &lists[1] : NULL, &sieve, &found);
    else if (any)
        rank_any(lists, count, &sieve, scratch, &found);
    else if (every)
        ready = rank_every(lists, count, order, words, &sieve, cursors, known, &found);
    else {
        Candidates all = {these.data, NULL, these.length};
        rank_these(&all, lists, count, &sieve, cursors, known, &found);
    }
    qsort(found.heap, (size_t)found.count, sizeof *found.heap, in_order);
    Py_END_ALLOW_THREADS
found_all:
    if (!ready)
        PyErr_NoMemory();
    else if ((rows = as_rows(self, &found)))
        result = Py_BuildValue("nN", found.total, rows);
done:
    if (scratch) {
        forget_marked(&marked, self->size, scratch);
        give_back(scratch);
    }
    PyMem_Free(found.heap);
    PyMem_Free(cursors);
    PyMem_Free(lists);
    end_call(&call);
    return result;
}

/* What the calls that rank have in common. */
typedef struct {
    Call call;
    Scratch *scratch;
    Array marked, numbers;
    Sieve sieve;
    Found found;
} Ranked;

/* Whether numbers are those of exact terms. */
static int are_terms(const Lists *of, const Array *numbers)
{
    const int32_t *number = numbers->data;
    for (Py_ssize_t i = 0; i < numbers->length; i++)
        if (number[i] < 0 || number[i] >= of->exact_lists.length) {
            PyErr_Format(PyExc_IndexError, "there is no exact term %d", (int)number[i]);
            return 0;
        }
    return 1;
}

static int begin_ranked(
    const Lists *self, PyObject *numbers, PyObject *allowed, PyObject *wanted, Ranked *ranked)
{
    begin_call(&ranked->call);
    ranked->scratch = NULL;
    ranked->marked = (Array){0};
    ranked->found = (Found){0};
    if (!read_array(&ranked->call, numbers, 4, 4, &ranked->numbers) || !read_wanted(wanted, self->size, &ranked->found)
        || !(ranked->scratch = borrow(self->size))
        || !read_sieve(&ranked->call, self, allowed, ranked->scratch, &ranked->marked, &ranked->sieve)
        || !are_terms(self, &ranked->numbers))
        return 0;
    ranked->found.heap = PyMem_Malloc((size_t)(ranked->found.most + 1) * sizeof(Best));
    return ranked->found.heap || PyErr_NoMemory();
}

static PyObject *end_ranked(const Lists *self, Ranked *ranked, int done)
{
    PyObject *rows = done ? as_rows(self, &ranked->found) : NULL;
    if (ranked->scratch) {
        forget_marked(&ranked->marked, self->size, ranked->scratch);
        give_back(ranked->scratch);
    }
    PyMem_Free(ranked->found.heap);
    end_call(&ranked->call);
    return rows ? Py_BuildValue("nN", ranked->found.total, rows) : NULL;
}

INLINE Postings exact_list(const Lists *self, int32_t number, double weight)
{
    Postings list = {0};
    numbered_list(self, ((const int32_t *)self->exact_lists.data)[number], weight, EXACT, &list);
    return list;
}

/* any_of(numbers, score, allowed, wanted) -> as `best`, of the documents that have any of some exact terms */
static PyObject *any_of(PyObject *object, PyObject *const *args, Py_ssize_t given)
{
    const Lists *self = (const Lists *)object;
    Ranked ranked;
    double score = 0.0;
    if (!takes(given, 4))
        return NULL;
    int done = begin_ranked(self, args[0], args[2], args[3], &ranked)
        && ((score = PyFloat_AsDouble(args[1])) != -1.0 || !PyErr_Occurred());
    if (done) {
        /* The bits of the scratch memory are taken by what the sieve allows; counts do as well, and are cleared here. */
        Found *found = &ranked.found;
        Scratch *had = borrow(self->size);
        if ((done = had != NULL)) {
            const int32_t *number = ranked.numbers.data;
            Py_BEGIN_ALLOW_THREADS
            for (Py_ssize_t at = 0; at < ranked.numbers.length; at++) {
                Postings list = exact_list(self, number[at], 0.0);
                for (Py_ssize_t i = 0; i < list.length; i++)
                    had->bits[list.documents[i] >> 6] |= (uint64_t)1 << (list.documents[i] & 63);
            }
            for (Py_ssize_t at = 0; at <= (self->size - 1) / 64; at++) {
                for (uint64_t word = had->bits[at]; word; word &= word - 1) {
                    int32_t document = (int32_t)(64 * at + lowest_bit(word));
                    if (!passes(&ranked.sieve, document))
                        continue;
                    /* All have the same score, so that the first are the best. */
                    if (found->count < found->most && score >= found->least)
                        found->heap[found->count++] = (Best){score, document};
                    found->total++;
                }
                had->bits[at] = 0;
            }
            Py_END_ALLOW_THREADS
            give_back(had);
        }
    }
    return end_ranked(self, &ranked, done);
}

/* fuzzy(numbers, word, ceiling, allowed, wanted) -> as `best`, of the documents that have a word or a neighbour of it.
   `word` is a list of no or one word; one in a document gives the ceiling and what it adds, else the best of the neighbours
   gives its norm times the ceiling. */
static PyObject *fuzzy(PyObject *object, PyObject *const *args, Py_ssize_t given)
{
    const Lists *self = (const Lists *)object;
    Ranked ranked;
    Postings *word = NULL;
    Py_ssize_t count = 0;
    double ceiling = 0.0;
    if (!takes(given, 5))
        return NULL;
    int done = begin_ranked(self, args[0], args[3], args[4], &ranked)
        && ((ceiling = PyFloat_AsDouble(args[2])) != -1.0 || !PyErr_Occurred())
        && (word = read_lists(&ranked.call, args[1], self->size, self, &count));
    if (done) {
        double *sums = ranked.scratch->sums;
        int32_t *touched = ranked.scratch->counts;
        const int32_t *number = ranked.numbers.data;
        Py_ssize_t seen = 0;
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t at = 0; at < ranked.numbers.length; at++) {
            Postings list = exact_list(self, number[at], ceiling);
            for (Py_ssize_t i = 0; i < list.length; i++) {
                int32_t document = list.documents[i];
                double added = adds(&list, i);
                touched[seen] = document;
                seen += sums[document] == 0.0;
                sums[document] = added > sums[document] ? added : sums[document];
            }
        }
        for (Py_ssize_t at = 0; at < count; at++)
            for (Py_ssize_t i = 0; i < word[at].length; i++) {
                int32_t document = word[at].documents[i];
                touched[seen] = document;
                seen += sums[document] == 0.0;
                sums[document] = (word[at].kind == STEM ? ceiling : sums[document]) + adds(&word[at], i);
            }
        rank_touched(touched, seen, sums, &ranked.sieve, &ranked.found);
        qsort(ranked.found.heap, (size_t)ranked.found.count, sizeof(Best), in_order);
        Py_END_ALLOW_THREADS
    }
    PyMem_Free(word);
    return end_ranked(self, &ranked, done);
}

/* Some exact terms of a view. */
typedef struct {
    const Lists *lists;
    Array numbers, shared;
} Terms;

static int read_terms(Call *call, PyObject *tuple, Py_ssize_t all, Terms *terms)
{
    if (PyTuple_Size(tuple) != 3 || !(terms->lists = as_lists(PyTuple_GetItem(tuple, 0)))) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_TypeError, "exact terms are (lists, numbers, shared)");
        return 0;
    }
    if (!read_array(call, PyTuple_GetItem(tuple, 1), 4, 4, &terms->numbers)
        || !read_shared(call, PyTuple_GetItem(tuple, 2), terms->lists->exact_lists.length, all, &terms->shared))
        return 0;
    return are_terms(terms->lists, &terms->numbers);
}

/* Keep those that most living documents have: where there is one view, nothing need be added up. */
static void offer_terms(const Terms *of, Best *heap, Py_ssize_t *found, Py_ssize_t most)
{
    const int32_t *number = of->numbers.data;
    for (Py_ssize_t i = 0; i < of->numbers.length; i++) {
        Postings list = exact_list(of->lists, number[i], 0.0);
        Py_ssize_t living = living_in(of->lists, &list);
        if (living)
            offer(heap, found, most, (double)living, number[i]);
    }
}

/* Add how many living documents have each, and write down which were touched first here. */
static Py_ssize_t add_terms(const Terms *of, int32_t *counts, int32_t *touched, Py_ssize_t seen)
{
    const int32_t *number = of->numbers.data, *shared = of->shared.data;
    for (Py_ssize_t i = 0; i < of->numbers.length; i++) {
        Postings list = exact_list(of->lists, number[i], 0.0);
        Py_ssize_t living = living_in(of->lists, &list);
        int64_t term = shared_number(shared, number[i]);
        touched[seen] = (int32_t)term;
        seen += living && !counts[term];
        counts[term] += (int32_t)living;
    }
    return seen;
}

/* commonest(terms, term_count, most) -> those exact terms that most living documents have, of equal ones the first, and
   how many have each, as a list of tuples; those that none has are left out. `terms` are tuples (lists, numbers, shared):
   for each view its lists, the numbers of some exact terms, and by which of `term_count` numbers each of all its exact
   terms goes among those of all views, None for its own. */
static PyObject *commonest(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Call call;
    begin_call(&call);
    PyObject *result = NULL;
    Py_ssize_t count, all, most, found = 0, seen = 0, numbers = 0;
    Terms *terms = NULL;
    Best *heap = NULL;
    int32_t *touched = NULL;
    Scratch *scratch = NULL;
    if (!takes(given, 3) || !read_size(args[1], &all) || !read_size(args[2], &most) || (count = PyList_Size(args[0])) < 0)
        goto done;
    if (!(terms = PyMem_Calloc((size_t)count + 1, sizeof *terms))) {
        PyErr_NoMemory();
        goto done;
    }
    for (Py_ssize_t at = 0; at < count; at++) {
        if (!read_terms(&call, PyList_GetItem(args[0], at), all, &terms[at]))
            goto done;
        numbers += terms[at].numbers.length;
    }
    most = most < numbers ? most : numbers;
    heap = PyMem_Malloc((size_t)(most + 1) * sizeof *heap);
    touched = PyMem_Malloc((size_t)(numbers + 1) * sizeof *touched);
    if (!heap || !touched) {
        PyErr_NoMemory();
        goto done;
    }
    if (!(scratch = borrow(all)))
        goto done;
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t at = 0; at < count; at++) {
        if (count == 1)
            offer_terms(&terms[at], heap, &found, most);
        else
            seen = add_terms(&terms[at], scratch->counts, touched, seen);
    }
    for (Py_ssize_t i = 0; i < seen; i++) {
        offer(heap, &found, most, scratch->counts[touched[i]], touched[i]);
        scratch->counts[touched[i]] = 0;
    }
    qsort(heap, (size_t)found, sizeof *heap, in_order);
    Py_END_ALLOW_THREADS
    give_back(scratch);
    result = as_pairs(heap, found);
done:
    PyMem_Free(touched);
    PyMem_Free(heap);
    PyMem_Free(terms);
    end_call(&call);
    return result;
}

/* ---- The module ---- */

#define FUNCTION(name, function) {name, (PyCFunction)(void (*)(void))function, METH_FASTCALL, NULL}

static PyMethodDef lists_methods[] = {
    FUNCTION("find", find_word),
    FUNCTION("best", best),
    FUNCTION("any_of", any_of),
    FUNCTION("fuzzy", fuzzy),
    {NULL, NULL, 0, NULL},
};

static PyType_Slot lists_slots[] = {
    {Py_tp_doc, "The posting lists of a view, and what else is needed to rank its documents."},
    {Py_tp_new, new_lists},
    {Py_tp_dealloc, free_lists},
    {Py_tp_methods, lists_methods},
    {0, NULL},
};

static PyType_Spec lists_spec = {
    "searchidx.engines.embedded.execution._kernels.Lists", sizeof(Lists), 0, Py_TPFLAGS_DEFAULT, lists_slots};

static PyMethodDef functions[] = {
    FUNCTION("contains", contains),
    FUNCTION("contains_each", contains_each),
    FUNCTION("count_each", count_each),
    FUNCTION("intersection", intersection),
    FUNCTION("union", union_of_lists),
    FUNCTION("union_of", union_of),
    FUNCTION("keep", keep),
    FUNCTION("keep_groups", keep_groups),
    FUNCTION("union_scored", union_scored),
    FUNCTION("score", score),
    FUNCTION("top", top),
    FUNCTION("span", span),
    FUNCTION("count_groups", count_groups),
    FUNCTION("count_values", count_values),
    FUNCTION("commonest", commonest),
    FUNCTION("commonest_values", commonest_values),
    FUNCTION("phrase_documents", phrase_documents),
    FUNCTION("likely_related", likely_related),
    FUNCTION("place_of", place_of),
    FUNCTION("merge_texts", merge_texts),
    FUNCTION("with_range", with_range),
    FUNCTION("matching", matching),
    FUNCTION("one_edit_away", one_edit_away),
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_kernels", "The loops over arrays, compiled; to be called through kernels.", -1, functions,
    NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__kernels(void)
{
    PyObject *module = PyModule_Create(&definition);
    if (module && !lists_type)
        lists_type = (PyTypeObject *)PyType_FromSpec(&lists_spec);
    if (module && (!lists_type || PyModule_AddObjectRef(module, "Lists", (PyObject *)lists_type) < 0))
        Py_CLEAR(module);
    return module;
}
