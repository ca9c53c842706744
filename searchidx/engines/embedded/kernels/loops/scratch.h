/* Scratch memory, lent from call to call. */

/* All zero when it is lent and all zero when it comes back: each call clears what it touched, and no more. What is free
   is only looked at while holding the GIL. */
typedef struct Scratch {
    struct Scratch *next;
    Py_ssize_t size;
    double *sums;    /* for each number below `size`: a sum, */
    uint64_t *bits;  /* a bit, */
    int32_t *counts; /* a count */
} Scratch;

static Scratch *free_scratch = NULL;

static void free_memory(Scratch *scratch)
{
    free(scratch->sums);
    free(scratch->bits);
    free(scratch->counts);
    free(scratch);
}

static Scratch *borrow(Py_ssize_t size)
{
    Scratch *found = free_scratch;
    if (found) {
        free_scratch = found->next;
        if (found->size >= size)
            return found;
        free_memory(found);
    }
    found = calloc(1, sizeof *found);
    if (found) {
        found->size = size;
        found->sums = calloc((size_t)size + 1, sizeof *found->sums);
        found->bits = calloc((size_t)size / 64 + 1, sizeof *found->bits);
        found->counts = calloc((size_t)size + 1, sizeof *found->counts);
        if (found->sums && found->bits && found->counts)
            return found;
        free_memory(found);
    }
    PyErr_NoMemory();
    return NULL;
}

static void give_back(Scratch *scratch)
{
    scratch->next = free_scratch;
    free_scratch = scratch;
}
