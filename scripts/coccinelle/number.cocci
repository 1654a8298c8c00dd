// SPDX-License-Identifier: GPL-2.0-or-later
/// No number of a card goes to the log: a transaction keeps the last as well.
virtual report

@logged@
identifier log =~ "^_?(printk|pr_|dev_|netdev_|trace_printk)";
expression E;
position p;
@@
log@p(..., <+... \(number\|E->number\|E.number\|E.last\) ...+>, ...)

@script:python@
p << logged.p;
@@
coccilib.report.print_report(p[0], "a number goes to the log")
