/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys that sign what corpora have: made for this, and of no worth. */
#ifndef TESTS_FUZZ_SIGNERS_H
#define TESTS_FUZZ_SIGNERS_H

#include "../../agent/lib/note.h"
#include "fuzz.h"

#define FUZZ_SIGNER_0 "PRIVATE+KEY+issuer+c3b4f03c+AZzSfL155jCFI1o2+mp5OXyTLoxMlS8ZXkmYCQbvWElT"
#define FUZZ_SIGNER_1 "PRIVATE+KEY+other+6abca4af+AdsrUJJZn0vj+07+d5yf7QEx2tUkurVFEUPyuXqq1mNu"

static struct idrevoke_signer signers[2];

static inline void parse_signers(void)
{
	fuzz_check(!idrevoke_signer_parse(&signers[0], FUZZ_SIGNER_0), "no signer");
	fuzz_check(!idrevoke_signer_parse(&signers[1], FUZZ_SIGNER_1), "no signer");
}

#endif
