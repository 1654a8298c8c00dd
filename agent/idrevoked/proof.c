// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "edition.h"
#include "proof.h"

/* Whether what both say of the way from a version is the same. */
static bool agree(const struct idrevoke_latest *a, const struct idrevoke_latest *b)
{
	for (unsigned int i = 0; i < a->delta_count; i++) {
		int at = idrevoke_latest_deltas(b, a->deltas[i].base);

		if (at > 0 && !same_payload(&a->deltas[i], &b->deltas[at - 1]))
			return false;
	}
	return true;
}

static bool is_in_force(const struct idrevoke_status *status, const struct idrevoke_latest *latest)
{
	uint8_t digest[IDREVOKE_DIGEST_SIZE];

	idrevoke_digest_encode(&latest->digest, digest);
	return status->version && status->epoch == latest->epoch &&
	       status->version == latest->version && status->count == latest->count &&
	       !memcmp(digest, status->digest, sizeof(digest));
}

static void begin_lineage(struct proof *proof, const struct idrevoke_latest *given)
{
	proof->lineage++;
	proof->given = *given;
	if (proof->counted.version && same_list(given, &proof->counted))
		proof->counted_lineage = proof->lineage;
}

void proof_saw(struct proof *proof, const struct idrevoke_status *status,
	       const struct idrevoke_latest *newest)
{
	if (is_in_force(status, &proof->given))
		return;
	if (is_in_force(status, &proof->counted))
		begin_lineage(proof, &proof->counted);
	else if (is_in_force(status, newest))
		begin_lineage(proof, newest);
	else
		proof->given.version = 0;
}

void proof_pushed(struct proof *proof, const struct idrevoke_latest *latest, uint64_t from)
{
	if (!from)
		proof->counted = *latest;
	if (from && proof->given.version == from && proof->given.epoch == latest->epoch &&
	    agree(latest, &proof->given))
		proof->given = *latest;
	else
		begin_lineage(proof, latest);
}

uint64_t proof_lineage(const struct proof *proof, const struct idrevoke_latest *latest)
{
	return proof->given.version && same_list(latest, &proof->given) ? proof->lineage : 0;
}

void proof_counted(struct proof *proof, const struct idrevoke_latest *latest, uint64_t lineage)
{
	proof->counted = *latest;
	proof->counted_lineage = lineage;
}

bool proof_of(const struct proof *proof, const struct idrevoke_latest *latest)
{
	const struct idrevoke_latest *counted = &proof->counted, *given = &proof->given;

	if (!counted->version || !same_payload(&latest->snapshot, &counted->snapshot) ||
	    !agree(latest, counted))
		return false;
	if (same_list(latest, counted))
		return true;
	return given->version && same_list(latest, given) && agree(latest, given) &&
	       proof->counted_lineage == proof->lineage;
}
