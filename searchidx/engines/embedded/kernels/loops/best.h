/* The largest of some keys, by a heap. */

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

/* The best of a search so far, and how many there were. */
typedef struct {
    Best *heap;
    Py_ssize_t count, most, total;
    double least;
} Found;

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
