// SPDX-License-Identifier: GPL-2.0-or-later
/// Nothing sleeps in a read-side section.
virtual report

@called exists@
position p;
@@
rcu_read_lock()
... when != rcu_read_unlock()
(
 mutex_lock@p(...)
|
 idrv_list_lock@p(...)
|
 mutex_lock_interruptible@p(...)
|
 mutex_lock_killable@p(...)
|
 cond_resched@p(...)
|
 schedule@p(...)
|
 msleep@p(...)
|
 might_sleep@p(...)
|
 synchronize_rcu@p(...)
|
 rcu_barrier@p(...)
|
 cancel_work_sync@p(...)
|
 cancel_delayed_work_sync@p(...)
|
 flush_work@p(...)
|
 copy_to_user@p(...)
|
 copy_from_user@p(...)
|
 get_user@p(...)
|
 put_user@p(...)
|
 vmalloc@p(...)
|
 vfree@p(...)
|
 idrv_table_create@p(...)
|
 idrv_table_destroy@p(...)
|
 idrv_list_notify@p(...)
)

@allocated exists@
identifier f;
position p;
@@
rcu_read_lock()
... when != rcu_read_unlock()
f@p(..., <+... GFP_KERNEL ...+>, ...)

@script:python@
p << called.p;
@@
coccilib.report.print_report(p[0], "sleeps between rcu_read_lock() and rcu_read_unlock()")

@script:python@
p << allocated.p;
@@
coccilib.report.print_report(p[0], "GFP_KERNEL between rcu_read_lock() and rcu_read_unlock()")
