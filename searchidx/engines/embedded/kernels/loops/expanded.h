/* `Lists.any_of` and `Lists.fuzzy`: the best documents of what a pattern or a misspelt word stands for. */

/* Whether numbers are those of exact terms, and these have lists. */
static int are_terms(const Lists *of, const Array *numbers)
{
    const int32_t *number = numbers->data;
    for (Py_ssize_t i = 0; i < numbers->length; i++)
        if (number[i] < 0 || number[i] >= of->exact_lists.length) {
            PyErr_Format(PyExc_IndexError, "there is no exact term %d", (int)number[i]);
            return 0;
        } else if (!is_list(of, ((const int32_t *)of->exact_lists.data)[number[i]]))
            return 0;
    return 1;
}

/* The list of an exact term for which `are_terms` holds: without the GIL nothing could be refused. */
INLINE Postings exact_list(const Lists *self, int32_t number, double weight)
{
    return list_of(self, ((const int32_t *)self->exact_lists.data)[number], weight, EXACT);
}

/* any_of(numbers, score, allowed, wanted) -> as `best`, of the documents that have any of some exact terms */
static PyObject *any_of(PyObject *object, PyObject *const *args, Py_ssize_t given)
{
    const Lists *self = (const Lists *)object;
    Ranked ranked;
    Array numbers;
    double score = 0.0;
    if (!takes(given, 4))
        return NULL;
    int done = begin_ranked(self, NULL, args[2], args[3], &ranked) && read_array(&ranked.call, args[0], 4, 4, &numbers)
        && are_terms(self, &numbers)
        && ((score = PyFloat_AsDouble(args[1])) != -1.0 || !PyErr_Occurred());
    if (done) {
        /* The bits of the scratch memory are taken by what the sieve allows: there are others for what has a term. */
        Found *found = &ranked.found;
        Scratch *had = borrow(self->size);
        if ((done = had != NULL)) {
            const int32_t *number = numbers.data;
            Py_BEGIN_ALLOW_THREADS
            for (Py_ssize_t at = 0; at < numbers.length; at++) {
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
    Array numbers;
    double ceiling = 0.0;
    if (!takes(given, 5))
        return NULL;
    int done = begin_ranked(self, args[1], args[3], args[4], &ranked) && read_array(&ranked.call, args[0], 4, 4, &numbers)
        && are_terms(self, &numbers) && read_weight(args[2], &ceiling);
    if (done) {
        const Postings *word = ranked.ranking.lists;
        Py_ssize_t count = ranked.ranking.count;
        double *sums = ranked.scratch->sums;
        int32_t *touched = ranked.scratch->counts;
        const int32_t *number = numbers.data;
        Py_ssize_t seen = 0;
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t at = 0; at < numbers.length; at++) {
            Postings list = exact_list(self, number[at], ceiling);
            for (Py_ssize_t i = 0; i < list.length; i++) {
                fetch_ahead(sums, 8, list.documents, list.length, i);
                int32_t document = list.documents[i];
                double added = adds(&list, i);
                touched[seen] = document;
                seen += sums[document] == 0.0;
                sums[document] = added > sums[document] ? added : sums[document];
            }
        }
        for (Py_ssize_t at = 0; at < count; at++)
            for (Py_ssize_t i = 0; i < word[at].length; i++) {
                fetch_ahead(sums, 8, word[at].documents, word[at].length, i);
                int32_t document = word[at].documents[i];
                touched[seen] = document;
                seen += sums[document] == 0.0;
                sums[document] = (word[at].kind == STEM ? ceiling : sums[document]) + adds(&word[at], i);
            }
        rank_touched(touched, seen, sums, &ranked.sieve, &ranked.found);
        sort_found(&ranked.found);
        Py_END_ALLOW_THREADS
    }
    return end_ranked(self, &ranked, done);
}
