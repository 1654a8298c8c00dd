// SPDX-License-Identifier: GPL-2.0-or-later
/// idrv_list_current() is for those who hold idrv_list.lock. Of these functions the
/// kernel-doc says that it is held; copy_table() is rebuild_work()'s.
virtual report

@entered exists@
identifier f != { idrv_list_publish, idrv_rebuild_consider, idrv_freshness_announce, copy_table };
position p;
@@
f(...) {
... when != idrv_list_lock()
idrv_list_current@p()
... when any
}

@released exists@
position p;
@@
mutex_unlock(&idrv_list.lock)
... when != idrv_list_lock()
idrv_list_current@p()

@script:python@
p << entered.p;
@@
coccilib.report.print_report(p[0], "idrv_list_current() without idrv_list.lock")

@script:python@
p << released.p;
@@
coccilib.report.print_report(p[0], "idrv_list_current() after idrv_list.lock was released")
