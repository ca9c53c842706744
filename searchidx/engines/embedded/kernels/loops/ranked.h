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

/* The key that a document must reach; below it none is kept. */
INLINE double bar(const Found *found)
{
    if (found->count < found->most)
        return found->least;
    return found->most ? found->heap[0].key : INFINITY;
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
        fetch_ahead(sums, 8, touched, seen, i);
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

/* Add, as `add_postings` does, what a list gives to those of its documents that pass. Whether one passes is read from less
   memory than its sum, which for most need not be looked at then. */
INLINE Py_ssize_t add_passing(const Postings *of, int width, const Sieve *sieve, double *sums, int32_t *touched, Py_ssize_t count)
{
    for (Py_ssize_t i = 0; i < of->length; i++) {
        int32_t document = of->documents[i];
        if (!passes(sieve, document))
            continue;
        double sum = sums[document];
        touched[count] = document;
        count += !(sum > 0.0);
        sums[document] = sum + of->weight * of->norms[item(of->codes, width, i)];
    }
    return count;
}

/* A word of a ranking. */
typedef struct {
    const Postings *stem;
    const int32_t *places; /* where each document to be ranked stands in the stem's list; NULL where that is not known */
    double most;           /* what it gives at the most, if its exact form stands wherever the stem does, for a norm of 1 */
    double rest;           /* what it and the words behind it give at the most: no norm reaches 1, see scoring.bm25 */
} Word;

/* What adds to scores, and the words of it, the rarest first. `cursors` are as many as there are lists: where each was read
   last, since documents rise; `known` says where the document in hand stands in each, -1 for nowhere. */
typedef struct {
    Postings *lists;
    Word *words;
    Py_ssize_t *cursors, *known;
    Py_ssize_t count, word_count;
    int bounded; /* whether all are words */
} Ranking;

/* Read what adds to scores, nothing where there is no `sequence`. */
static int read_ranking(Call *call, PyObject *sequence, const Lists *of, Ranking *ranking)
{
    *ranking = (Ranking){0};
    if (!sequence)
        return 1;
    if (!(ranking->lists = read_lists(call, sequence, of->size, of, &ranking->count)))
        return 0;
    Py_ssize_t count = ranking->count, words = 0;
    ranking->cursors = PyMem_Calloc((size_t)(2 * count + 1), sizeof *ranking->cursors);
    ranking->words = PyMem_Malloc((size_t)(count + 1) * sizeof *ranking->words);
    if (!ranking->cursors || !ranking->words)
        return PyErr_NoMemory() != NULL;
    ranking->known = ranking->cursors + count;
    ranking->bounded = 1;
    for (Py_ssize_t at = 0; at < count; at++) {
        const Postings *of = &ranking->lists[at];
        ranking->bounded &= of->kind != OTHER;
        if (of->kind != STEM)
            continue;
        Py_ssize_t place = words++;
        for (; place && ranking->words[place - 1].stem->length > of->length; place--)
            ranking->words[place] = ranking->words[place - 1];
        double of_exact = at + 1 < count && of[1].kind == EXACT ? of[1].weight : 0.0;
        ranking->words[place] = (Word){of, NULL, of->weight + of_exact, 0.0};
    }
    ranking->word_count = words;
    for (double rest = 0.0; words--;)
        ranking->words[words].rest = rest += ranking->words[words].most;
    return 1;
}

static void free_ranking(Ranking *ranking)
{
    PyMem_Free(ranking->words);
    PyMem_Free(ranking->cursors);
    PyMem_Free(ranking->lists);
}

INLINE double norm_at(const Postings *of, Py_ssize_t place)
{
    return of->norms[item(of->codes, of->width, place)];
}

INLINE double adds(const Postings *of, Py_ssize_t place)
{
    return of->weight * norm_at(of, place);
}

/* Return where a document stands in a list, -1 for nowhere; it is not before `from`. */
INLINE Py_ssize_t look_up(const Postings *of, Py_ssize_t *cursor, Py_ssize_t from, int32_t document)
{
    Py_ssize_t place = *cursor = seek(of->documents, 4, of->length, *cursor > from ? *cursor : from, document);
    return place < of->length && of->documents[place] == document ? place : -1;
}

/* Return before which place of an exact form's list no document is that stands at `place` in its stem's: the form stands
   where the stem does, but for a few documents. Most are found at once, where a search would wait for memory. */
INLINE Py_ssize_t least_place(const Postings *stem, const Postings *exact, Py_ssize_t place)
{
    return place - (stem->length - exact->length);
}

/* Whether a document may reach the bar; `i` is its place among those to be ranked. An exact form stands no more often than
   its stem, so that its norm is no larger, and the stems alone tell what a document has at the most: few need to be looked
   up in the lists of exact forms, and those that the rare words leave behind not even in those of common words. */
INLINE int may_reach(double least, const Ranking *ranking, int32_t document, Py_ssize_t i)
{
    double bound = 0.0;
    for (const Word *word = ranking->words, *end = word + ranking->word_count; word < end; word++) {
        if (ranking->bounded && (bound + word->rest) * SLACK < least)
            return 0;
        Py_ssize_t at = word->stem - ranking->lists;
        Py_ssize_t place = word->places ? word->places[i] : look_up(word->stem, &ranking->cursors[at], 0, document);
        ranking->known[at] = place;
        if (place >= 0)
            bound += word->most * norm_at(word->stem, place);
    }
    return !ranking->bounded || bound * SLACK >= least;
}

/* Rank documents, which rise. */
static void rank_these(const int32_t *documents, Py_ssize_t count, const Ranking *ranking, const Sieve *sieve, Found *found)
{
    for (Py_ssize_t i = 0; i < count; i++) {
        int32_t document = documents[i];
        if (!passes(sieve, document))
            continue;
        found->total++;
        if (!may_reach(bar(found), ranking, document, i))
            continue;
        double key = 0.0;
        for (Py_ssize_t at = 0; at < ranking->count; at++) {
            const Postings *of = &ranking->lists[at];
            Py_ssize_t place = of->kind == STEM ? ranking->known[at] : -1, *cursor = &ranking->cursors[at];
            if (of->kind == EXACT && ranking->known[at - 1] >= 0)
                place = look_up(of, cursor, least_place(of - 1, of, ranking->known[at - 1]), document);
            else if (of->kind == OTHER)
                place = look_up(of, cursor, 0, document);
            if (place >= 0)
                key += adds(of, place);
        }
        offer_document(found, key, document);
    }
}

/* Rank the documents of a word. */
static void rank_word(const Postings *stem, const Postings *exact, const Sieve *sieve, Found *found)
{
    double both = (stem->weight + (exact ? exact->weight : 0.0)) * SLACK;
    Py_ssize_t cursor = 0;
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
        Py_ssize_t of_exact = exact ? look_up(exact, &cursor, least_place(stem, exact, i), document) : -1;
        if (of_exact >= 0)
            key += adds(exact, of_exact);
        offer_document(found, key, document);
    }
}

/* Add what lists give to the sums of those of their documents that pass; `counts` has which these are, each once. */
static Py_ssize_t add_lists(const Postings *lists, Py_ssize_t count, const Sieve *sieve, Scratch *scratch, Py_ssize_t seen)
{
    for (Py_ssize_t at = 0; at < count; at++) {
        const Postings *of = &lists[at];
        if (sieve->idle)
            seen = add_list(of, scratch->sums, scratch->counts, seen);
        else
            seen = of->width == 2 ? add_passing(of, 2, sieve, scratch->sums, scratch->counts, seen)
                                  : add_passing(of, 4, sieve, scratch->sums, scratch->counts, seen);
    }
    return seen;
}

/* Set the bits of the documents that were touched, and the key that the best must reach, by what these have so far. */
static void mark_touched(const int32_t *touched, Py_ssize_t seen, const double *sums, uint64_t *bits, Found *found)
{
    for (Py_ssize_t i = 0; i < seen; i++) {
        int32_t document = touched[i];
        fetch_ahead(sums, 8, touched, seen, i);
        bits[document >> 6] |= (uint64_t)1 << (document & 63);
        offer_document(found, sums[document], document);
    }
    found->least = bar(found);
    found->count = 0;
}

/* Add what a word gives to the sums of the documents whose bits are set, and rank the others of its documents that pass:
   few of them can be among the best, and most are passed over by a look at their code, as in `rank_word`. */
static void rank_rest(
    const Postings *stem, const Postings *exact, const Sieve *sieve, const uint64_t *bits, double *sums, Found *found)
{
    double both = (stem->weight + (exact ? exact->weight : 0.0)) * SLACK;
    Py_ssize_t cursor = 0;
    for (Py_ssize_t i = 0; i < stem->length; i++) {
        int32_t document = stem->documents[i];
        int touched = bits[document >> 6] >> (document & 63) & 1;
        double norm = norm_at(stem, i);
        if (!touched) {
            if (!passes(sieve, document))
                continue;
            found->total++;
            if (norm * both < bar(found))
                continue;
        }
        double key = (touched ? sums[document] : 0.0) + stem->weight * norm;
        Py_ssize_t of_exact = exact ? look_up(exact, &cursor, least_place(stem, exact, i), document) : -1;
        if (of_exact >= 0)
            key += adds(exact, of_exact);
        if (touched)
            sums[document] = key;
        else
            offer_document(found, key, document);
    }
}

/* Where the words before the last have no more than one document in so many, few of its own are among theirs. */
#define FEW_TOUCHED 8

/* Rank the documents that any of the lists has. Where `bits` are given, which are clear, there are words alone, the commonest
   last: those before it are added up first, and tell what the best have at the least. After Turtle and Flood, "Query
   evaluation: strategies and optimizations", 1995. */
static void rank_any(const Ranking *ranking, const Sieve *sieve, Scratch *scratch, uint64_t *bits, Py_ssize_t size, Found *found)
{
    const Postings *lists = ranking->lists, *end = lists + ranking->count;
    const Postings *exact = end[-1].kind == EXACT ? end - 1 : NULL, *last = exact ? exact - 1 : end - 1;
    Py_ssize_t seen = add_lists(lists, last - lists, sieve, scratch, 0);
    if (bits && seen <= size / FEW_TOUCHED && seen <= last->length) {
        mark_touched(scratch->counts, seen, scratch->sums, bits, found);
        rank_rest(last, exact, sieve, bits, scratch->sums, found);
        for (Py_ssize_t i = 0; i < seen; i++)
            bits[scratch->counts[i] >> 6] = 0;
    } else
        seen = add_lists(last, end - last, sieve, scratch, seen);
    rank_touched(scratch->counts, seen, scratch->sums, &(Sieve){.idle = 1}, found);
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

/* Rank the documents that have the stems of all words. */
static int rank_every(Ranking *ranking, const Sieve *sieve, Found *found)
{
    Py_ssize_t words = ranking->word_count;
    const Postings *shortest = ranking->words[0].stem;
    size_t room = (size_t)shortest->length + 1;
    int32_t *memory = malloc(room * (size_t)(words + 1) * sizeof *memory);
    int32_t **places = malloc((size_t)words * sizeof *places);
    if (memory && places) {
        int32_t *documents = memory;
        for (Py_ssize_t n = 0; n < words; n++)
            ranking->words[n].places = places[n] = memory + room * (size_t)(n + 1);
        memcpy(documents, shortest->documents, (room - 1) * sizeof *documents);
        for (Py_ssize_t i = 0; i < shortest->length; i++)
            places[0][i] = (int32_t)i;
        Py_ssize_t left = shortest->length;
        for (Py_ssize_t n = 1; n < words && left; n++)
            left = n == 1 ? join(documents, places, 1, left, ranking->words[n].stem, places[n])
                          : join(documents, places, n, left, ranking->words[n].stem, places[n]);
        rank_these(documents, left, ranking, sieve, found);
    }
    free(memory);
    free(places);
    return memory && places;
}

/* Fetch all that the best hits are made of, so that memory is waited for once. */
static void fetch_hits(const Lists *of, const Found *found)
{
    for (Py_ssize_t i = 0; i < found->count; i++) {
        Py_ssize_t document = (Py_ssize_t)found->heap[i].place, length;
        fetch(text_of(&of->ids, document, &length), 1, 0);
        fetch(of->day_of.data, of->day_of.width, document);
    }
}

/* A list of (id, score, date). */
static PyObject *as_rows(const Lists *of, const Found *found)
{
    fetch_hits(of, found);
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
    Array allowed = {0}, documents = {0};
    PyObject *days = PyTuple_GetItem(pair, 0), *among = days ? PyTuple_GetItem(pair, 1) : NULL;
    if (!among)
        return 0;
    if ((days != Py_None && !read_array(call, days, 1, 1, &allowed))
        || (among != Py_None && !read_documents(call, among, of->size, &documents)))
        return 0;
    if (days != Py_None && allowed.length != PyList_Size(of->dates)) {
        PyErr_SetString(PyExc_ValueError, "there must be a flag for each day");
        return 0;
    }
    *sieve = (Sieve){of->living.data, allowed.data, &of->day_of, among != Py_None ? scratch->bits : NULL, 0};
    sieve->idle = !sieve->living && !sieve->days && !sieve->among;
    /* Only now, for what is marked is forgotten in any case, and what was refused may lie outside of the memory. */
    *marked = documents;
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

/* What the calls that rank have in common. */
typedef struct {
    Call call;
    Scratch *scratch;
    Array marked;
    Ranking ranking;
    Sieve sieve;
    Found found;
} Ranked;

static int begin_ranked(const Lists *self, PyObject *ranking, PyObject *allowed, PyObject *wanted, Ranked *ranked)
{
    begin_call(&ranked->call);
    ranked->scratch = NULL;
    ranked->marked = (Array){0};
    ranked->found = (Found){0};
    if (!read_ranking(&ranked->call, ranking, self, &ranked->ranking) || !read_wanted(wanted, self->size, &ranked->found)
        || !(ranked->scratch = borrow(self->size))
        || !read_sieve(&ranked->call, self, allowed, ranked->scratch, &ranked->marked, &ranked->sieve))
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
    free_ranking(&ranked->ranking);
    end_call(&ranked->call);
    return rows ? Py_BuildValue("nN", ranked->found.total, rows) : NULL;
}

INLINE void sort_found(Found *found)
{
    qsort(found->heap, (size_t)found->count, sizeof *found->heap, in_order);
}

/* best(matching, ranking, allowed, wanted) -> (how many, the best as (id, score, date)) */
static PyObject *best(PyObject *object, PyObject *const *args, Py_ssize_t given)
{
    const Lists *self = (const Lists *)object;
    Ranked ranked;
    Array these = {0};
    if (!takes(given, 4))
        return NULL;
    int any = args[0] == Py_False, every = args[0] == Py_True;
    int done = begin_ranked(self, args[1], args[2], args[3], &ranked)
        && (any || every || read_documents(&ranked.call, args[0], self->size, &these));
    Ranking *ranking = &ranked.ranking;
    Py_ssize_t count = ranking->count, words = ranking->word_count;
    int one = words == 1 && count <= 2 && (any || every) && (count == 1 || ranking->lists[1].kind == EXACT);
    /* The bits of the scratch memory are taken by what the sieve allows: there are others for what has a word. */
    Scratch *had = NULL;
    if (done && any && !one && words && ranking->bounded)
        done = (had = borrow(self->size)) != NULL;
    if (done && !(every && !words) && !(any && !count)) {
        Found *found = &ranked.found;
        Py_BEGIN_ALLOW_THREADS
        if (one)
            rank_word(&ranking->lists[0], count == 2 ? &ranking->lists[1] : NULL, &ranked.sieve, found);
        else if (any)
            rank_any(ranking, &ranked.sieve, ranked.scratch, had ? had->bits : NULL, self->size, found);
        else if (every)
            done = rank_every(ranking, &ranked.sieve, found);
        else
            rank_these(these.data, these.length, ranking, &ranked.sieve, found);
        sort_found(found);
        Py_END_ALLOW_THREADS
        if (!done)
            PyErr_NoMemory();
    }
    if (had)
        give_back(had);
    return end_ranked(self, &ranked, done);
}
