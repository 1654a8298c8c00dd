// SPDX-License-Identifier: GPL-2.0-or-later
/// Between two reads whose order matters stands the barrier that keeps it: a line and
/// the mark that leads on from it (tests/model/hops.pml), the view and the floor
/// (tests/model/publication.pml). check_order() holds the lock under which both change.
/// And the count of changes is no older than the view to who counts, and no newer to
/// who looks (the same model).
virtual report

@mark exists@
expression H;
position p;
@@
line_find(...)
... when != smp_rmb()
READ_ONCE@p(H[...])

@floor exists@
identifier f != check_order;
position p;
@@
f(...) {
... when any
rcu_dereference(idrv_list.view)
... when != smp_rmb()
rcu_dereference@p(idrv_list.floor)
... when any
}

@counted exists@
position p;
@@
atomic64_inc@p(&idrv_list.changes)

@looked exists@
position p;
@@
atomic64_read@p(&idrv_list.changes)

@script:python@
p << counted.p;
@@
coccilib.report.print_report(p[0], "a change counted without a release after the view")

@script:python@
p << looked.p;
@@
coccilib.report.print_report(p[0], "changes read without an acquire before the view")

@script:python@
p << mark.p;
@@
coccilib.report.print_report(p[0], "mark read without smp_rmb() after the line")

@script:python@
p << floor.p;
@@
coccilib.report.print_report(p[0], "floor read without smp_rmb() after the view")
