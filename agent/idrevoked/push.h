/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One transaction with the kernel, in small steps: 10^8 records take half a
 * minute, in which the agent must react to whatever else happens.
 */
#ifndef IDREVOKED_PUSH_H
#define IDREVOKED_PUSH_H

#include "../lib/feed.h"
#include "kernel.h"
#include "reading.h"

struct push;

/**
 * push_new() - prepare a transaction
 * @push: out; NULL on failure
 * @kernel: the kernel; outlives the push
 * @reading: where the records come from; ended by push_free(), or by this if it fails
 * @latest: what the issuer says of the list that results; must stay
 *
 * Return: 0 or -ENOMEM, which was logged.
 */
int push_new(struct push **push, struct kernel *kernel, struct reading *reading,
	     const struct idrevoke_latest *latest);

/**
 * push_step() - go on: at most one block of records
 * @push: the transaction
 *
 * Return: 1: there is more to do; 0: the list is in force; a negative errno of
 * reading.h; or the kernel's. What happened was logged.
 */
int push_step(struct push *push);

/**
 * push_free() - forget the transaction; aborts it unless it is over
 * @push: the transaction or NULL
 */
void push_free(struct push *push);

#endif /* IDREVOKED_PUSH_H */
