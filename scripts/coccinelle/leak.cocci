// SPDX-License-Identifier: GPL-2.0-or-later
/// What goes to user space was written in full: cleared, copied or assigned whole,
/// or read from there.
virtual report

@declared disable decl_init exists@
type T;
identifier x;
position p;
expression E;
@@
(
T x;
|
T x[...];
)
... when != memset(&x, ...)
    when != memset(x, ...)
    when != memcpy(&x, ...)
    when != copy_from_user(&x, ...)
    when != copy_from_user(x, ...)
    when != idrv_digest_encode(..., x)
    when != x = E
(
copy_to_user@p(..., &x, ...)
|
copy_to_user@p(..., x, ...)
|
nla_put@p(..., &x)
|
nla_put@p(..., x)
)

@allocated exists@
expression x;
position p;
@@
x = \(kmalloc\|kvmalloc\|vmalloc\|kmalloc_array\|kvmalloc_array\)(...)
... when != memset(x, ...)
    when != memcpy(x, ...)
    when != copy_from_user(x, ...)
(
copy_to_user@p(..., x, ...)
|
nla_put@p(..., x)
)

@script:python@
p << declared.p;
@@
coccilib.report.print_report(p[0], "not all of this variable was written")

@script:python@
p << allocated.p;
@@
coccilib.report.print_report(p[0], "not all of this memory was written")
