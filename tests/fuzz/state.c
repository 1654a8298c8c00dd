// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The agent's state directory: a list is saved, read again, and damaged as a crash
 * or a disk may do it. What is taken then is what was signed, or nothing; what is
 * damaged is seen, and out of the way of a copy that is right. Input: how many
 * deltas, what becomes of latest and of a payload; for each payload a byte a number,
 * as in lists.h; then what is found instead of, or after, a file that was right.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <openssl/evp.h>
#include <stdarg.h>
#include <unistd.h>

#include "../../agent/idrevoked/config.h"
#include "../../agent/idrevoked/load.h"
#include "../../agent/idrevoked/log.h"
#include "../../agent/idrevoked/reading.h"
#include "lists.h"
#include "signers.h"

#define DELTAS 3
#define CRASHED	  1 /* it left files that nobody names */
#define OTHER_KEY 2 /* root_key has been changed */

enum damage { NONE, FLIP, CUT, ZEROS, APPEND, REPLACE, GONE, DAMAGES };

struct saved {
	struct edition edition;
	char *text; /* of latest */
	unsigned int count;
	struct idrevoke_feed_payload *named[DELTAS + 1]; /* in @edition */
	uint8_t *frames[DELTAS + 1];
};

static char directory[] = "/dev/shm/idrevoke-fuzz-XXXXXX";

/* In the place of the agent's own, which writes to the journal. */
void log_write(const char *file, const char *line, const char *function, int priority,
	       const char *id, const struct log_fields *fields, const char *format, ...)
{
	char words[2048];
	va_list arguments;

	(void)file;
	(void)line;
	(void)function;
	(void)priority;
	(void)id;
	(void)fields;
	va_start(arguments, format);
	fuzz_check(vsnprintf(words, sizeof(words), format, arguments) > 0, "no words");
	va_end(arguments);
}

void log_one_line(char *text)
{
	(void)text;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *place)
{
	(void)status;
	(void)type;
	(void)place;
	return remove(path);
}

static void remove_state(void)
{
	nftw(directory, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	parse_signers();
	fuzz_check(mkdtemp(directory), "%s", directory);
	atexit(remove_state);
	return 0;
}

static void make(struct saved *saved, struct fuzz_input *input, unsigned int deltas)
{
	struct idrevoke_latest latest = {
		.epoch = LISTS_EPOCH, .version = 10 + deltas, .issued = 1800000000,
		.valid_for = 3600, .confirm_every = 60, .root = 1, .delta_count = deltas,
	};
	unsigned __int128 digest;
	char *note;

	lists_clear();
	saved->count = deltas + 1;
	for (unsigned int i = 0; i <= deltas; i++) {
		/* the newest delta is named first */
		struct idrevoke_feed_payload *named = i ? &latest.deltas[deltas - i] :
							  &latest.snapshot;

		saved->frames[i] = lists_payload(input, i ? 9 + i : 0, 10 + i, LISTS_TRUE, named);
		EVP_Digest(saved->frames[i], named->stored, named->sha256, NULL, EVP_sha256(), NULL);
		saved->named[i] = i ? &saved->edition.latest.deltas[deltas - i] :
				      &saved->edition.latest.snapshot;
	}
	latest.count = lists_count(&digest);
	latest.digest.low = digest;
	latest.digest.high = digest >> 64;
	saved->text = idrevoke_latest_format(&latest);
	note = idrevoke_note_sign(saved->text, &signers[0]);
	fuzz_check(edition_set(&saved->edition, &latest, note, strlen(note)), "no edition");
	free(note);
}

static void discard(struct saved *saved)
{
	for (unsigned int i = 0; i < saved->count; i++)
		free(saved->frames[i]);
	free(saved->text);
	edition_free(&saved->edition);
}

/* As the agent brings a version into its directory: what it lacks, then latest. */
static void save(const struct state *state, const struct saved *saved)
{
	for (unsigned int i = 0; i < saved->count; i++) {
		const struct idrevoke_feed_payload *named = saved->named[i];
		FILE *file;

		if (state_has(state, named))
			continue;
		file = state_incoming(state, named, named->base);
		fuzz_check(file && fwrite(saved->frames[i], named->stored, 1, file) == 1 &&
			   !fflush(file), "no file");
		fuzz_check(!state_store(state, named, file, named->base), "not stored");
		fclose(file);
	}
	fuzz_check(!state_save(state, &saved->edition), "not saved");
}

static int load(struct state *state, const struct idrevoke_signer *signer, struct edition *edition)
{
	char key[IDREVOKE_KEY_TEXT];
	struct config config = { .root_key = key, .state = directory };
	struct load load = { 0 };
	int error;

	idrevoke_vkey_format(&signer->verifier, key);
	error = load_edition(&load, state, &config, edition);
	fuzz_check(error ? error == -ENOKEY && !edition->note : load.done, "error %d", error);
	fuzz_check(error || edition->note ||
		   faccessat(state->directory, IDREVOKE_FEED_LATEST, F_OK, 0),
		   "what cannot be used is in the way");
	return error;
}

/* Return: as of reading_step(), or how the list ended. */
static int read_list(struct state *state, const struct idrevoke_latest *latest)
{
	struct parcels parcels = { .state = state };
	struct idrevoke_merge *merge;
	struct reading *reading;
	int error = reading_new(&reading, &parcels, latest, 0);

	if (error)
		return error;
	do
		error = reading_step(reading, &merge);
	while (error > 0);
	reading_free(reading);
	if (error)
		return error;
	error = lists_compare(merge, true);
	idrevoke_merge_close(merge);
	return error;
}

static void check_whole(const struct saved *saved)
{
	struct state state = { .directory = -1 };
	struct edition edition = { 0 };

	fuzz_check(!load(&state, &signers[0], &edition) &&
		   edition_is(&edition, saved->edition.note, saved->edition.size), "not loaded");
	fuzz_check(!read_list(&state, &edition.latest), "not read");
	edition_free(&edition);
	state_close(&state);
}

/* Damages a file that was @bytes. Return: whether it is another now. */
static bool spoil(const char *name, const void *bytes, size_t size, enum damage damage,
		  unsigned int where, const struct fuzz_input *rest)
{
	uint8_t *data = malloc(size + rest->left);
	char path[sizeof(directory) + IDREVOKE_FEED_PATH];
	size_t at = where % size, left = size;
	bool other;
	FILE *file;

	memcpy(data, bytes, size);
	switch (damage) {
	case FLIP:
		data[at] ^= 1 << where / size % 8;
		break;
	case CUT:
		left = at;
		break;
	case ZEROS:
		memset(data + at, 0, size - at);
		break;
	case APPEND:
		memcpy(data + size, rest->at, rest->left);
		left = size + rest->left;
		break;
	case REPLACE:
		memcpy(data, rest->at, rest->left);
		left = rest->left;
		break;
	default:
		break;
	}
	other = damage == GONE || left != size || memcmp(data, bytes, size);
	snprintf(path, sizeof(path), "%s/%s", directory, name);
	if (damage == GONE) {
		fuzz_check(!unlink(path), "%s", path);
	} else {
		file = fopen(path, "w");
		fuzz_check(file && fwrite(data, 1, left, file) == left && !fclose(file), "%s", path);
	}
	free(data);
	return other;
}

/* What was taken is a text that was signed: this one, unless corpora have another. */
static void check_taken(const struct edition *edition, const struct saved *saved,
			enum damage damage)
{
	char *text = idrevoke_latest_format(&edition->latest);
	size_t size = strlen(text);

	fuzz_check(edition->size > size && !memcmp(edition->note, text, size), "another text");
	fuzz_check(damage == REPLACE || !strcmp(text, saved->text), "nobody signed that");
	free(text);
}

static const char *const left_over[] = { ".latest.4711", "delta/9-ab.zst.incoming",
					 "snapshot/9-ab.zst.incoming", "snapshot/9-ab.zst" };

static void crash(const struct fuzz_input *rest)
{
	for (unsigned int i = 0; i < sizeof(left_over) / sizeof(left_over[0]); i++)
		spoil(left_over[i], "?", 1, APPEND, 0, rest);
}

static void check_swept(const struct state *state)
{
	for (unsigned int i = 0; i < sizeof(left_over) / sizeof(left_over[0]); i++)
		fuzz_check(faccessat(state->directory, left_over[i], F_OK, 0), "%s", left_over[i]);
}

/* A start with what is there now. */
static void check_damaged(const struct saved *saved, unsigned int flags, enum damage damage,
			  bool other_latest, const struct idrevoke_feed_payload *other_payload)
{
	const struct idrevoke_signer *signer = &signers[flags & OTHER_KEY ? 1 : 0];
	struct state state = { .directory = -1 };
	struct edition edition = { 0 };
	int error = load(&state, signer, &edition);

	/* Of another feed is what another key has signed, never what is damaged. */
	fuzz_check(!error || flags & OTHER_KEY || damage == APPEND || damage == REPLACE,
		   "error %d", error);
	fuzz_check(other_latest || error || !(flags & OTHER_KEY), "another feed is taken");
	fuzz_check(other_latest || error || edition.note, "not loaded");
	if (edition.note) {
		check_taken(&edition, saved, damage);
		error = read_list(&state, &edition.latest);
		fuzz_check(error == 0 || error == -ENODATA, "error %d", error);
		fuzz_check(other_latest || !error == !other_payload, "what is damaged is not seen");
		fuzz_check(other_latest || !other_payload || !state_has(&state, other_payload),
			   "what is damaged is in the way");
	}
	edition_free(&edition);
	/* and what the issuer has is fetched again */
	if (other_payload)
		state_drop(&state, other_payload);
	save(&state, saved);
	check_swept(&state);
	state_close(&state);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	unsigned int deltas = fuzz_below(&input, DELTAS + 1), flags = fuzz_take(&input, 1);
	enum damage latest = fuzz_below(&input, DAMAGES), payload;
	unsigned int latest_at = fuzz_take(&input, 2), victim, payload_at;
	struct state state = { .directory = -1 };
	struct saved saved = { 0 };
	char path[IDREVOKE_FEED_PATH];
	bool other_latest, other_payload;

	payload = fuzz_below(&input, DAMAGES);
	victim = fuzz_below(&input, deltas + 1);
	payload_at = fuzz_take(&input, 2);
	make(&saved, &input, deltas);

	remove_state();
	fuzz_check(!state_open(&state, directory), "no state");
	save(&state, &saved);
	state_close(&state);
	check_whole(&saved);

	idrevoke_feed_path(saved.named[victim], path);
	other_latest = spoil(IDREVOKE_FEED_LATEST, saved.edition.note, saved.edition.size, latest,
			     latest_at, &input);
	other_payload = spoil(path, saved.frames[victim], saved.named[victim]->stored, payload,
			      payload_at, &input);
	if (flags & CRASHED)
		crash(&input);
	check_damaged(&saved, flags, latest, other_latest,
		      other_payload ? saved.named[victim] : NULL);
	check_whole(&saved);
	discard(&saved);
	return 0;
}
