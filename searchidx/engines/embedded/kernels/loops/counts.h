/* How many of some documents have each group or value. */

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
    Array documents, offsets, values, totals;
    const int32_t *shared;
} Column;

/* Read a list of tuples (documents, offsets, values, totals, shared); NULL where it is none. To be freed by PyMem_Free. */
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
        if (!is_tuple(tuple, 5, "a column is (documents, offsets, values, totals, shared)"))
            goto failed;
        if (!read_array(call, PyTuple_GetItem(tuple, 1), 4, 8, &of->offsets)
            || !read_documents(call, PyTuple_GetItem(tuple, 0), of->offsets.length - 1, &of->documents)
            || !read_array(call, PyTuple_GetItem(tuple, 2), 2, 4, &of->values)
            || !read_array(call, PyTuple_GetItem(tuple, 3), 4, 4, &of->totals)
            || !read_shared(call, PyTuple_GetItem(tuple, 4), of->totals.length, value_count, &numbers))
            goto failed;
        of->shared = numbers.data;
    }
    return columns;
failed:
    PyMem_Free(columns);
    return NULL;
}

/* A facet among all numbers: `none` says that a document has no value of it, and behind it are the values, up to `end`.
   Which of them may be counted (NULL: all), the commonest so far, how many there are, and how many documents have none. */
typedef struct {
    Py_ssize_t none, end, most, found, distinct, missing;
    const uint8_t *wanted;
    Best *heap;
} Facet;

static void free_facets(Facet *facets, Py_ssize_t count)
{
    for (Py_ssize_t at = 0; facets && at < count; at++)
        PyMem_Free(facets[at].heap);
    PyMem_Free(facets);
}

/* Read a list of tuples (none, end, most, wanted), one behind the other; NULL where it is none. To be freed by `free_facets`. */
static Facet *read_facets(Call *call, PyObject *sequence, Py_ssize_t value_count, Py_ssize_t *count)
{
    if ((*count = PyList_Size(sequence)) < 0)
        return NULL;
    Facet *facets = PyMem_Calloc((size_t)*count + 1, sizeof *facets);
    if (!facets) {
        PyErr_NoMemory();
        return NULL;
    }
    for (Py_ssize_t at = 0, before = 0; at < *count; before = facets[at++].end) {
        PyObject *tuple = PyList_GetItem(sequence, at), *wanted = NULL;
        Facet *of = &facets[at];
        if (!is_tuple(tuple, 4, "a facet is (none, end, most, wanted)")
            || !read_size(PyTuple_GetItem(tuple, 0), &of->none) || !read_size(PyTuple_GetItem(tuple, 1), &of->end)
            || !read_size(PyTuple_GetItem(tuple, 2), &of->most) || !(wanted = PyTuple_GetItem(tuple, 3)))
            goto failed;
        if (of->none < before || of->end <= of->none || of->end > value_count) {
            PyErr_Format(PyExc_IndexError, "no facet can have the numbers from %zd up to %zd", of->none, of->end);
            goto failed;
        }
        if (wanted != Py_None) {
            Array flags;
            if (!read_array(call, wanted, 1, 1, &flags))
                goto failed;
            if (flags.length != of->end - of->none - 1) {
                PyErr_SetString(PyExc_ValueError, "which values are wanted is not said of each");
                goto failed;
            }
            of->wanted = flags.data;
        }
        of->most = of->most < of->end - of->none - 1 ? of->most : of->end - of->none - 1;
        if (!(of->heap = PyMem_Malloc((size_t)(of->most + 1) * sizeof *of->heap))) {
            PyErr_NoMemory();
            goto failed;
        }
    }
    return facets;
failed:
    free_facets(facets, *count);
    return NULL;
}

INLINE int64_t shared_number(const int32_t *shared, int64_t value)
{
    return shared ? shared[value] : value;
}

/* Fetch the values of a document that comes behind the one at `place`, and where those of one stand that comes behind both.
   They begin anywhere in a line of memory, so that as often as not they go on in the next. */
INLINE void fetch_values(const Column *of, int width, int of_values, Py_ssize_t place)
{
    const int32_t *document = of->documents.data;
    fetch_ahead(of->offsets.data, width, document, of->documents.length, place + AHEAD);
    if (place + AHEAD < of->documents.length) {
        int32_t coming = document[place + AHEAD];
        fetch(of->values.data, of_values, item(of->offsets.data, width, coming));
        fetch(of->values.data, of_values, item(of->offsets.data, width, coming + 1) - 1);
    }
}

/* Count the values of the given documents, and write each in `touched` when it is the first there; return how many these are.
   Of several columns one may write it again, if those before have taken it away by `add_all_but`. */
INLINE Py_ssize_t add_values(const Column *of, int width, int of_values, const int32_t *shared, int32_t *counts,
    int32_t *touched, Py_ssize_t found)
{
    const int32_t *document = of->documents.data;
    const void *offsets = of->offsets.data, *values = of->values.data;
    for (Py_ssize_t i = 0; i < of->documents.length; i++) {
        int64_t from = item(offsets, width, document[i]), end = item(offsets, width, document[i] + 1);
        fetch_values(of, width, of_values, i);
        for (; from < end; from++) {
            int64_t value = shared_number(shared, item(values, of_values, from));
            touched[found] = (int32_t)value;
            found += counts[value]++ == 0;
        }
    }
    return found;
}

/* As `add_values`, from how many documents have each value: those of all documents but those given are taken away. */
INLINE Py_ssize_t add_all_but(const Column *of, int width, int of_values, const int32_t *shared, int32_t *counts,
    int32_t *touched, Py_ssize_t found)
{
    const int32_t *document = of->documents.data, *totals = of->totals.data;
    const void *offsets = of->offsets.data, *values = of->values.data;
    Py_ssize_t at = 0;
    for (Py_ssize_t own = 0; own < of->totals.length; own++) {
        int64_t value = shared_number(shared, own);
        touched[found] = (int32_t)value;
        found += counts[value] == 0 && totals[own];
        counts[value] += totals[own];
    }
    for (Py_ssize_t other = 0; other < of->offsets.length - 1; other++)
        if (at < of->documents.length && document[at] == other)
            at++;
        else
            for (int64_t i = item(offsets, width, other); i < item(offsets, width, other + 1); i++)
                counts[shared_number(shared, item(values, of_values, i))]--;
    return found;
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

static Py_ssize_t add_column(const Column *of, int32_t *counts, int32_t *touched, Py_ssize_t found)
{
    return are_most(of) ? EACH_WIDTH(add_all_but, counts, touched, found) : EACH_WIDTH(add_values, counts, touched, found);
}

/* Let a number that some documents have be counted by its facet, if that is asked for. */
static void offer_value(Facet *facets, Py_ssize_t count, int32_t number, int32_t documents)
{
    Facet *of = facets;
    while (of < facets + count && number >= of->end)
        of++;
    if (of == facets + count || number < of->none)
        return;
    Py_ssize_t value = number - of->none - 1;
    if (value < 0)
        of->missing = documents;
    else if (!of->wanted || of->wanted[value]) {
        of->distinct++;
        offer(of->heap, &of->found, of->most, documents, value);
    }
}

/* commonest_values(columns, value_count, facets)
   -> for each facet: the values that most documents have and how many have each, how many values there are, documents without */
static PyObject *commonest_values(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Call call;
    begin_call(&call);
    Py_ssize_t value_count, count, facet_count = 0, room = 1, seen = 0;
    Column *columns = NULL;
    Facet *facets = NULL;
    Scratch *scratch = NULL;
    int32_t *touched = NULL;
    PyObject *result = NULL;
    if (!takes(given, 3) || !read_size(args[1], &value_count)
        || !(columns = read_columns(&call, args[0], value_count, &count))
        || !(facets = read_facets(&call, args[2], value_count, &facet_count)))
        goto done;
    for (Py_ssize_t at = 0; at < count; at++)
        room += columns[at].totals.length;
    if (!(touched = PyMem_Malloc((size_t)room * sizeof *touched))) {
        PyErr_NoMemory();
        goto done;
    }
    if (!(scratch = borrow(value_count)))
        goto done;
    int32_t *counts = scratch->counts;
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t at = 0; at < count; at++)
        seen = add_column(&columns[at], counts, touched, seen);
    for (Py_ssize_t i = 0; i < seen; i++) {
        int32_t documents = counts[touched[i]];
        if (documents)
            offer_value(facets, facet_count, touched[i], documents);
        counts[touched[i]] = 0;
    }
    for (Py_ssize_t at = 0; at < facet_count; at++)
        qsort(facets[at].heap, (size_t)facets[at].found, sizeof *facets[at].heap, in_order);
    Py_END_ALLOW_THREADS
    give_back(scratch);
    result = PyList_New(facet_count);
    for (Py_ssize_t at = 0; result && at < facet_count; at++) {
        PyObject *pairs = as_pairs(facets[at].heap, facets[at].found);
        PyObject *of = pairs ? Py_BuildValue("Nnn", pairs, facets[at].distinct, facets[at].missing) : NULL;
        if (!of || PyList_SetItem(result, at, of) < 0)
            Py_CLEAR(result);
    }
done:
    PyMem_Free(touched);
    free_facets(facets, facet_count);
    PyMem_Free(columns);
    end_call(&call);
    return result;
}
