/* Phrases: words that stand one behind the other; `Lists.phrase`. */

/* A word of a phrase: its posting list, its positions, and how many words of the phrase come before it. */
typedef struct {
    Postings list;
    const char *positions;
    Py_ssize_t length;
    int64_t shift;
} Follower;

/* Where a phrase may begin, and which of the positions of its rarest word is there. */
typedef struct {
    int64_t start;
    Py_ssize_t place;
} Beginning;

/* A phrase, its words from the rarest to the commonest, and where it was found: where it begins, then in which documents
   and where these stand in the list of the rarest word. */
typedef struct {
    Follower *words;
    Py_ssize_t word_count, count;
    Array positions, bases;
    Beginning *beginnings;
    int32_t *documents, *places;
} Phrase;

/* Read (position lists, positions, bases) and a list of the numbers of stems. */
static int read_phrase(Call *call, const Lists *of, PyObject *arrays, PyObject *stems, Phrase *phrase)
{
    *phrase = (Phrase){0};
    if (!of) {
        PyErr_SetString(PyExc_TypeError, "stems are numbered by Lists");
        return 0;
    }
    if (!is_tuple(arrays, 3, "positions are (position lists, positions, bases)"))
        return 0;
    Array offsets;
    Py_ssize_t count = PyList_Size(stems);
    if (count < 0 || !read_array(call, PyTuple_GetItem(arrays, 0), 4, 8, &offsets)
        || !read_array(call, PyTuple_GetItem(arrays, 1), 4, 8, &phrase->positions)
        || !read_array(call, PyTuple_GetItem(arrays, 2), 4, 8, &phrase->bases))
        return 0;
    if (!count) {
        PyErr_SetString(PyExc_ValueError, "a phrase has no word");
        return 0;
    }
    if (!(phrase->words = PyMem_Malloc((size_t)count * sizeof *phrase->words)))
        return PyErr_NoMemory() != NULL;
    for (Py_ssize_t at = 0; at < count; at++) {
        Py_ssize_t stem = PyLong_AsSsize_t(PyList_GetItem(stems, at)), place = at;
        Follower word = {.shift = at};
        if (PyErr_Occurred() || !numbered_list(of, stem, 0.0, STEM, &word.list))
            return 0;
        if (stem >= offsets.length - 1) {
            PyErr_Format(PyExc_IndexError, "there are no positions of stem %zd", stem);
            return 0;
        }
        int64_t start = item(offsets.data, offsets.width, stem);
        word.positions = (const char *)phrase->positions.data + start * phrase->positions.width;
        word.length = (Py_ssize_t)(item(offsets.data, offsets.width, stem + 1) - start);
        fetch(word.positions, phrase->positions.width, 0);
        for (; place && phrase->words[place - 1].length > word.length; place--)
            phrase->words[place] = phrase->words[place - 1];
        phrase->words[place] = word;
    }
    phrase->word_count = count;
    size_t most = (size_t)phrase->words[0].length + 1;
    phrase->beginnings = PyMem_Malloc(most * (sizeof *phrase->beginnings + 2 * sizeof *phrase->documents));
    if (!phrase->beginnings)
        return PyErr_NoMemory() != NULL;
    phrase->documents = (int32_t *)(phrase->beginnings + most);
    phrase->places = phrase->documents + most;
    return 1;
}

static void free_phrase(Phrase *phrase)
{
    PyMem_Free(phrase->beginnings);
    PyMem_Free(phrase->words);
}

/* Keep the beginnings that a word follows, too. */
INLINE Py_ssize_t keep_followed(Beginning *beginnings, Py_ssize_t count, const Follower *word, int width)
{
    Py_ssize_t length = word->length, found = 0, place = 0, i = 0;
    if (length > MUCH_LONGER * count) {
        for (; i < count; i++) {
            int64_t wanted = beginnings[i].start + word->shift;
            place = seek(word->positions, width, length, place, wanted);
            if (place < length && item(word->positions, width, place) == wanted)
                beginnings[found++] = beginnings[i];
        }
        return found;
    }
    while (i < count && place < length) {
        Beginning a = beginnings[i];
        int64_t b = item(word->positions, width, place) - word->shift;
        beginnings[found] = a;
        found += a.start == b;
        i += a.start <= b;
        place += b <= a.start;
    }
    return found;
}

/* Return how many beginnings there are. */
INLINE Py_ssize_t find_beginnings(const Phrase *phrase, int width)
{
    const Follower *rarest = &phrase->words[0];
    Py_ssize_t found = rarest->length;
    for (Py_ssize_t i = 0; i < found; i++)
        phrase->beginnings[i] = (Beginning){item(rarest->positions, width, i) - rarest->shift, i};
    for (Py_ssize_t at = 1; at < phrase->word_count; at++)
        found = keep_followed(phrase->beginnings, found, &phrase->words[at], width);
    return found;
}

/* Find the documents that have a phrase. */
static void find_phrase(Phrase *phrase)
{
    const Postings *rarest = &phrase->words[0].list;
    Py_ssize_t found = phrase->positions.width == 4 ? find_beginnings(phrase, 4) : find_beginnings(phrase, 8);
    /* The document of a position is not sought: it stands as far before the position's own place as there are documents up
       to there that have the word again, which are few. */
    Py_ssize_t again = 0, last = -1;
    for (Py_ssize_t i = 0; i < found && rarest->length; i++) {
        Beginning here = phrase->beginnings[i];
        Py_ssize_t place = here.place - again < rarest->length ? here.place - again : rarest->length - 1;
        while (place > 0 && item(phrase->bases.data, phrase->bases.width, rarest->documents[place]) > here.start)
            place--;
        again = here.place - place;
        if (place != last) {
            phrase->documents[phrase->count] = rarest->documents[place];
            phrase->places[phrase->count++] = (int32_t)(last = place);
        }
    }
}

/* phrase_documents(numbered, positions, stems) -> the documents, as bytes */
static PyObject *phrase_documents(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    if (!takes(given, 3))
        return NULL;
    Call call;
    begin_call(&call);
    Phrase phrase;
    PyObject *result = NULL;
    if (read_phrase(&call, as_lists(args[0]), args[1], args[2], &phrase)) {
        Py_BEGIN_ALLOW_THREADS
        find_phrase(&phrase);
        Py_END_ALLOW_THREADS
        Py_ssize_t size = phrase.count * (Py_ssize_t)sizeof *phrase.documents;
        result = PyBytes_FromStringAndSize((const char *)phrase.documents, size);
    }
    free_phrase(&phrase);
    end_call(&call);
    return result;
}

/* An empty list begins where the next one does. */
static int is_same_list(const Postings *one, const Postings *other)
{
    return one->documents == other->documents && one->length == other->length;
}

/* phrase(positions, stems, ranking, allowed, wanted) -> as `best`, of the documents in which stems stand one behind the
   other */
static PyObject *best_of_phrase(PyObject *object, PyObject *const *args, Py_ssize_t given)
{
    const Lists *self = (const Lists *)object;
    Ranked ranked;
    Phrase phrase = {0};
    if (!takes(given, 5))
        return NULL;
    int done = begin_ranked(self, args[2], args[3], args[4], &ranked)
        && read_phrase(&ranked.call, self, args[0], args[1], &phrase);
    if (done) {
        const Ranking *ranking = &ranked.ranking;
        Py_BEGIN_ALLOW_THREADS
        find_phrase(&phrase);
        for (Py_ssize_t n = 0; n < ranking->word_count; n++)
            if (is_same_list(ranking->words[n].stem, &phrase.words[0].list))
                ranking->words[n].places = phrase.places;
        rank_these(phrase.documents, phrase.count, ranking, &ranked.sieve, &ranked.found);
        sort_found(&ranked.found);
        Py_END_ALLOW_THREADS
    }
    free_phrase(&phrase);
    return end_ranked(self, &ranked, done);
}
