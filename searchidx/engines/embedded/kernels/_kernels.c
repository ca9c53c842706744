/* The loops of this package, compiled. portable.py says what each function means, and both answer alike to the last
   bit: every sum is taken in the order of the lists, and each product is rounded before it is added, for which this must
   be compiled with -ffp-contract=off.

   Arrays come as buffers, flat and of the machine's byte order; results are written into arrays of the caller. What the
   arrays hold was checked against checksums when it was first read and is trusted here, as far as looking at it would
   cost time: documents rise, so that the last of a list says whether all are below `size`.

   What is in loops/ is one program, in the order in which one part needs another: small functions are taken into the
   loops that call them, for each width of the arrays. */

#include "loops/arguments.h"
#include "loops/scratch.h"
#include "loops/numbers.h"
#include "loops/scores.h"
#include "loops/best.h"
#include "loops/counts.h"
#include "loops/texts.h"
#include "loops/related.h"
#include "loops/lists.h"
#include "loops/ranked.h"
#include "loops/phrases.h"
#include "loops/expanded.h"
#include "loops/commonest.h"

#define FUNCTION(name, function) {name, (PyCFunction)(void (*)(void))function, METH_FASTCALL, NULL}

static PyMethodDef lists_methods[] = {
    FUNCTION("find", find_word),
    FUNCTION("best", best),
    FUNCTION("any_of", any_of),
    FUNCTION("phrase", best_of_phrase),
    FUNCTION("fuzzy", fuzzy),
    {NULL, NULL, 0, NULL},
};

static PyType_Slot lists_slots[] = {
    {Py_tp_doc, "The posting lists of a view, and what else is needed to rank its documents."},
    {Py_tp_new, new_lists},
    {Py_tp_dealloc, free_lists},
    {Py_tp_methods, lists_methods},
    {0, NULL},
};

static PyType_Spec lists_spec = {
    "searchidx.engines.embedded.kernels._kernels.Lists", sizeof(Lists), 0, Py_TPFLAGS_DEFAULT, lists_slots};

static PyMethodDef functions[] = {
    FUNCTION("contains", contains),
    FUNCTION("contains_each", contains_each),
    FUNCTION("count_each", count_each),
    FUNCTION("intersection", intersection),
    FUNCTION("union", union_of_lists),
    FUNCTION("union_of", union_of),
    FUNCTION("keep", keep),
    FUNCTION("keep_groups", keep_groups),
    FUNCTION("union_scored", union_scored),
    FUNCTION("score", score),
    FUNCTION("top", top),
    FUNCTION("span", span),
    FUNCTION("count_groups", count_groups),
    FUNCTION("commonest", commonest),
    FUNCTION("commonest_values", commonest_values),
    FUNCTION("phrase_documents", phrase_documents),
    FUNCTION("likely_related", likely_related),
    FUNCTION("place_of", place_of),
    FUNCTION("merge_texts", merge_texts),
    FUNCTION("with_range", with_range),
    FUNCTION("matching", matching),
    FUNCTION("one_edit_away", one_edit_away),
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_kernels", "The loops over arrays, compiled; to be called through kernels.", -1, functions,
    NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__kernels(void)
{
    PyObject *module = PyModule_Create(&definition);
    if (module && !lists_type)
        lists_type = (PyTypeObject *)PyType_FromSpec(&lists_spec);
    if (module && (!lists_type || PyModule_AddObjectRef(module, "Lists", (PyObject *)lists_type) < 0))
        Py_CLEAR(module);
    return module;
}
