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
        if (!is_tuple(tuple, 5, "a column is (documents, offsets, values, lists, shared)"))
            goto failed;
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

/* Fetch the values of a document that comes behind the one at `place`, and where those of one stand that comes behind both. */
INLINE void fetch_values(const Column *of, int width, int of_values, Py_ssize_t place)
{
    const int32_t *document = of->documents.data;
    fetch_ahead(of->offsets.data, width, document, of->documents.length, place + AHEAD);
    if (place + AHEAD < of->documents.length)
        fetch(of->values.data, of_values, item(of->offsets.data, width, document[place + AHEAD]));
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
        fetch_values(of, width, of_values, i);
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
