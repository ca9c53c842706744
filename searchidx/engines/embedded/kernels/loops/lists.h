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

/* Whether the arrays are as long as those of one view are. */
static int are_of_one_view(const Lists *of)
{
    const Array *lists = &of->lists;
    return of->size >= 0 && has_texts(&of->ids, of->size) && of->day_of.length == of->size && (!of->living.data || of->living.length == of->size)
        && of->codes.length == of->documents.length && lists->length > 0
        && item(lists->data, lists->width, lists->length - 1) <= of->documents.length
        && has_texts(&of->stems, of->stem_prefixes.length) && has_texts(&of->exact, of->exact_prefixes.length)
        && of->exact_lists.length == of->exact_prefixes.length;
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
