/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How far things are, on standard error. */
#ifndef IDREVOKECTL_PROGRESS_H
#define IDREVOKECTL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/**
 * progress_start() - begin to count
 * @unit: of what, in the plural
 * @wanted: shown in any case: a line now and then. Else only where standard
 *	error is a terminal and standard output is none: one line that changes.
 *
 * Return: whether it is shown.
 */
bool progress_start(const char *unit, bool wanted);

/**
 * progress_show() - say how far things are, if it is time to
 * @count: units done
 * @done: of
 * @whole: this much; 0: not known
 */
void progress_show(uint64_t count, uint64_t done, uint64_t whole);

/**
 * progress_clear() - make way for a message
 */
void progress_clear(void);

#endif /* IDREVOKECTL_PROGRESS_H */
