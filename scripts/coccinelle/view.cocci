// SPDX-License-Identifier: GPL-2.0-or-later
/// The view in force is taken and used in a read-side section, and so is the table
/// that it names. floor_read() is called in one.
virtual report

@outside exists@
identifier f != floor_read;
position p;
@@
f(...) {
... when != rcu_read_lock()
rcu_dereference@p(idrv_list.view)
... when any
}

@ended exists@
position p;
@@
rcu_read_unlock()
... when != rcu_read_lock()
rcu_dereference@p(idrv_list.view)

@view exists@
expression V;
position p;
@@
V = rcu_dereference(idrv_list.view)
... when any
rcu_read_unlock()
... when != V = rcu_dereference(idrv_list.view)
V@p

@table exists@
expression V, T;
position p;
@@
V = rcu_dereference(idrv_list.view)
... when any
T = V->table
... when any
rcu_read_unlock()
... when != T = V->table
T@p

@script:python@
p << outside.p;
@@
coccilib.report.print_report(p[0], "view taken outside rcu_read_lock()")

@script:python@
p << ended.p;
@@
coccilib.report.print_report(p[0], "view taken after rcu_read_unlock()")

@script:python@
p << view.p;
@@
coccilib.report.print_report(p[0], "view used after rcu_read_unlock()")

@script:python@
p << table.p;
@@
coccilib.report.print_report(p[0], "table used after rcu_read_unlock()")
