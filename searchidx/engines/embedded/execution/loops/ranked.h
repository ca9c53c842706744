/* `Lists.best`: the best documents of words and other lists, without a list of all that matches. */

/* What decides and does not score: whether a document lives, whether its day is allowed, whether it is among others. */
typedef struct {
    const uint8_t *living, *days;
    const Array *day_of;
    const uint64_t *among;
    int idle;
} Sieve;

INLINE int passes(const Sieve *sieve, int32_t document)
{
    return sieve->idle
        || ((!sieve->living || sieve->living[document])
            && (!sieve->days || sieve->days[item(sieve->day_of->data, sieve->day_of->width, document)])
            && (!sieve->among || (sieve->among[document >> 6] >> (document & 63) & 1)));
}

/* The best of a search so far, and how many there were. */
typedef struct {
    Best *heap;
    Py_ssize_t count, most, total;
    double least;
} Found;

/* The key that a document must reach; below it none is kept. */
INLINE double bar(const Found *found)
{
    if (found->count < found->most)
        return found->least;
    return found->most ? found->heap[0].key : INFINITY;
}

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

INLINE void offer_document(Found *found, double key, int32_t document)
{
    if (key >= bar(found))
        offer(found->heap, &found->count, found->most, key, document);
}

/* Rank the documents that were touched by their sums, and clear both. */
static void rank_touched(int32_t *touched, Py_ssize_t seen, double *sums, const Sieve *sieve, Found *found)
{
    for (Py_ssize_t i = 0; i < seen; i++) {
        int32_t document = touched[i];
        double key = sums[document];
        sums[document] = 0.0;
        touched[i] = 0;
        if (!passes(sieve, document))
            continue;
        found->total++;
        offer_document(found, key, document);
    }
    touched[seen] = 0;
}

/* Rank the documents that any of the lists has. */
static void rank_any(const Postings *lists, Py_ssize_t count, const Sieve *sieve, Scratch *scratch, Found *found)
{
    Py_ssize_t seen = 0;
    for (Py_ssize_t at = 0; at < count; at++)
        seen = add_list(&lists[at], scratch->sums, scratch->counts, seen);
    rank_touched(scratch->counts, seen, scratch->sums, sieve, found);
}

/* Documents to be ranked, rising, and where they stand in some lists: places[n][i] is the place of document i in list n,
   or there is no places[n]. */
typedef struct {
    const int32_t *documents;
    int32_t **places;
    Py_ssize_t count;
} Candidates;

INLINE double adds(const Postings *of, Py_ssize_t place)
{
    return of->weight * of->norms[of->width == 2 ? ((const uint16_t *)of->codes)[place] : ((const uint32_t *)of->codes)[place]];
}

/* Rank documents. `cursors` are as many as there are lists: where each was read last, since documents rise; `known` says
   where the document in hand stands in each, -1 for nowhere. */
static void rank_these(const Candidates *these, const Postings *lists, Py_ssize_t count, const Sieve *sieve,
    Py_ssize_t *cursors, Py_ssize_t *known, Found *found)
{
    int bounded = 1;
    for (Py_ssize_t at = 0; at < count; at++)
        bounded &= lists[at].kind != OTHER;
    for (Py_ssize_t i = 0; i < these->count; i++) {
        int32_t document = these->documents[i];
        if (!passes(sieve, document))
            continue;
        found->total++;
        /* First the stems alone: an exact form stands no more often than its stem, so that its norm is no larger, and
           most documents need not be looked up in the lists of exact forms. */
        double bound = 0.0, key = 0.0;
        for (Py_ssize_t at = 0; at < count; at++) {
            const Postings *of = &lists[at];
            if (of->kind == EXACT) {
                if (known[at - 1] >= 0)
                    bound += of->weight * lists[at - 1].norms[item(lists[at - 1].codes, lists[at - 1].width, known[at - 1])];
                continue;
            }
            if (these->places && these->places[at])
                known[at] = these->places[at][i];
            else {
                Py_ssize_t place = cursors[at] = seek(of->documents, 4, of->length, cursors[at], document);
                known[at] = place < of->length && of->documents[place] == document ? place : -1;
            }
            if (known[at] >= 0)
                bound += adds(of, known[at]);
        }
        if (bounded && bound * SLACK < bar(found))
            continue;
        for (Py_ssize_t at = 0; at < count; at++) {
            const Postings *of = &lists[at];
            if (of->kind == EXACT) {
                if (known[at - 1] < 0)
                    continue;
                Py_ssize_t place = cursors[at] = seek(of->documents, 4, of->length, cursors[at], document);
                known[at] = place < of->length && of->documents[place] == document ? place : -1;
            }
            if (known[at] >= 0)
                key += adds(of, known[at]);
        }
        offer_document(found, key, document);
    }
}

/* Rank the documents of a word. */
static void rank_word(const Postings *stem, const Postings *exact, const Sieve *sieve, Found *found)
{
    double both = (stem->weight + (exact ? exact->weight : 0.0)) * SLACK;
    Py_ssize_t place = 0;
    if (sieve->idle)
        found->total = stem->length;
    for (Py_ssize_t i = 0; i < stem->length; i++) {
        double norm = stem->norms[item(stem->codes, stem->width, i)];
        /* As in `rank_these`: most documents of a common word are passed over by a look at their code. */
        if (sieve->idle && norm * both < bar(found))
            continue;
        int32_t document = stem->documents[i];
        if (!sieve->idle) {
            if (!passes(sieve, document))
                continue;
            found->total++;
            if (norm * both < bar(found))
                continue;
        }
        double key = stem->weight * norm;
        if (exact) {
            place = seek(exact->documents, 4, exact->length, place, document);
            if (place < exact->length && exact->documents[place] == document)
                key += adds(exact, place);
        }
        offer_document(found, key, document);
    }
}

/* Keep those of `count` candidates that a list has, too, and write down where they stand in it. */
INLINE Py_ssize_t join(int32_t *documents, int32_t **places, Py_ssize_t lists, Py_ssize_t count, const Postings *of, int32_t *here)
{
    Py_ssize_t found = 0, i = 0, place = 0;
    if (of->length > MUCH_LONGER * count) {
        for (; i < count; i++) {
            place = seek(of->documents, 4, of->length, place, documents[i]);
            if (place < of->length && of->documents[place] == documents[i]) {
                documents[found] = documents[i];
                for (Py_ssize_t n = 0; n < lists; n++)
                    places[n][found] = places[n][i];
                here[found++] = (int32_t)place;
            }
        }
        return found;
    }
    /* Side by side without a branch, as in find_among. */
    while (i < count && place < of->length) {
        int32_t a = documents[i], b = of->documents[place];
        documents[found] = a;
        for (Py_ssize_t n = 0; n < lists; n++)
            places[n][found] = places[n][i];
        here[found] = (int32_t)place;
        found += a == b;
        i += a <= b;
        place += b <= a;
    }
    return found;
}

/* Rank the documents that have the stems of all words. `order` has the places of the stems in `lists`, the shortest first. */
static int rank_every(const Postings *lists, Py_ssize_t count, const Py_ssize_t *order, Py_ssize_t words, const Sieve *sieve,
    Py_ssize_t *cursors, Py_ssize_t *known, Found *found)
{
    const Postings *shortest = &lists[order[0]];
    size_t room = (size_t)shortest->length + 1;
    int32_t *memory = malloc(room * (size_t)(words + 1) * sizeof *memory);
    int32_t **places = calloc((size_t)(count + words), sizeof *places), **in_order = places + count;
    if (memory && places) {
        int32_t *documents = memory;
        for (Py_ssize_t n = 0; n < words; n++)
            places[order[n]] = in_order[n] = memory + room * (size_t)(n + 1);
        memcpy(documents, shortest->documents, (room - 1) * sizeof *documents);
        for (Py_ssize_t i = 0; i < shortest->length; i++)
            in_order[0][i] = (int32_t)i;
        Py_ssize_t left = shortest->length;
        for (Py_ssize_t n = 1; n < words && left; n++)
            left = n == 1 ? join(documents, in_order, 1, left, &lists[order[n]], in_order[n])
                          : join(documents, in_order, n, left, &lists[order[n]], in_order[n]);
        Candidates these = {documents, places, left};
        rank_these(&these, lists, count, sieve, cursors, known, found);
    }
    free(memory);
    free(places);
    return memory && places;
}

/* Look at all that the best hits are made of in one go, so that the memory is waited for once. */
static void fetch(const Lists *of, const Found *found)
{
#if defined(__GNUC__)
    for (Py_ssize_t i = 0; i < found->count; i++) {
        Py_ssize_t length;
        __builtin_prefetch(text_of(&of->ids, (Py_ssize_t)found->heap[i].place, &length));
        __builtin_prefetch((const char *)of->day_of.data + of->day_of.width * found->heap[i].place);
    }
#endif
}

/* A list of (id, score, date). */
static PyObject *as_rows(const Lists *of, const Found *found)
{
    fetch(of, found);
    allocfunc allocate = PyType_GetSlot(of->row, Py_tp_alloc);
    PyObject *rows = PyList_New(found->count);
    for (Py_ssize_t i = 0; rows && i < found->count; i++) {
        Py_ssize_t document = (Py_ssize_t)found->heap[i].place, length;
        const char *id = (const char *)text_of(&of->ids, document, &length);
        PyObject *date = PyList_GetItem(of->dates, (Py_ssize_t)item(of->day_of.data, of->day_of.width, document));
        PyObject *row = allocate(of->row, 3), *text = PyUnicode_DecodeUTF8(id, length, NULL);
        PyObject *score = PyFloat_FromDouble(found->heap[i].key);
        if (!date || !row || !text || !score) {
            Py_XDECREF(row);
            Py_XDECREF(text);
            Py_XDECREF(score);
            Py_CLEAR(rows);
            break;
        }
        PyTuple_SetItem(row, 0, text);
        PyTuple_SetItem(row, 1, score);
        PyTuple_SetItem(row, 2, Py_NewRef(date));
        PyList_SetItem(rows, i, row);
    }
    return rows;
}

/* Read (allowed days, allowed documents), none for all; the documents are marked in the bits of the scratch memory. */
static int read_sieve(Call *call, const Lists *of, PyObject *pair, Scratch *scratch, Array *marked, Sieve *sieve)
{
    Array allowed = {0};
    *marked = (Array){0};
    PyObject *days = PyTuple_GetItem(pair, 0), *among = days ? PyTuple_GetItem(pair, 1) : NULL;
    if (!among)
        return 0;
    if ((days != Py_None && !read_array(call, days, 1, 1, &allowed))
        || (among != Py_None && !read_documents(call, among, of->size, marked)))
        return 0;
    if (days != Py_None && allowed.length != PyList_Size(of->dates)) {
        PyErr_SetString(PyExc_ValueError, "there must be a flag for each day");
        return 0;
    }
    *sieve = (Sieve){of->living.data, allowed.data, &of->day_of, among != Py_None ? scratch->bits : NULL, 0};
    sieve->idle = !sieve->living && !sieve->days && !sieve->among;
    const int32_t *document = marked->data;
    for (Py_ssize_t i = 0; i < marked->length; i++)
        scratch->bits[document[i] >> 6] |= (uint64_t)1 << (document[i] & 63);
    return 1;
}

static void forget_marked(const Array *marked, Py_ssize_t size, Scratch *scratch)
{
    const int32_t *document = marked->data;
    if (marked->length > size / 64) {
        memset(scratch->bits, 0, (size_t)(size / 64 + 1) * sizeof *scratch->bits);
        return;
    }
    for (Py_ssize_t i = 0; i < marked->length; i++)
        scratch->bits[document[i] >> 6] = 0;
}

/* best(matching, ranking, allowed, wanted) -> (how many, the best as (id, score, date)) */
static PyObject *best(PyObject *object, PyObject *const *args, Py_ssize_t given)
{
    const Lists *self = (const Lists *)object;
    Call call;
    begin_call(&call);
    PyObject *result = NULL, *rows;
    Postings *lists = NULL;
    Scratch *scratch = NULL;
    Py_ssize_t *cursors = NULL, count = 0;
    Array these = {0}, marked = {0};
    Sieve sieve;
    Found found = {0};
    if (!takes(given, 4) || !read_wanted(args[3], self->size, &found))
        return NULL;
    int any = args[0] == Py_False, every = args[0] == Py_True, ready = 1;
    if (!(lists = read_lists(&call, args[1], self->size, self, &count)) || !(scratch = borrow(self->size))
        || (!any && !every && !read_documents(&call, args[0], self->size, &these))
        || !read_sieve(&call, self, args[2], scratch, &marked, &sieve))
        goto done;
    cursors = PyMem_Calloc((size_t)(3 * count + 1), sizeof *cursors);
    found.heap = PyMem_Malloc((size_t)(found.most + 1) * sizeof *found.heap);
    if (!cursors || !found.heap) {
        PyErr_NoMemory();
        goto done;
    }
    Py_ssize_t *known = cursors + count, *order = known + count, words = 0;
    for (Py_ssize_t at = 0; at < count; at++)
        if (lists[at].kind == STEM) {
            Py_ssize_t place = words++;
            for (; place && lists[order[place - 1]].length > lists[at].length; place--)
                order[place] = order[place - 1];
            order[place] = at;
        }
    if ((every && !words) || (any && !count))
        goto found_all;
    Py_BEGIN_ALLOW_THREADS
    if (words == 1 && count <= 2 && (any || every) && (count == 1 || lists[1].kind == EXACT))
        rank_word(&lists[0], count == 2 ? &lists[1] : NULL, &sieve, &found);
    else if (any)
        rank_any(lists, count, &sieve, scratch, &found);
    else if (every)
        ready = rank_every(lists, count, order, words, &sieve, cursors, known, &found);
    else {
        Candidates all = {these.data, NULL, these.length};
        rank_these(&all, lists, count, &sieve, cursors, known, &found);
    }
    qsort(found.heap, (size_t)found.count, sizeof *found.heap, in_order);
    Py_END_ALLOW_THREADS
found_all:
    if (!ready)
        PyErr_NoMemory();
    else if ((rows = as_rows(self, &found)))
        result = Py_BuildValue("nN", found.total, rows);
done:
    if (scratch) {
        forget_marked(&marked, self->size, scratch);
        give_back(scratch);
    }
    PyMem_Free(found.heap);
    PyMem_Free(cursors);
    PyMem_Free(lists);
    end_call(&call);
    return result;
}
