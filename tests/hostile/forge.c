// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes feeds that the issuer's own key has signed, and that are wrong: in place
 * of a store's latest, one of the next version comes, with a payload of its own.
 * Each of the cases in the table near the end changes one thing about them.
 */
#include "forge.h"

#define BOMB_BYTES (2ULL << 30)
#define SMALL_BOMB_BYTES (16ULL << 20)
#define LARGE_WINDOW_LOG 27

/* --- what can be wrong: of latest */

static void expired(struct forgery *forgery)
{
	forgery->latest.issued = time(NULL) - 2 * 86400;
	forgery->latest.valid_for = 86400;
}

static void from_the_future(struct forgery *forgery)
{
	forgery->latest.issued = time(NULL) + 86400;
}

static void other_digest(struct forgery *forgery)
{
	forgery->latest.digest.low ^= 1;
}

static void other_count(struct forgery *forgery)
{
	forgery->latest.count++;
}

static void other_sha256(struct forgery *forgery)
{
	struct idrevoke_feed_payload *named = &forgery->latest.snapshot;
	char from[IDREVOKE_FEED_PATH], to[IDREVOKE_FEED_PATH];

	idrevoke_feed_path(named, from);
	named->sha256[0] ^= 1;
	idrevoke_feed_path(named, to);
	if (renameat(forgery->feed, from, forgery->feed, to))
		fail(from);
}

static void stored_less(struct forgery *forgery)
{
	forgery->latest.snapshot.stored--;
}

static void stored_more(struct forgery *forgery)
{
	forgery->latest.snapshot.stored++;
}

static void stored_enormous(struct forgery *forgery)
{
	forgery->latest.snapshot.stored = 1ULL << 60;
}

static void unpacked_enormous(struct forgery *forgery)
{
	forgery->latest.snapshot.unpacked +=
		IDREVOKE_FEED_RECORDS_MAX * IDREVOKE_FEED_RECORD_SIZE;
}

static void unpacked_more(struct forgery *forgery)
{
	forgery->latest.snapshot.unpacked += IDREVOKE_FEED_RECORD_SIZE;
}

static void unknown_root(struct forgery *forgery)
{
	forgery->latest.root = 99;
}

static void too_many_deltas(struct forgery *forgery)
{
	struct idrevoke_latest *latest = &forgery->latest;

	latest->version += IDREVOKE_FEED_DELTAS_MAX;
	latest->delta_count = IDREVOKE_FEED_DELTAS_MAX;
	for (unsigned int i = 0; i < latest->delta_count; i++) {
		latest->deltas[i] = latest->snapshot;
		latest->deltas[i].version = latest->version - i;
		latest->deltas[i].base = latest->version - i - 1;
	}
}

static void delta_gap(struct forgery *forgery)
{
	too_many_deltas(forgery);
	forgery->latest.deltas[7].base--;
}

/* --- of the payload, as latest says too */

static void same_version(struct forgery *forgery)
{
	forgery->header.version = forgery->before.version;
}

static void older_epoch(struct forgery *forgery)
{
	forgery->header.epoch--;
}

static void wrong_digest(struct forgery *forgery)
{
	forgery->header.digest.high ^= 1;
}

static void wrong_count(struct forgery *forgery)
{
	forgery->header.count++;
}

static void out_of_order(struct forgery *forgery)
{
	struct idrevoke_record first = forgery->records[0];

	forgery->records[0] = forgery->records[1];
	forgery->records[1] = first;
}

static void twice(struct forgery *forgery)
{
	forgery->records[1] = forgery->records[0];
	count(forgery);
}

static void invalid_record(struct forgery *forgery)
{
	forgery->records[1].number = IDREVOKE_NUMBER_END;
	count(forgery);
}

static void removal_in_snapshot(struct forgery *forgery)
{
	forgery->records[1].flags = IDREVOKE_RECORD_REMOVE;
}

static void enormous_list(struct forgery *forgery)
{
	forgery->header.records = forgery->header.count = IDREVOKE_FEED_RECORDS_MAX;
}

/* A delta of removals; the list that it leads to would be the same as before. */
static void removes_nothing(struct forgery *forgery)
{
	forgery->header.delta = true;
	forgery->header.base = forgery->before.version;
	forgery->header.count = forgery->before.count;
	forgery->header.digest = forgery->before.digest;
	for (int i = 0; i < RECORDS; i++) {
		struct idrevoke_record *record = &forgery->records[i];

		record->through = record->reason = 0;
		record->flags = IDREVOKE_RECORD_REMOVE;
	}
}

/* --- of the payload, unlike latest */

static void header_epoch(struct forgery *forgery)
{
	forgery->plain.header.epoch ^= htole64(1);
}

static void header_version(struct forgery *forgery)
{
	forgery->plain.header.version ^= htole64(1);
}

static void header_digest(struct forgery *forgery)
{
	forgery->plain.header.digest[0] ^= 1;
}

static void header_records(struct forgery *forgery)
{
	forgery->plain.header.records = forgery->plain.header.count = htole64(RECORDS - 1);
}

static void header_kind(struct forgery *forgery)
{
	memcpy(forgery->plain.header.magic, PAYLOAD_DELTA, PAYLOAD_MAGIC_SIZE);
}

static void header_format(struct forgery *forgery)
{
	forgery->plain.header.format = htole32(PAYLOAD_FORMAT + 1);
}

/* --- of the way it is packed */

static void pack_bomb(struct forgery *forgery)
{
	append_frame(forgery, &forgery->plain, PLAIN_SIZE, PAYLOAD_WINDOW_LOG,
		     BOMB_BYTES);
}

/* Of less than one KiB. */
static void pack_small_bomb(struct forgery *forgery)
{
	append_frame(forgery, &forgery->plain, PLAIN_SIZE, PAYLOAD_WINDOW_LOG, SMALL_BOMB_BYTES);
}

static void pack_large_window(struct forgery *forgery)
{
	append_frame(forgery, &forgery->plain, PLAIN_SIZE, LARGE_WINDOW_LOG, 0);
}

static void pack_two_frames(struct forgery *forgery)
{
	append_frame(forgery, &forgery->plain.header, sizeof(forgery->plain.header),
		     PAYLOAD_WINDOW_LOG, 0);
	append_frame(forgery, forgery->plain.records, sizeof(forgery->plain.records),
		     PAYLOAD_WINDOW_LOG, 0);
}

static void pack_trailing(struct forgery *forgery)
{
	pack(forgery);
	append(forgery, "x", 1);
}

static void pack_cut(struct forgery *forgery)
{
	pack(forgery);
	forgery->stored -= 8;
}

static void pack_gzip(struct forgery *forgery)
{
	char path[] = "/tmp/forge.XXXXXX", command[64], *packed;
	size_t size;
	FILE *gzip;
	int file = mkstemp(path);

	snprintf(command, sizeof(command), "gzip -c >%s", path);
	gzip = popen(command, "w");
	if (file < 0 || !gzip ||
	    fwrite(&forgery->plain, PLAIN_SIZE, 1, gzip) != 1 || pclose(gzip) ||
	    idrevoke_file_read(AT_FDCWD, path, 1 << 20, &packed, &size))
		fail("gzip");
	append(forgery, packed, size);
	close(file);
	unlink(path);
	free(packed);
}

/* --- of the text and the note */

static void unknown_text(struct forgery *forgery)
{
	*strstr(forgery->text, "v1\n") = 'w';
}

static void unknown_line(struct forgery *forgery)
{
	add_text(forgery, "comment none\n", 1);
}

static void one_delta_more(struct forgery *forgery)
{
	const struct idrevoke_feed_payload *last =
		&forgery->latest.deltas[IDREVOKE_FEED_DELTAS_MAX - 1];
	char *line = strrchr(forgery->text, '\n');
	char more[512], rest[256];

	/* the last line again, for the version before */
	*line = '\0';
	sscanf(strrchr(forgery->text, '\n') + 1, "delta %*u %*u %255[^\n]", rest);
	*line = '\n';
	snprintf(more, sizeof(more), "delta %lu %lu %s\n", last->base - 1, last->base, rest);
	add_text(forgery, more, 1);
}

static void control_characters(struct forgery *forgery)
{
	add_text(forgery, "\033[2J\r\n", 1);
}

static void too_long(struct forgery *forgery)
{
	add_text(forgery, "x", IDREVOKE_NOTE_MAX);
	add_text(forgery, "\n", 1);
}

static void no_signature(struct forgery *forgery)
{
	forgery->note_size = strlen(forgery->text) + 1;
}

/* What comes after the empty line. */
static char *signature_of(struct forgery *forgery)
{
	return forgery->note + strlen(forgery->text) + 1;
}

static void other_key(struct forgery *forgery)
{
	struct idrevoke_signer other;

	if (idrevoke_signer_generate(&other, forgery->signer.verifier.name))
		fail("key");
	set_note(forgery, idrevoke_note_sign(forgery->text, &other));
}

/* The right key's, of another text. */
static void wrong_signature(struct forgery *forgery)
{
	char *other = need(idrevoke_note_sign("other\n", &forgery->signer));

	strcpy(signature_of(forgery), strstr(other, "\n\n") + 2);
	free(other);
}

static void too_many_signatures(struct forgery *forgery)
{
	struct idrevoke_signer other;
	char *by_other, *line, *note = need(strdup(forgery->note));

	if (idrevoke_signer_generate(&other, "other"))
		fail("key");
	by_other = need(idrevoke_note_sign(forgery->text, &other));
	line = strstr(by_other, "\n\n") + 2;
	note = need(realloc(note, strlen(note) + IDREVOKE_NOTE_SIGNATURES_MAX * strlen(line) + 1));
	for (int i = 0; i < IDREVOKE_NOTE_SIGNATURES_MAX; i++)
		strcat(note, line);
	free(by_other);
	set_note(forgery, note);
}

/* Each stage may spoil what the one before made. */
static const struct forgery_case {
	const char *name;
	void (*payload)(struct forgery *forgery); /* what it says */
	void (*plain)(struct forgery *forgery);	  /* its bytes */
	void (*pack)(struct forgery *forgery);	  /* instead of pack() */
	void (*latest)(struct forgery *forgery);
	void (*text)(struct forgery *forgery); /* of latest, to be signed */
	void (*note)(struct forgery *forgery); /* signed */
} cases[] = {
	{ .name = "nothing" },
	{ "expired", .latest = expired },
	{ "from-the-future", .latest = from_the_future },
	{ "other-digest", .latest = other_digest },
	{ "other-count", .latest = other_count },
	{ "other-sha256", .latest = other_sha256 },
	{ "stored-less", .latest = stored_less },
	{ "stored-more", .latest = stored_more },
	{ "stored-enormous", .latest = stored_enormous },
	{ "unpacked-enormous", .latest = unpacked_enormous },
	{ "unpacked-more", .latest = unpacked_more },
	{ "unknown-root", .latest = unknown_root },
	{ "delta-gap", .latest = delta_gap },
	{ "too-many-deltas", .latest = too_many_deltas, .text = one_delta_more },
	{ "same-version", .payload = same_version },
	{ "older-epoch", .payload = older_epoch },
	{ "wrong-digest", .payload = wrong_digest },
	{ "wrong-count", .payload = wrong_count },
	{ "out-of-order", .payload = out_of_order },
	{ "twice", .payload = twice },
	{ "invalid-record", .payload = invalid_record },
	{ "removal-in-snapshot", .payload = removal_in_snapshot },
	{ "removes-nothing", .payload = removes_nothing },
	{ "header-epoch", .plain = header_epoch },
	{ "header-version", .plain = header_version },
	{ "header-digest", .plain = header_digest },
	{ "header-records", .plain = header_records },
	{ "header-kind", .plain = header_kind },
	{ "header-format", .plain = header_format },
	{ "bomb", .pack = pack_bomb },
	{ "bomb-small", .pack = pack_small_bomb },
	{ "bomb-announced", .payload = enormous_list, .pack = pack_bomb },
	{ "large-window", .pack = pack_large_window },
	{ "two-frames", .pack = pack_two_frames },
	{ "trailing", .pack = pack_trailing },
	{ "cut", .pack = pack_cut },
	{ "gzip", .pack = pack_gzip },
	{ "unknown-text", .text = unknown_text },
	{ "unknown-line", .text = unknown_line },
	{ "control-characters", .text = control_characters },
	{ "too-long", .text = too_long },
	{ "no-signature", .note = no_signature },
	{ "other-key", .note = other_key },
	{ "wrong-signature", .note = wrong_signature },
	{ "too-many-signatures", .note = too_many_signatures },
};

#define CASES (sizeof(cases) / sizeof(cases[0]))

static void stage(void (*spoil)(struct forgery *forgery), struct forgery *forgery)
{
	if (spoil)
		spoil(forgery);
}

static void forge(struct forgery *forgery, const struct forgery_case *wrong)
{
	prepare(forgery);
	stage(wrong->payload, forgery);
	encode(forgery);
	stage(wrong->plain, forgery);
	stage(wrong->pack ?: pack, forgery);
	name_payload(forgery);
	stage(wrong->latest, forgery);
	forgery->text = need(idrevoke_latest_format(&forgery->latest));
	stage(wrong->text, forgery);
	set_note(forgery, idrevoke_note_sign(forgery->text, &forgery->signer));
	stage(wrong->note, forgery);
	if (idrevoke_file_replace(forgery->feed, IDREVOKE_FEED_LATEST, forgery->note,
				  forgery->note_size, 0644))
		fail(IDREVOKE_FEED_LATEST);
	printf("%lu\n", forgery->latest.version);
}

int main(int argc, char **argv)
{
	struct forgery forgery = { 0 };

	for (size_t i = 0; argc == 3 && i < CASES; i++)
		if (!strcmp(argv[2], cases[i].name)) {
			read_before(&forgery, argv[1]);
			forge(&forgery, &cases[i]);
			return 0;
		}
	fputs("usage: forge STORE CASE\n"
	      "Replaces the latest of a store's feed by a wrong one, and prints its version.\n"
	      "The cases:",
	      stderr);
	for (size_t i = 0; i < CASES; i++)
		fprintf(stderr, " %s", cases[i].name);
	fputc('\n', stderr);
	return 2;
}
