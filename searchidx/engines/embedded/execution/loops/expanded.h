/* `Lists.any_of` and `Lists.fuzzy`: the best documents of what a pattern or a misspelt word stands for. */

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
