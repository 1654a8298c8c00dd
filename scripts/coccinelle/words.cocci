// SPDX-License-Identifier: GPL-2.0-or-later
/// The words of a table are read by search.h and by table.c. The latter alone stores
/// to them, with slot_store() and marks_set(): one store a word, in the order that
/// its readers need.
virtual report

@elsewhere@
expression E;
position p : script:python() { not p[0].file.endswith(("/table.c", "/search.h")) };
@@
E->words@p

@element@
expression table, slot, E;
position p;
@@
table->words[slot] =@p E

// An initialisation, which looks like a store.
@initialised@
typedef u64;
identifier at;
expression E;
position start;
@@
u64 *at =@start E;

@pointer exists@
identifier at;
expression table, slot, i, E;
position p != initialised.start;
@@
(
u64 *at = &table->words[slot];
|
u64 *at = line_words(...);
)
... when any
(
*at =@p E
|
at[i] =@p E
)

@script:python@
p << elsewhere.p;
@@
coccilib.report.print_report(p[0], "words of a table outside table.c")

@script:python@
p << element.p;
@@
coccilib.report.print_report(p[0], "plain store to a word of a table")

@script:python@
p << pointer.p;
@@
coccilib.report.print_report(p[0], "plain store to a word of a table")
