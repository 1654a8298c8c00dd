/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known to be true of payloads. That the issuer signed a latest and that
 * the files it names are intact does not show that they make up its list: that
 * has to be counted. The kernel counts what it is given as a snapshot, and the
 * agent can. A delta need not be counted with all that it builds on: if the kernel
 * applied it to a list that was counted, and found the digest right, then the
 * same files followed by the same delta make up what it holds now.
 */
#ifndef IDREVOKED_PROOF_H
#define IDREVOKED_PROOF_H

#include <stdbool.h>
#include <stdint.h>

#include "../lib/feed.h"
#include "../lib/netlink.h"

/**
 * struct proof - all zero before the first use
 * @counted: a latest whose payloads were counted; version 0: none was
 * @given: what the kernel holds, as the agent knows it; version 0: something else
 * @lineage: a new one begins when the kernel's list does not come, by a delta of
 *	the agent's, from the one before
 * @counted_lineage: in which @counted was in force; 0: in none that is known
 */
struct proof {
	struct idrevoke_latest counted;
	struct idrevoke_latest given;
	uint64_t lineage;
	uint64_t counted_lineage;
};

/**
 * proof_saw() - the kernel was asked what it holds
 * @proof: the proof
 * @status: its answer; all zero: none
 * @newest: the newest latest
 */
void proof_saw(struct proof *proof, const struct idrevoke_status *status,
	       const struct idrevoke_latest *newest);

/**
 * proof_pushed() - the kernel has put in force what it was given
 * @proof: the proof
 * @latest: which names it
 * @from: the version from which a delta started; 0: a snapshot
 */
void proof_pushed(struct proof *proof, const struct idrevoke_latest *latest, uint64_t from);

/**
 * proof_lineage() - to be asked before the agent counts
 * @proof: the proof
 * @latest: what will be counted
 *
 * Return: what proof_counted() wants to know.
 */
uint64_t proof_lineage(const struct proof *proof, const struct idrevoke_latest *latest);

/**
 * proof_counted() - the agent counted, and the list is what it should be
 * @proof: the proof
 * @latest: which names the payloads
 * @lineage: of proof_lineage()
 */
void proof_counted(struct proof *proof, const struct idrevoke_latest *latest, uint64_t lineage);

/**
 * proof_of() - whether payloads are known to make up their list
 * @proof: the proof
 * @latest: which names both
 */
bool proof_of(const struct proof *proof, const struct idrevoke_latest *latest);

#endif /* IDREVOKED_PROOF_H */
