// SPDX-License-Identifier: GPL-2.0-or-later
/// Between two reads whose order matters stands the barrier that keeps it: a line and
/// the mark that leads on from it (tests/model/hops.pml), the view and the floor
/// (tests/model/publication.pml). check_order() holds the lock under which both change.
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

@script:python@
p << mark.p;
@@
coccilib.report.print_report(p[0], "mark read without smp_rmb() after the line")

@script:python@
p << floor.p;
@@
coccilib.report.print_report(p[0], "floor read without smp_rmb() after the view")
