/* Positions of words: phrases. */

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
