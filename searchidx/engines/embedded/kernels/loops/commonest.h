/* The commonest of some exact terms, for completions and spelling. */

/* Some exact terms of a view. */
typedef struct {
    const Lists *lists;
    Array numbers, shared;
} Terms;

static int read_terms(Call *call, PyObject *tuple, Py_ssize_t all, Terms *terms)
{
    static const char wanted[] = "exact terms are (lists, numbers, shared)";
    if (!is_tuple(tuple, 3, wanted))
        return 0;
    if (!(terms->lists = as_lists(PyTuple_GetItem(tuple, 0)))) {
        PyErr_SetString(PyExc_TypeError, wanted);
        return 0;
    }
    if (!read_array(call, PyTuple_GetItem(tuple, 1), 4, 4, &terms->numbers)
        || !read_shared(call, PyTuple_GetItem(tuple, 2), terms->lists->exact_lists.length, all, &terms->shared))
        return 0;
    return are_terms(terms->lists, &terms->numbers);
}

/* Keep those that most living documents have: where one view numbers them by itself, nothing need be added up. */
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
        if (count == 1 && !terms[at].shared.data)
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
