/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random changes of a list: reports, withdrawals, growth, turnover. What is changed is
 * asked for often (tests/lib/askers.h).
 */
#ifndef TESTS_LIB_EDITS_H
#define TESTS_LIB_EDITS_H

#include "history.h"
#include "random.h"

void edit_somehow(struct edition *edition, uint64_t *random);
void edit_touch(struct edition *edition, uint64_t *random);
void edit_add(struct edition *edition, uint32_t count, uint64_t *random);
void edit_remove_all(struct edition *edition);

#endif
