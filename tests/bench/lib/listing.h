/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The list of bench/numbers.h, as the module in the virtual machine takes it, and
 * questions about it.
 */
#ifndef TESTS_BENCH_LIB_LISTING_H
#define TESTS_BENCH_LIB_LISTING_H

#include "wire.h"

/* What is measured does not go through; says why on standard error, and exits. */
void failed(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/**
 * listing_new() - a list of which no record is encoded yet
 * @version: of it
 * @count: numbers listed
 */
struct wire_list listing_new(uint64_t version, uint64_t count);

/**
 * listing_record() - what is recorded of a number
 * @number: listed
 */
struct guest_record listing_record(uint64_t number);

/**
 * listing_encode() - encode a stretch of a list
 * @list: its digest gets their terms
 * @spread: the numbers are those of a list of so many, list->count or more: another
 *	spread gives other numbers
 * @first: index of the first
 * @count: how many
 * @bytes: gets IDREVOKE_RECORD_SIZE bytes of each
 */
void listing_encode(struct wire_list *list, uint64_t spread, uint64_t first, uint64_t count,
		    uint8_t *bytes);

/**
 * listing_ask() - ask about cards in one batch
 * @device: /dev/idrevoke
 * @checks: the questions
 * @count: of them
 *
 * Return: how many of them are listed; the others are clear.
 */
uint32_t listing_ask(int device, struct idrevoke_check *checks, uint32_t count);

/**
 * listing_question() - ask about a number
 * @check: the question, with an answer of zeros
 * @number: packed
 */
void listing_question(struct idrevoke_check *check, uint64_t number);

#endif
