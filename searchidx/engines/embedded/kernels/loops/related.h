/* Related stories. */

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

BY_ITSELF void add_stem(const Postings *of, const double *by_code, float *sums, uint64_t *bits)
{
    if (of->width == 2)
        add_by_code(of, 2, by_code, sums, bits);
    else
        add_by_code(of, 4, by_code, sums, bits);
}

/* Of so many values the roots are kept. */
#define FEW 64

/* Add weight / √(how many values it has) to the sum of each document. */
INLINE void add_in_common(const Array *documents, const void *counts, int width, double weight, float *sums)
{
    double by_root[FEW] = {weight};
    for (int values = 1; values < FEW; values++)
        by_root[values] = weight / sqrt((double)values);
    const int32_t *document = documents->data;
    for (Py_ssize_t i = 0; i < documents->length; i++) {
        int64_t values = item(counts, width, document[i]);
        sums[document[i]] += (float)(values < FEW ? by_root[values] : weight / sqrt((double)values));
    }
}

BY_ITSELF void add_value(const Array *documents, const Array *counts, double weight, float *sums)
{
    if (counts->width == 2)
        add_in_common(documents, counts->data, 2, weight, sums);
    else
        add_in_common(documents, counts->data, 4, weight, sums);
}

/* What tells how related documents are. */
typedef struct {
    float *sums;      /* what the words of each document add by its length, and what it has in common, */
    uint64_t *worded; /* and whether a word adds something: only then it is sure to be an answer */
    const double *by_length, *by_day;
    Py_ssize_t length_count; /* so many lengths, from 0 on, are in the first table */
    int too_long;            /* whether a document was met whose length is not */
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

INLINE int is_told(const Related *of, int32_t length)
{
    return (uint32_t)length < (size_t)of->length_count;
}

INLINE double most_related(Related *of, int width, int32_t document)
{
    int32_t length = of->lengths[document];
    double rest = of->rest_by_length;
    if (is_told(of, length))
        rest = of->rest * of->by_length[length];
    else
        of->too_long = 1;
    return (of->sums[document] + rest) * of->by_day[item(of->day_of, width, document)] * of->slack;
}

/* So many documents on either side of the story's own, told at about the same time, are looked at first: many of the best
   are among them, and few others can be as good. */
#define NEIGHBOURHOOD 1024

/* So many documents are compared with the bar at once. */
#define ABREAST 256

/* Find the least and the largest of some numbers; written for their own type, the loop compares several at once. */
#define FIND_RANGE(type, numbers, start, end, first, last) \
    do { \
        const type *number = (numbers); \
        type least = number[start], most = least; \
        for (int32_t i = (start); i < (end); i++) { \
            least = number[i] < least ? number[i] : least; \
            most = number[i] > most ? number[i] : most; \
        } \
        (first) = least, (last) = most; \
    } while (0)

/* Return what the day of documents that stand beside each other multiplies at most: the nearest day does. */
static double most_by_day(const Related *of, int width, int32_t start, int32_t end)
{
    int64_t first, last;
    if (width == 2)
        FIND_RANGE(uint16_t, of->day_of, start, end, first, last);
    else
        FIND_RANGE(int32_t, of->day_of, start, end, first, last);
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
    Related *of, int width, Best *heap, Py_ssize_t most, double least, Best *kept, int32_t *found)
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

/* Whether rising days are less than `reach` apart from one. */
static int are_within(const Array *days, int64_t day, Py_ssize_t reach)
{
    const int32_t *data = days->data;
    return !days->length || (day < data[0] + (int64_t)reach && day > data[days->length - 1] - (int64_t)reach);
}

/* likely_related(lists, rest, numbered, common, columns, tables, day, living, own, (count, least), documents) -> how many

   The documents that may be among the best `count` and score no less than `least`, rising. `lists` are those that count
   most, and all others together give no more than `rest`: a document's score lies between what these give and that and
   the rest. One whose upper bound does not reach the count-th of the lower bounds is left out, and so very common words are
   hardly looked at. After Turtle and Flood, "Query evaluation: strategies and optimizations", 1995.

   common: tuples (documents, counts, weight), which give weight / √(how many values the document has, by the counts).
   columns: (lengths, days, day_of, the length of what has each code); tables: (by length, by days apart); living: flags, or
   none where all live. */
static PyObject *likely_related(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Call call;
    begin_call(&call);
    Array lengths, days, day_of, code_lengths, by_length, by_days, living, out, documents, counts;
    Py_ssize_t count, groups, found = -1;
    Postings *lists = NULL;
    Scratch *scratch = NULL;
    Best *heap = NULL, *kept = NULL;
    double *by_day = NULL, *by_code = NULL;
    Found wanted;
    if (!takes(given, 11) || (groups = PyList_Size(args[3])) < 0
        || !is_tuple(args[4], 4, "the columns are (lengths, days, day_of, the length of what has each code)")
        || !is_tuple(args[5], 2, "the tables are (by length, by days apart)")
        || !read_array(&call, PyTuple_GetItem(args[4], 0), 4, 4, &lengths)
        || !read_array(&call, PyTuple_GetItem(args[4], 1), 4, 4, &days)
        || !read_array(&call, PyTuple_GetItem(args[4], 2), 2, 4, &day_of)
        || !read_array(&call, PyTuple_GetItem(args[4], 3), 4, 4, &code_lengths)
        || !read_array(&call, PyTuple_GetItem(args[5], 0), 8, 8, &by_length)
        || !read_array(&call, PyTuple_GetItem(args[5], 1), 8, 8, &by_days) || !read_array(&call, args[7], 1, 1, &living)
        || !read_wanted(args[9], lengths.length, &wanted))
        goto done;
    Py_ssize_t size = lengths.length, most = wanted.most;
    double rest = PyFloat_AsDouble(args[1]);
    int64_t day = PyLong_AsLongLong(args[6]), own = PyLong_AsLongLong(args[8]);
    const Lists *numbered = as_lists(args[2]);
    if (!PyErr_Occurred() && (!numbered || numbered->norms.length != code_lengths.length))
        PyErr_SetString(PyExc_ValueError, "there must be a length for each code of the lists");
    if (!PyErr_Occurred() && (day_of.length != size || (living.length && living.length != size) || own < -1 || own >= size))
        PyErr_SetString(PyExc_ValueError, "there must be a day and a flag for each document, of which the story may be one");
    if (!PyErr_Occurred() && !are_within(&days, day, by_days.length))
        PyErr_SetString(PyExc_ValueError, "days are farther apart than the table goes");
    if (PyErr_Occurred() || !(lists = read_lists(&call, args[0], size, numbered, &count))
        || !write_array(&call, args[10], 4, size, &out) || !(scratch = borrow(size)))
        goto done;
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
        .length_count = by_length.length,
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
        failed = !is_tuple(tuple, 3, "what is in common is (documents, counts, weight)")
            || !read_array(&call, PyTuple_GetItem(tuple, 1), 2, 4, &counts)
            || !read_documents(&call, PyTuple_GetItem(tuple, 0), counts.length < size ? counts.length : size, &documents)
            || ((weight = PyFloat_AsDouble(PyTuple_GetItem(tuple, 2))) == -1.0 && PyErr_Occurred());
        if (!failed)
            add_value(&documents, &counts, weight, of.sums);
    }
    if (!failed) {
        Py_BEGIN_ALLOW_THREADS
        double most_by_length = 0.0;
        for (Py_ssize_t length = 0; length < by_length.length; length++)
            most_by_length = fmax(most_by_length, of.by_length[length]);
        of.rest_by_length = rest * most_by_length;
        for (Py_ssize_t code = 0; code < code_lengths.length; code++) {
            /* A code may be that of a document which was merged away, and longer than any there is. */
            int32_t length = ((const int32_t *)code_lengths.data)[code];
            by_code[code] = ((const double *)numbered->norms.data)[code] * (is_told(&of, length) ? of.by_length[length] : most_by_length);
        }
        for (Py_ssize_t at = 0; at < count; at++)
            add_stem(&lists[at], by_code, of.sums, of.worded);
        for (Py_ssize_t at = 0; at < days.length; at++) {
            int64_t apart = ((const int32_t *)days.data)[at] - day;
            by_day[at] = ((const double *)by_days.data)[apart < 0 ? -apart : apart];
            of.day += apart < 0;
        }
        if (day_of.width == 2)
            found = find_related(&of, 2, heap, most, wanted.least, kept, out.data);
        else
            found = find_related(&of, 4, heap, most, wanted.least, kept, out.data);
        Py_END_ALLOW_THREADS
        if (of.too_long) {
            PyErr_SetString(PyExc_IndexError, "a document is longer than the table goes");
            found = -1;
        }
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
