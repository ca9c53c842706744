/* Rising numbers: looked up, in common, in any. */

static int by_number(const void *one, const void *other)
{
    int32_t a = *(const int32_t *)one, b = *(const int32_t *)other;
    return (a > b) - (a < b);
}

INLINE int lowest_bit(uint64_t word)
{
#if defined(__GNUC__)
    return __builtin_ctzll(word);
#else
    int place = 0;
    while (!(word >> place & 1))
        place++;
    return place;
#endif
}

/* Write the numbers below `size` whose bits are set, and clear the bits. */
static Py_ssize_t take_bits(uint64_t *bits, Py_ssize_t size, int32_t *numbers)
{
    Py_ssize_t found = 0;
    for (Py_ssize_t at = 0; at <= (size - 1) / 64; at++) {
        for (uint64_t word = bits[at]; word; word &= word - 1)
            numbers[found++] = (int32_t)(64 * at + lowest_bit(word));
        bits[at] = 0;
    }
    return found;
}

/* Sorting a number takes about as long as looking through so many numbers' bits. */
#define SORTING 1024

/* Put different numbers below `size` in rising order. */
static void put_in_order(int32_t *numbers, Py_ssize_t count, Py_ssize_t size, uint64_t *bits)
{
    if (count < size / SORTING) {
        qsort(numbers, (size_t)count, sizeof *numbers, by_number);
        return;
    }
    for (Py_ssize_t i = 0; i < count; i++)
        bits[numbers[i] >> 6] |= (uint64_t)1 << (numbers[i] & 63);
    take_bits(bits, size, numbers);
}

/* So many numbers are compared at once. */
#define AT_ONCE 16

/* Return the first place from `from` on that is not below `wanted`: in steps that double, then by halving, and in the end
   by counting, which is done for several numbers at once and without guessing. Looking up rising numbers one after the
   other takes time by the logarithms of the gaps between them. */
INLINE Py_ssize_t seek(const void *numbers, int width, Py_ssize_t length, Py_ssize_t from, int64_t wanted)
{
    Py_ssize_t step = AT_ONCE, low = from, high = from + AT_ONCE;
    while (high <= length && item(numbers, width, high - 1) < wanted) {
        low = high;
        high += step;
        step *= 2;
    }
    if (high > length)
        high = length;
    while (high - low > AT_ONCE) {
        Py_ssize_t middle = (low + high) / 2;
        if (item(numbers, width, middle) < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    if (width == 4 && low + AT_ONCE <= length && wanted >= 0 && wanted <= UINT32_MAX) {
        const uint32_t *here = (const uint32_t *)numbers + low;
        uint32_t least = (uint32_t)wanted, below = 0;
        for (int i = 0; i < AT_ONCE; i++)
            below += here[i] < least;
        return low + below;
    }
    while (low < high && item(numbers, width, low) < wanted)
        low++;
    return low;
}

/* Where one of two lists is so many times longer, its numbers are looked up instead of read. */
#define MUCH_LONGER 3

/* Write which of rising documents are among others, which rise too. */
static void find_among(const int32_t *among, Py_ssize_t others, const int32_t *documents, Py_ssize_t count, uint8_t *mask)
{
    Py_ssize_t place = 0, i = 0;
    if (others > MUCH_LONGER * count) {
        for (; i < count; i++) {
            place = seek(among, 4, others, place, documents[i]);
            mask[i] = place < others && among[place] == documents[i];
        }
        return;
    }
    memset(mask, 0, (size_t)count);
    if (count > MUCH_LONGER * others) {
        for (; place < others; place++) {
            i = seek(documents, 4, count, i, among[place]);
            if (i < count)
                mask[i] = documents[i] == among[place];
        }
        return;
    }
    /* Side by side without a branch: which list goes on cannot be foretold, and a wrong guess of the processor costs as
       much as ten documents. */
    while (i < count && place < others) {
        int32_t a = documents[i], b = among[place];
        mask[i] |= a == b;
        i += a <= b;
        place += b <= a;
    }
}

/* contains(among, documents, mask) */
static PyObject *contains(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Call call;
    begin_call(&call);
    Array among, documents, mask;
    int done = takes(given, 3) && read_array(&call, args[0], 4, 4, &among) && read_array(&call, args[1], 4, 4, &documents)
        && write_array(&call, args[2], 1, documents.length, &mask);
    if (done) {
        Py_BEGIN_ALLOW_THREADS
        find_among(among.data, among.length, documents.data, documents.length, mask.data);
        Py_END_ALLOW_THREADS
    }
    end_call(&call);
    return done ? Py_NewRef(Py_None) : NULL;
}

/* Read from where to where a list goes. */
static int read_place(PyObject *tuple, Py_ssize_t length, Py_ssize_t *start, Py_ssize_t *end)
{
    if (!PyArg_ParseTuple(tuple, "nn", start, end))
        return 0;
    if (*start >= 0 && *end >= *start && *end <= length)
        return 1;
    PyErr_Format(PyExc_IndexError, "there is no list from %zd to %zd", *start, *end);
    return 0;
}

/* contains_each(among, places, documents, mask): for each list among[start:end] a row of the mask */
static PyObject *contains_each(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Call call;
    begin_call(&call);
    Array among, documents, mask;
    Py_ssize_t lists = -1;
    int done = takes(given, 4) && read_array(&call, args[0], 4, 4, &among) && (lists = PyList_Size(args[1])) >= 0
        && read_array(&call, args[2], 4, 4, &documents) && write_array(&call, args[3], 1, lists * documents.length, &mask);
    for (Py_ssize_t list = 0; done && list < lists; list++) {
        Py_ssize_t start, end;
        if ((done = read_place(PyList_GetItem(args[1], list), among.length, &start, &end)))
            find_among((const int32_t *)among.data + start, end - start, documents.data, documents.length,
                (uint8_t *)mask.data + list * documents.length);
    }
    end_call(&call);
    return done ? Py_NewRef(Py_None) : NULL;
}

/* count_each(groups, documents, counts): for each group (among, places) a row: in how many of the lists among[start:end] */
static PyObject *count_each(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Call call;
    begin_call(&call);
    Array documents, counts;
    Py_ssize_t groups = -1;
    uint8_t *mask = NULL;
    int done = takes(given, 3) && (groups = PyList_Size(args[0])) >= 0 && read_array(&call, args[1], 4, 4, &documents)
        && write_array(&call, args[2], 8, groups * documents.length, &counts);
    if (done && !(mask = PyMem_Malloc((size_t)documents.length + 1))) {
        PyErr_NoMemory();
        done = 0;
    }
    double *row = done ? counts.data : NULL;
    for (Py_ssize_t group = 0; done && group < groups; group++, row += documents.length) {
        Array among;
        PyObject *of = PyList_GetItem(args[0], group);
        PyObject *places = is_tuple(of, 2, "a group of lists is (among, places)") ? PyTuple_GetItem(of, 1) : NULL;
        Py_ssize_t lists = places ? PyList_Size(places) : -1;
        done = lists >= 0 && read_array(&call, PyTuple_GetItem(of, 0), 4, 4, &among);
        memset(row, 0, (size_t)documents.length * sizeof *row);
        for (Py_ssize_t list = 0; done && list < lists; list++) {
            Py_ssize_t start, end;
            if ((done = read_place(PyList_GetItem(places, list), among.length, &start, &end))) {
                find_among((const int32_t *)among.data + start, end - start, documents.data, documents.length, mask);
                for (Py_ssize_t i = 0; i < documents.length; i++)
                    row[i] += mask[i];
            }
        }
    }
    PyMem_Free(mask);
    end_call(&call);
    return done ? Py_NewRef(Py_None) : NULL;
}

/* intersection(one, other, documents) -> how many */
static PyObject *intersection(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Call call;
    begin_call(&call);
    Array one, other, out;
    Py_ssize_t found = -1;
    if (takes(given, 3) && read_array(&call, args[0], 4, 4, &one) && read_array(&call, args[1], 4, 4, &other)
        && write_array(&call, args[2], 4, 1 + (one.length < other.length ? one.length : other.length), &out)) {
        const int32_t *few = one.data, *many = other.data;
        Py_ssize_t count = one.length, others = other.length, i = 0, place = 0;
        int32_t *documents = out.data;
        if (count > others) {
            few = other.data, many = one.data;
            count = other.length, others = one.length;
        }
        found = 0;
        Py_BEGIN_ALLOW_THREADS
        if (others > MUCH_LONGER * count)
            for (; i < count; i++) {
                place = seek(many, 4, others, place, few[i]);
                if (place < others && many[place] == few[i])
                    documents[found++] = few[i];
            }
        else
            while (i < count && place < others) {
                int32_t a = few[i], b = many[place];
                documents[found] = a;
                found += a == b;
                i += a <= b;
                place += b <= a;
            }
        Py_END_ALLOW_THREADS
    }
    end_call(&call);
    return found < 0 ? NULL : PyLong_FromSsize_t(found);
}

/* union(lists, size, documents) -> how many */
static PyObject *union_of_lists(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Call call;
    begin_call(&call);
    Array list, out;
    Py_ssize_t size, found = -1, most = 0, count;
    Scratch *scratch = NULL;
    if (!takes(given, 3) || !read_size(args[1], &size) || (count = PyList_Size(args[0])) < 0 || !(scratch = borrow(size)))
        goto done;
    Array *lists = PyMem_Malloc((size_t)(count + 1) * sizeof *lists);
    if (!lists) {
        PyErr_NoMemory();
        goto done;
    }
    int ready = 1;
    for (Py_ssize_t at = 0; at < count && ready; at++) {
        ready = read_documents(&call, PyList_GetItem(args[0], at), size, &list);
        lists[at] = list;
        most += ready ? list.length : 0;
    }
    if (ready && write_array(&call, args[2], 4, most < size ? most : size, &out)) {
        uint64_t *bits = scratch->bits;
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t at = 0; at < count; at++) {
            const int32_t *documents = lists[at].data;
            for (Py_ssize_t i = 0; i < lists[at].length; i++)
                bits[documents[i] >> 6] |= (uint64_t)1 << (documents[i] & 63);
        }
        found = take_bits(bits, size, out.data);
        Py_END_ALLOW_THREADS
    }
    PyMem_Free(lists);
done:
    if (scratch)
        give_back(scratch);
    end_call(&call);
    return found < 0 ? NULL : PyLong_FromSsize_t(found);
}

INLINE void mark_lists(
    const void *offsets, int width, const int32_t *documents, const int32_t *numbers, Py_ssize_t count, uint64_t *bits)
{
    for (Py_ssize_t at = 0; at < count; at++)
        for (int64_t i = item(offsets, width, numbers[at]); i < item(offsets, width, numbers[at] + 1); i++)
            bits[documents[i] >> 6] |= (uint64_t)1 << (documents[i] & 63);
}

/* union_of(offsets, documents, numbers, size, found) -> how many */
static PyObject *union_of(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Call call;
    begin_call(&call);
    Array offsets, documents, numbers, out;
    Py_ssize_t size, found = -1;
    Scratch *scratch = NULL;
    if (takes(given, 5) && read_array(&call, args[0], 4, 8, &offsets) && read_array(&call, args[1], 4, 4, &documents)
        && read_array(&call, args[2], 4, 4, &numbers) && read_size(args[3], &size)
        && write_array(&call, args[4], 4, 0, &out) && (scratch = borrow(size))) {
        Py_ssize_t most = 0, i = 0;
        const int32_t *number = numbers.data;
        for (; i < numbers.length && number[i] >= 0 && number[i] < offsets.length - 1; i++)
            most += item(offsets.data, offsets.width, number[i] + 1) - item(offsets.data, offsets.width, number[i]);
        if (i < numbers.length)
            PyErr_Format(PyExc_IndexError, "there is no list %d", (int)number[i]);
        else if (out.length < (most < size ? most : size))
            PyErr_SetString(PyExc_ValueError, "there is not room for all documents");
        else {
            Py_BEGIN_ALLOW_THREADS
            if (offsets.width == 4)
                mark_lists(offsets.data, 4, documents.data, number, numbers.length, scratch->bits);
            else
                mark_lists(offsets.data, 8, documents.data, number, numbers.length, scratch->bits);
            found = take_bits(scratch->bits, size, out.data);
            Py_END_ALLOW_THREADS
        }
    }
    if (scratch)
        give_back(scratch);
    end_call(&call);
    return found < 0 ? NULL : PyLong_FromSsize_t(found);
}

/* keep(documents, flags, found) -> how many */
static PyObject *keep(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Call call;
    begin_call(&call);
    Array documents, flags, out;
    Py_ssize_t found = -1;
    if (takes(given, 3) && read_array(&call, args[1], 1, 1, &flags)
        && read_documents(&call, args[0], flags.length, &documents)
        && write_array(&call, args[2], 4, documents.length + 1, &out)) {
        const int32_t *from = documents.data;
        const uint8_t *flag = flags.data;
        int32_t *to = out.data;
        found = 0;
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t i = 0; i < documents.length; i++) {
            to[found] = from[i];
            found += flag[from[i]];
        }
        Py_END_ALLOW_THREADS
    }
    end_call(&call);
    return found < 0 ? NULL : PyLong_FromSsize_t(found);
}

INLINE Py_ssize_t keep_of_groups(
    const int32_t *from, Py_ssize_t count, const void *group_of, int width, const uint8_t *flags, int32_t *to)
{
    Py_ssize_t found = 0;
    for (Py_ssize_t i = 0; i < count; i++) {
        to[found] = from[i];
        found += flags[item(group_of, width, from[i])];
    }
    return found;
}

/* keep_groups(documents, group_of, flags, found) -> how many */
static PyObject *keep_groups(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Call call;
    begin_call(&call);
    Array documents, group_of, flags, out;
    Py_ssize_t found = -1;
    if (takes(given, 4) && read_array(&call, args[1], 2, 4, &group_of)
        && read_documents(&call, args[0], group_of.length, &documents) && read_array(&call, args[2], 1, 1, &flags)
        && write_array(&call, args[3], 4, documents.length + 1, &out)) {
        Py_BEGIN_ALLOW_THREADS
        if (group_of.width == 2)
            found = keep_of_groups(documents.data, documents.length, group_of.data, 2, flags.data, out.data);
        else
            found = keep_of_groups(documents.data, documents.length, group_of.data, 4, flags.data, out.data);
        Py_END_ALLOW_THREADS
    }
    end_call(&call);
    return found < 0 ? NULL : PyLong_FromSsize_t(found);
}

/* with_range(first, end, others, numbers) -> how many; the numbers from `first` up to `end` and others, rising, each once */
static PyObject *with_range(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Call call;
    begin_call(&call);
    Array others, out;
    Py_ssize_t first, end, found = -1;
    int32_t *outside = NULL;
    if (!takes(given, 4) || !read_size(args[0], &first) || !read_size(args[1], &end)
        || !read_array(&call, args[2], 4, 4, &others)
        || !write_array(&call, args[3], 4, (end > first ? end - first : 0) + others.length, &out))
        goto done;
    if (!(outside = PyMem_Malloc((size_t)(others.length + 1) * sizeof *outside))) {
        PyErr_NoMemory();
        goto done;
    }
    /* Most of the others are in the range, so that few are left to be sorted. */
    const int32_t *other = others.data;
    int32_t *numbers = out.data;
    Py_ssize_t count = 0, at = 0;
    for (Py_ssize_t i = 0; i < others.length; i++) {
        outside[count] = other[i];
        count += other[i] < first || other[i] >= end;
    }
    qsort(outside, (size_t)count, sizeof *outside, by_number);
    for (found = 0; at < count && outside[at] < first; at++)
        if (!found || numbers[found - 1] != outside[at])
            numbers[found++] = outside[at];
    for (Py_ssize_t number = first; number < end; number++)
        numbers[found++] = (int32_t)number;
    for (; at < count; at++)
        if (!found || numbers[found - 1] != outside[at])
            numbers[found++] = outside[at];
done:
    PyMem_Free(outside);
    end_call(&call);
    return found < 0 ? NULL : PyLong_FromSsize_t(found);
}

/* Numbers, as many as there come to be. */
typedef struct {
    int32_t *data;
    Py_ssize_t count, room;
    int failed;
} Numbers;

static void append(Numbers *numbers, Py_ssize_t number)
{
    if (numbers->count == numbers->room) {
        Py_ssize_t room = 2 * numbers->room + 64;
        int32_t *grown = realloc(numbers->data, (size_t)room * sizeof *grown);
        if (!grown) {
            numbers->failed = 1;
            return;
        }
        numbers->data = grown;
        numbers->room = room;
    }
    numbers->data[numbers->count++] = (int32_t)number;
}

static PyObject *as_bytes(const Numbers *numbers)
{
    if (numbers->failed)
        return PyErr_NoMemory();
    return PyBytes_FromStringAndSize((const char *)numbers->data, numbers->count * (Py_ssize_t)sizeof *numbers->data);
}
