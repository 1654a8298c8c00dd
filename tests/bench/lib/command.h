/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs that are run and waited for. */
#ifndef TESTS_BENCH_LIB_COMMAND_H
#define TESTS_BENCH_LIB_COMMAND_H

/*
 * Runs a program, which must succeed: its name, its arguments, NULL. It has no input;
 * its output goes to standard error, since rows alone go to standard output.
 */
void command(const char *name, ...) __attribute__((sentinel));

#endif
