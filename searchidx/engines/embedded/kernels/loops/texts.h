/* Sorted texts: looked up, matched with patterns, one edit away, merged. */

/* Whether there are at least so many texts, and the bytes of all. */
static int has_texts(const Texts *texts, Py_ssize_t least)
{
    const Array *offsets = &texts->offsets;
    return offsets->length > least && item(offsets->data, offsets->width, offsets->length - 1) <= texts->bytes.length;
}

/* Read texts, of which there are at least so many. */
static int read_texts(Call *call, PyObject *offsets, PyObject *bytes, Py_ssize_t least, Texts *texts)
{
    if (!read_array(call, offsets, 4, 8, &texts->offsets) || !read_array(call, bytes, 1, 1, &texts->bytes))
        return 0;
    if (has_texts(texts, least))
        return 1;
    PyErr_SetString(PyExc_IndexError, "there are not so many texts");
    return 0;
}

INLINE const uint8_t *text_of(const Texts *texts, Py_ssize_t number, Py_ssize_t *length)
{
    int64_t start = item(texts->offsets.data, texts->offsets.width, number);
    *length = (Py_ssize_t)(item(texts->offsets.data, texts->offsets.width, number + 1) - start);
    return (const uint8_t *)texts->bytes.data + start;
}

#define PREFIX 8
#define SAMPLED 16

/* Return the first place of a number that is not below `key` among sorted ones; there is no branch to be guessed. */
static Py_ssize_t first_not_below(const uint64_t *numbers, Py_ssize_t count, uint64_t key)
{
    const uint64_t *low = numbers;
    while (count > 1) {
        Py_ssize_t half = count / 2;
        low = low[half - 1] < key ? low + half : low;
        count -= half;
    }
    return low - numbers + (count && *low < key);
}

/* Sample the prefixes of a dictionary. */
static int sample(Dictionary *of)
{
    of->sampled_count = (of->prefixes.length + SAMPLED - 1) / SAMPLED;
    of->sampled = PyMem_Malloc((size_t)(of->sampled_count + 1) * sizeof *of->sampled);
    if (!of->sampled)
        return PyErr_NoMemory() != NULL;
    for (Py_ssize_t i = 0; i < of->sampled_count; i++)
        of->sampled[i] = ((const uint64_t *)of->prefixes.data)[i * SAMPLED];
    return 1;
}

/* Return the place of a text among sorted ones, or -1 - where it would stand. */
static Py_ssize_t find_text(const Dictionary *of, const char *text, Py_ssize_t size)
{
    const uint64_t *prefix = of->prefixes.data;
    uint64_t key = 0;
    for (Py_ssize_t i = 0; i < PREFIX; i++)
        key = key << 8 | (i < size ? (uint8_t)text[i] : 0);
    Py_ssize_t low = 0, high = of->prefixes.length, length, equal = 0;
    if (of->sampled) {
        Py_ssize_t first = first_not_below(of->sampled, of->sampled_count, key), behind = first;
        if (behind < of->sampled_count && of->sampled[behind] == key)
            behind = key < UINT64_MAX ? first_not_below(of->sampled, of->sampled_count, key + 1) : of->sampled_count;
        low = first ? (first - 1) * SAMPLED : 0;
        high = behind < of->sampled_count ? behind * SAMPLED : high;
    }
    while (low < high) {
        Py_ssize_t middle = (low + high) / 2;
        int order = prefix[middle] < key ? -1 : prefix[middle] > key;
        if (order == 0) {
            const uint8_t *found = text_of(&of->texts, middle, &length);
            /* Of a text no longer than the prefix all bytes are compared already. */
            order = size > PREFIX ? memcmp(found, text, (size_t)(length < size ? length : size)) : 0;
            order = order ? order : (length > size) - (length < size);
        }
        if (order == 0)
            equal = 1;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return equal ? low : -1 - low;
}

/* place_of(prefixes, offsets, bytes, text) -> the place of a text among sorted ones, or -1 - where it would stand */
static PyObject *place_of(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Call call;
    begin_call(&call);
    Dictionary of = {0};
    Array text;
    PyObject *result = NULL;
    if (takes(given, 4) && read_array(&call, args[0], 8, 8, &of.prefixes)
        && read_texts(&call, args[1], args[2], of.prefixes.length, &of.texts) && read_array(&call, args[3], 1, 1, &text))
        result = PyLong_FromSsize_t(find_text(&of, text.data, text.length));
    end_call(&call);
    return result;
}

/* Sorted texts that are gone through, and the number that each is given. */
typedef struct {
    Array prefixes, numbers;
    Texts texts;
    Py_ssize_t place;
} Sorted;

static int compare_texts(const Sorted *one, const Sorted *other)
{
    uint64_t a = ((const uint64_t *)one->prefixes.data)[one->place], b = ((const uint64_t *)other->prefixes.data)[other->place];
    if (a != b)
        return a < b ? -1 : 1;
    Py_ssize_t here, there;
    const uint8_t *text = text_of(&one->texts, one->place, &here), *of_other = text_of(&other->texts, other->place, &there);
    int order = memcmp(text, of_other, (size_t)(here < there ? here : there));
    return order ? order : (here > there) - (here < there);
}

/* merge_texts(lists, numbers) -> how many different texts there are in some sorted lists (prefixes, offsets, bytes); in
   `numbers` is an array for each, into which is written by which number each text goes among all */
static PyObject *merge_texts(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Call call;
    begin_call(&call);
    Py_ssize_t count = 0, found = -1;
    Sorted *lists = NULL, **heads = NULL;
    if (!takes(given, 2) || (count = PyList_Size(args[0])) < 0)
        goto done;
    if (PyList_Size(args[1]) != count) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_ValueError, "each list of texts needs room for its numbers");
        goto done;
    }
    lists = PyMem_Calloc((size_t)count + 1, sizeof *lists);
    heads = PyMem_Calloc((size_t)count + 1, sizeof *heads);
    if (!lists || !heads) {
        PyErr_NoMemory();
        goto done;
    }
    for (Py_ssize_t at = 0; at < count; at++) {
        PyObject *tuple = PyList_GetItem(args[0], at);
        if (!is_tuple(tuple, 3, "sorted texts are (prefixes, offsets, bytes)")
            || !read_array(&call, PyTuple_GetItem(tuple, 0), 8, 8, &lists[at].prefixes)
            || !read_texts(&call, PyTuple_GetItem(tuple, 1), PyTuple_GetItem(tuple, 2), lists[at].prefixes.length, &lists[at].texts)
            || !write_array(&call, PyList_GetItem(args[1], at), 4, lists[at].prefixes.length, &lists[at].numbers))
            goto done;
    }
    Py_BEGIN_ALLOW_THREADS
    for (found = 0;; found++) {
        /* The lists are few, so that their first texts are compared one with the other. */
        Py_ssize_t least = 0;
        for (Py_ssize_t at = 0; at < count; at++) {
            if (lists[at].place == lists[at].prefixes.length)
                continue;
            int order = least ? compare_texts(&lists[at], heads[0]) : -1;
            least = order < 0 ? 0 : least;
            if (order <= 0)
                heads[least++] = &lists[at];
        }
        if (!least)
            break;
        for (Py_ssize_t at = 0; at < least; at++)
            ((int32_t *)heads[at]->numbers.data)[heads[at]->place++] = (int32_t)found;
    }
    Py_END_ALLOW_THREADS
done:
    PyMem_Free(lists);
    PyMem_Free(heads);
    end_call(&call);
    return found < 0 ? NULL : PyLong_FromSsize_t(found);
}

/* A text as code points. */
typedef struct {
    Py_UCS4 *letters;
    Py_ssize_t length;
} Letters;

/* Read a text; to be freed by PyMem_Free. */
static int read_letters(PyObject *text, Letters *letters)
{
    letters->length = PyUnicode_GetLength(text);
    letters->letters = letters->length < 0 ? NULL : PyUnicode_AsUCS4Copy(text);
    return letters->letters != NULL;
}

/* Which letters a text has, but for * and ?: `words.signatures`. */
static uint32_t signature_of(Letters text)
{
    uint32_t signature = 0;
    for (Py_ssize_t i = 0; i < text.length; i++) {
        uint32_t letter = text.letters[i];
        if (letter != '*' && letter != '?')
            signature |= (uint32_t)1 << (letter >= 'a' && letter <= 'z' ? letter - 'a' : 26 + letter % 6);
    }
    return signature;
}

INLINE int is_ascii(const uint8_t *text, Py_ssize_t length)
{
    uint8_t all = 0;
    for (Py_ssize_t i = 0; i < length; i++)
        all |= text[i];
    return all < 0x80;
}

/* Whether a text of ASCII letters matches a pattern: * stands for any letters, ? for one. Past a star only the last one
   is tried anew, since an earlier one could only swallow more. */
static int matches(const uint8_t *text, Py_ssize_t length, Letters pattern)
{
    Py_ssize_t at = 0, p = 0, star = -1, tried = 0;
    while (at < length) {
        if (p < pattern.length && pattern.letters[p] == '*') {
            star = p++;
            tried = at;
        } else if (p < pattern.length && (pattern.letters[p] == '?' || pattern.letters[p] == text[at])) {
            p++, at++;
        } else if (star >= 0) {
            p = star + 1;
            at = ++tried;
        } else
            return 0;
    }
    while (p < pattern.length && pattern.letters[p] == '*')
        p++;
    return p == pattern.length;
}

/* Whether a text of ASCII letters is one edit away from a word: spelling.one_edit. */
static int is_one_edit(const uint8_t *text, Py_ssize_t length, Letters word)
{
    Py_ssize_t start = 0, shorter = length < word.length ? length : word.length, end = 0;
    while (start < shorter && text[start] == word.letters[start])
        start++;
    while (end < shorter - start && text[length - 1 - end] == word.letters[word.length - 1 - end])
        end++;
    Py_ssize_t here = length - start - end, there = word.length - start - end;
    if (here + there == 1 || (here == 1 && there == 1))
        return 1;
    return here == 2 && there == 2 && text[start] == word.letters[start + 1] && text[start + 1] == word.letters[start];
}

/* matching(offsets, bytes, signatures, first, end, pattern) -> (numbers, numbers of those unsure), as bytes
   Texts that are not of ASCII letters alone are not judged here. */
static PyObject *matching(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Call call;
    begin_call(&call);
    Texts texts;
    Array signatures;
    Letters pattern = {0};
    Numbers sure = {0}, unsure = {0};
    Py_ssize_t first, end;
    int done = takes(given, 6) && read_array(&call, args[2], 4, 4, &signatures) && read_size(args[3], &first)
        && read_size(args[4], &end) && read_texts(&call, args[0], args[1], end, &texts) && read_letters(args[5], &pattern);
    if (done && end > signatures.length) {
        PyErr_SetString(PyExc_ValueError, "there must be a signature for each text");
        done = 0;
    }
    if (done) {
        const uint32_t *signature = signatures.data, wanted = signature_of(pattern);
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t number = first; number < end; number++) {
            if ((signature[number] & wanted) != wanted)
                continue;
            Py_ssize_t length;
            const uint8_t *text = text_of(&texts, number, &length);
            if (!is_ascii(text, length))
                append(&unsure, number);
            else if (matches(text, length, pattern))
                append(&sure, number);
        }
        Py_END_ALLOW_THREADS
    }
    PyObject *result = done ? Py_BuildValue("NN", as_bytes(&sure), as_bytes(&unsure)) : NULL;
    free(sure.data);
    free(unsure.data);
    PyMem_Free(pattern.letters);
    end_call(&call);
    return result;
}

#define BLOCK 64
/* Lengths of longer words are not told apart. */
#define LONGEST 255

/* one_edit_away(offsets, bytes, starts, order, signatures, word) -> (numbers, numbers of those unsure), as bytes
   `order` has the numbers of the texts by the length of their folded form, of which those of n letters begin at starts[n];
   `signatures` are in this order. What has no neighbours has the length 0. */
static PyObject *one_edit_away(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Call call;
    begin_call(&call);
    Texts texts;
    Array starts, order, signatures;
    Letters word = {0};
    Numbers sure = {0}, unsure = {0};
    int done = takes(given, 6) && read_array(&call, args[3], 4, 4, &order)
        && read_texts(&call, args[0], args[1], order.length, &texts) && read_array(&call, args[2], 8, 8, &starts) && read_array(&call, args[4], 4, 4, &signatures)
        && read_letters(args[5], &word);
    if (done && (starts.length != LONGEST + 2 || order.length != signatures.length
            || ((const int64_t *)starts.data)[LONGEST + 1] > order.length)) {
        PyErr_SetString(PyExc_ValueError, "there must be a start for each length, and a signature for each text");
        done = 0;
    }
    if (done) {
        const uint32_t *signature = signatures.data, letters = signature_of(word);
        const int32_t *number = order.data;
        const int64_t *start_of = starts.data;
        Py_ssize_t of_word = word.length < LONGEST ? word.length : LONGEST;
        Py_ssize_t end = (Py_ssize_t)start_of[(of_word < LONGEST ? of_word + 1 : LONGEST) + 1];
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t start = (Py_ssize_t)start_of[of_word > 2 ? of_word - 1 : 1]; start < end; start += BLOCK) {
            Py_ssize_t count = end - start < BLOCK ? end - start : BLOCK;
            /* One edit changes at most two bits. Taking the lowest bit away twice must leave nothing; this loop has no
               branch, so that the compiler makes it look at several texts at once. */
            uint8_t near[BLOCK] = {0};
            uint8_t any = 0;
            for (Py_ssize_t i = 0; i < count; i++) {
                uint32_t bits = signature[start + i] ^ letters;
                bits &= bits - 1;
                bits &= bits - 1;
                near[i] = bits == 0;
                any |= near[i];
            }
            if (!any)
                continue;
            for (Py_ssize_t i = 0; i < count; i++) {
                if (!near[i])
                    continue;
                Py_ssize_t length;
                const uint8_t *text = text_of(&texts, number[start + i], &length);
                if (!is_ascii(text, length))
                    append(&unsure, number[start + i]);
                else if (is_one_edit(text, length, word))
                    append(&sure, number[start + i]);
            }
        }
        if (sure.count)
            qsort(sure.data, (size_t)sure.count, sizeof *sure.data, by_number);
        Py_END_ALLOW_THREADS
    }
    PyObject *result = done ? Py_BuildValue("NN", as_bytes(&sure), as_bytes(&unsure)) : NULL;
    free(sure.data);
    free(unsure.data);
    PyMem_Free(word.letters);
    end_call(&call);
    return result;
}
