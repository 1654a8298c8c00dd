// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Signed notes. Nobody forges a signature here: a note may be taken only if its
 * text is one that was signed, to the byte, whatever stands around it. Input: a
 * mode, and either a whole note, or a text that is signed and, after a zero byte,
 * what somebody put in the place of its end.
 */
#include <stdio.h>

#include "signers.h"

static struct idrevoke_vkey keys[2];

/* A text that was signed once: corpora have its note. */
static const char known[] = "idrevoke-feed v1\nepoch 1\n";

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	parse_signers();
	keys[0] = signers[0].verifier;
	keys[1] = signers[1].verifier;
	return 0;
}

/* Each of the keys alone finds its own signature. */
static bool both_signed(const char *note, size_t size)
{
	size_t text_size;

	return !idrevoke_note_verify(note, size, &keys[0], 1, 1, &text_size, NULL) &&
	       !idrevoke_note_verify(note, size, &keys[1], 1, 1, &text_size, NULL);
}

static void check_verify(const char *note, size_t size, const char *text)
{
	char signer[IDREVOKE_KEY_TEXT];
	const char *why = "?";
	size_t text_size = 0;

	for (unsigned int threshold = 0; threshold <= 2; threshold++) {
		int error = idrevoke_note_verify(note, size, keys, 2, threshold, &text_size, &why);

		fuzz_check(!error == !why, "error %d, and why it is %s", error, why ?: "nothing");
		if (error)
			continue;
		fuzz_check(threshold, "a note that nobody need sign");
		fuzz_check(threshold < 2 || both_signed(note, size), "one key stands for two");
		fuzz_check(text_size < size, "%zu of %zu", text_size, size);
		fuzz_check((text && text_size == strlen(text) && !memcmp(note, text, text_size)) ||
			   (text_size == strlen(known) && !memcmp(note, known, text_size)),
			   "a text that nobody signed");
	}
	if (idrevoke_note_signer(note, size, signer))
		fuzz_check(strlen(signer) < IDREVOKE_KEY_TEXT, "a long name");
}

static void check_key(const char *text)
{
	char again[IDREVOKE_KEY_TEXT];
	struct idrevoke_signer signer;
	struct idrevoke_vkey key;
	size_t length = strcspn(text, "\n");

	if (!idrevoke_vkey_parse(&key, text)) {
		idrevoke_vkey_format(&key, again);
		fuzz_check(strlen(again) == length && !memcmp(again, text, length),
			   "a key of two spellings");
	}
	if (!idrevoke_signer_parse(&signer, text)) {
		idrevoke_signer_format(&signer, again);
		fuzz_check(strlen(again) == length && !memcmp(again, text, length),
			   "a signer of two spellings");
	}
}

/* What was signed is taken, if it is text. */
static void check_good(const char *note, const char *text)
{
	size_t text_size, size = strlen(note);
	bool clean = size <= IDREVOKE_NOTE_MAX;

	for (const char *at = text; *at; at++)
		clean &= (uint8_t)*at >= ' ' || *at == '\n';
	fuzz_check(!idrevoke_note_verify(note, size, keys, 2, 1, &text_size, NULL) == clean,
		   "a good note is refused, or a bad one taken");
	fuzz_check(!clean || text_size == strlen(text), "another text");
}

/* What follows the text's signatures, or takes the place of their last bytes. */
static void check_signed(struct fuzz_input *input, unsigned int mode)
{
	uint8_t drop = fuzz_take(input, 1), at = fuzz_take(input, 1);
	char *text = fuzz_text(input), *note, *all;
	size_t extra, size;

	fuzz_take(input, 1);
	note = idrevoke_note_sign(text, &signers[mode >> 1 & 1]);
	if (note) {
		check_good(note, text);
		extra = input->left;
		size = strlen(note);
		size -= drop < size ? drop : size;
		all = malloc(size + extra + 1);
		memcpy(all, note, size);
		memcpy(all + size, input->at, extra);
		if (mode & 4 && size)
			all[(at * 257u) % size] ^= 1 << (mode >> 5);
		check_verify(all, size + extra, text);
		free(all);
	}
	free(note);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	unsigned int mode = fuzz_take(&input, 1);
	size_t whole = input.left;
	uint8_t *bytes;
	char *text;

	if (mode & 1) {
		check_signed(&input, mode);
		return 0;
	}
	bytes = fuzz_bytes(&input, &whole);
	check_verify((char *)bytes, whole, NULL);
	input = (struct fuzz_input){ bytes, whole };
	text = fuzz_text(&input);
	check_key(text);
	free(text);
	free(bytes);
	return 0;
}
