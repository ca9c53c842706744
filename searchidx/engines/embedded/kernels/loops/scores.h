/* What posting lists add to the scores of documents. */

/* So many sums come from memory together. */
#define TOGETHER 8

/* Whether hardly any two documents of a list have their sums together. */
static int are_apart(const Postings *of)
{
    return of->length && of->documents[of->length - 1] / TOGETHER >= of->length;
}

/* Add what a list gives to the sums of its documents, and write down which were touched first here. A sum of zero says
   that a document was not touched: each list gives more than nothing. The number is written in any case and kept by the
   count, without a branch. */
INLINE Py_ssize_t add_postings(const Postings *of, int width, int apart, double *sums, int32_t *touched, Py_ssize_t count)
{
    const Postings list = *of;
    for (Py_ssize_t i = 0; i < list.length; i++) {
        int32_t document = list.documents[i];
        if (apart)
            fetch_ahead(sums, 8, list.documents, list.length, i);
        double sum = sums[document];
        touched[count] = document;
        count += !(sum > 0.0);
        sums[document] = sum + list.weight * list.norms[item(list.codes, width, i)];
    }
    return count;
}

static Py_ssize_t add_list(const Postings *of, double *sums, int32_t *touched, Py_ssize_t count)
{
    if (are_apart(of))
        return of->width == 2 ? add_postings(of, 2, 1, sums, touched, count) : add_postings(of, 4, 1, sums, touched, count);
    return of->width == 2 ? add_postings(of, 2, 0, sums, touched, count) : add_postings(of, 4, 0, sums, touched, count);
}

/* The `Lists` whose numbers words have; NULL for none. */
static const Lists *as_lists(PyObject *object);

/* union_scored(lists, size, numbered, documents, scores) -> how many */
static PyObject *union_scored(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Call call;
    begin_call(&call);
    Array numbers, sums;
    Py_ssize_t size, count, found = -1, most = 0;
    Postings *lists = NULL;
    Scratch *scratch = NULL;
    if (!takes(given, 5) || !read_size(args[1], &size)
        || !(lists = read_lists(&call, args[0], size, as_lists(args[2]), &count)))
        goto done;
    for (Py_ssize_t at = 0; at < count; at++)
        most += lists[at].length;
    most = most < size ? most : size;
    if (write_array(&call, args[3], 4, most + 1, &numbers) && write_array(&call, args[4], 8, most, &sums)
        && (scratch = borrow(size))) {
        int32_t *documents = numbers.data;
        double *scores = sums.data;
        found = 0;
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t at = 0; at < count; at++)
            found = add_list(&lists[at], scratch->sums, documents, found);
        put_in_order(documents, found, size, scratch->bits);
        for (Py_ssize_t i = 0; i < found; i++) {
            scores[i] = scratch->sums[documents[i]];
            scratch->sums[documents[i]] = 0.0;
        }
        Py_END_ALLOW_THREADS
        give_back(scratch);
    }
done:
    PyMem_Free(lists);
    end_call(&call);
    return found < 0 ? NULL : PyLong_FromSsize_t(found);
}

INLINE void add_to_sums(const Postings *of, int width, double *sums)
{
    for (Py_ssize_t i = 0; i < of->length; i++)
        sums[of->documents[i]] += of->weight * of->norms[item(of->codes, width, i)];
}

/* Add what a list gives to the scores of those of some documents that it has. */
INLINE void add_to_scores(const Postings *of, int width, const int32_t *documents, Py_ssize_t count, double *scores)
{
    Py_ssize_t i = 0, place = 0;
    if (of->documents == documents && of->length == count) {
        for (; i < count; i++)
            scores[i] += of->weight * of->norms[item(of->codes, width, i)];
    } else if (of->length > MUCH_LONGER * count) {
        for (; i < count; i++) {
            place = seek(of->documents, 4, of->length, place, documents[i]);
            if (place < of->length && of->documents[place] == documents[i])
                scores[i] += of->weight * of->norms[item(of->codes, width, place)];
        }
    } else if (count > MUCH_LONGER * of->length) {
        for (; place < of->length; place++) {
            i = seek(documents, 4, count, i, of->documents[place]);
            if (i < count && of->documents[place] == documents[i])
                scores[i] += of->weight * of->norms[item(of->codes, width, place)];
        }
    } else {
        /* Without a branch, as in find_among: to a score that is not negative zero may be added. */
        while (i < count && place < of->length) {
            int32_t a = documents[i], b = of->documents[place];
            double added = of->weight * of->norms[item(of->codes, width, place)];
            scores[i] += a == b ? added : 0.0;
            i += a <= b;
            place += b <= a;
        }
    }
}

/* About how many steps add_to_scores takes. */
static Py_ssize_t steps(const Postings *of, const int32_t *documents, Py_ssize_t count)
{
    if (of->documents == documents)
        return count;
    if (of->length > MUCH_LONGER * count)
        return MUCH_LONGER * count;
    return count > MUCH_LONGER * of->length ? MUCH_LONGER * of->length : count + of->length;
}

/* score(documents, lists, size, numbered, scores) */
static PyObject *score(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Call call;
    begin_call(&call);
    Array documents, out;
    Py_ssize_t size, count;
    Postings *lists = NULL;
    Scratch *scratch = NULL;
    int done = takes(given, 5) && read_size(args[2], &size) && read_documents(&call, args[0], size, &documents)
        && write_array(&call, args[4], 8, documents.length, &out)
        && (lists = read_lists(&call, args[1], size, as_lists(args[3]), &count)) && (scratch = borrow(size));
    if (done) {
        double *scores = out.data, *sums = scratch->sums;
        const int32_t *wanted = documents.data;
        Py_ssize_t walking = 0, postings = 0;
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t at = 0; at < count; at++) {
            walking += steps(&lists[at], wanted, documents.length);
            postings += lists[at].length;
        }
        if (2 * postings + documents.length < walking) {
            for (Py_ssize_t at = 0; at < count; at++)
                if (lists[at].width == 2)
                    add_to_sums(&lists[at], 2, sums);
                else
                    add_to_sums(&lists[at], 4, sums);
            for (Py_ssize_t i = 0; i < documents.length; i++)
                scores[i] = sums[wanted[i]];
            for (Py_ssize_t at = 0; at < count; at++)
                for (Py_ssize_t i = 0; i < lists[at].length; i++)
                    sums[lists[at].documents[i]] = 0.0;
        } else {
            memset(scores, 0, (size_t)documents.length * sizeof *scores);
            for (Py_ssize_t at = 0; at < count; at++)
                if (lists[at].width == 2)
                    add_to_scores(&lists[at], 2, wanted, documents.length, scores);
                else
                    add_to_scores(&lists[at], 4, wanted, documents.length, scores);
        }
        Py_END_ALLOW_THREADS
    }
    if (scratch)
        give_back(scratch);
    PyMem_Free(lists);
    end_call(&call);
    return done ? Py_NewRef(Py_None) : NULL;
}
