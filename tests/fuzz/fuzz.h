/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the targets share: reading the fuzzer's bytes as numbers and texts, and
 * saying what is wrong. A target is one LLVMFuzzerTestOneInput(); libFuzzer's
 * driver calls it, and an abort() is a finding.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* What must hold, whatever the input. */
#define fuzz_check(condition, ...) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "%s:%d: ", __FILE__, __LINE__); \
			fprintf(stderr, __VA_ARGS__); \
			fprintf(stderr, " (%s)\n", #condition); \
			abort(); \
		} \
	} while (0)

/* Bytes not read yet. */
struct fuzz_input {
	const uint8_t *at;
	size_t left;
};

/* The next @bytes bytes, least significant first; zeros follow the last. */
static inline uint64_t fuzz_take(struct fuzz_input *input, unsigned int bytes)
{
	uint64_t value = 0;

	for (unsigned int i = 0; i < bytes && input->left; i++, input->left--)
		value |= (uint64_t)*input->at++ << 8 * i;
	return value;
}

/* 0 to @end - 1, @end at most 256: of one byte. */
static inline unsigned int fuzz_below(struct fuzz_input *input, unsigned int end)
{
	return fuzz_take(input, 1) % end;
}

/*
 * The next @size bytes at most, in memory of just that size, so that a step beyond
 * them is seen. To be freed.
 */
static inline uint8_t *fuzz_bytes(struct fuzz_input *input, size_t *size)
{
	uint8_t *bytes;

	if (*size > input->left)
		*size = input->left;
	bytes = malloc(*size ?: 1);
	memcpy(bytes, input->at, *size);
	input->at += *size;
	input->left -= *size;
	return bytes;
}

/* All that is left, up to a zero byte, terminated. To be freed. */
static inline char *fuzz_text(struct fuzz_input *input)
{
	size_t length = strnlen((const char *)input->at, input->left);
	char *text = calloc(1, length + 1);

	memcpy(text, input->at, length);
	input->at += length;
	input->left -= length;
	return text;
}

#endif
