/* The posting lists of a view, by number: the type `Lists`, and its words. */

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

static int hold_dictionary(Lists *self, PyObject **arrays, Dictionary *of)
{
    return hold(self, arrays[0], 8, 8, &of->prefixes) && hold(self, arrays[1], 4, 8, &of->texts.offsets)
        && hold(self, arrays[2], 1, 1, &of->texts.bytes) && sample(of);
}

static void free_lists(PyObject *object)
{
    Lists *self = (Lists *)object;
    PyTypeObject *type = Py_TYPE(object);
    while (self->held_count)
        PyBuffer_Release(&self->held[--self->held_count]);
    PyMem_Free(self->stems.sampled);
    PyMem_Free(self->exact.sampled);
    Py_XDECREF(self->dates);
    Py_XDECREF((PyObject *)self->row);
    freefunc release = PyType_GetSlot(type, Py_tp_free);
    release(object);
    Py_DECREF(type);
}

/* Whether the arrays are as long as those of one view are. */
static int are_of_one_view(const Lists *of)
{
    const Array *lists = &of->lists;
    return of->size >= 0 && has_texts(&of->ids, of->size) && of->day_of.length == of->size && (!of->living.data || of->living.length == of->size)
        && of->codes.length == of->documents.length && lists->length > 0
        && item(lists->data, lists->width, lists->length - 1) <= of->documents.length
        && has_texts(&of->stems.texts, of->stems.prefixes.length) && has_texts(&of->exact.texts, of->exact.prefixes.length)
        && of->exact_lists.length == of->exact.prefixes.length;
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
        && hold_dictionary(self, stems, &self->stems) && hold_dictionary(self, exact, &self->exact)
        && hold(self, exact_lists, 4, 4, &self->exact_lists) && hold(self, ids[0], 4, 8, &self->ids.offsets)
        && hold(self, ids[1], 1, 1, &self->ids.bytes) && hold(self, day_of, 2, 4, &self->day_of)
        && hold(self, deleted, 4, 4, &self->deleted)
        && (living == Py_None || hold(self, living, 1, 1, &self->living))) {
        self->size = self->ids.offsets.length - 1;
        if (are_of_one_view(self))
            return (PyObject *)self;
        PyErr_SetString(PyExc_ValueError, "the arrays of posting lists are not of one view");
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

static Py_ssize_t find_str(const Dictionary *of, PyObject *text)
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
        place = find_text(of, data, size);
    Py_XDECREF(bytes);
    return place < 0 ? -1 : place;
}

/* Fetch the beginning of a list, which is read soon. */
INLINE void fetch_list(const Postings *list)
{
    fetch(list->documents, 4, 0);
    fetch(list->codes, list->width, 0);
}

/* find(stem, exact) -> (stem list, exact list, how many living documents the one has, and the other); -1 for no list */
static PyObject *find_word(PyObject *object, PyObject *const *args, Py_ssize_t given)
{
    const Lists *self = (const Lists *)object;
    if (!takes(given, 2))
        return NULL;
    Postings list;
    Py_ssize_t stem = find_str(&self->stems, args[0]), exact = -1, of_stem = 0, of_exact = 0;
    if (stem >= 0) {
        if (!numbered_list(self, stem, 0.0, STEM, &list))
            return NULL;
        fetch_list(&list);
        of_stem = living_in(self, &list);
        exact = find_str(&self->exact, args[1]);
    }
    if (exact >= 0) {
        exact = ((const int32_t *)self->exact_lists.data)[exact];
        if (!numbered_list(self, exact, 0.0, EXACT, &list))
            return NULL;
        fetch_list(&list);
        of_exact = living_in(self, &list);
    }
    return PyErr_Occurred() ? NULL : Py_BuildValue("nnnn", stem, exact, of_stem, of_exact);
}
