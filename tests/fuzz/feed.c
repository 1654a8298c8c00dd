// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The texts of a feed: what is taken is written again as exactly the same text, so
 * that nothing has two forms, and fits together as feed.h promises. Input: a text.
 */
#include "../../agent/lib/feed.h"
#include "../../agent/lib/payload.h"
#include "fuzz.h"

static void check_payload(const struct idrevoke_feed_payload *payload)
{
	char path[IDREVOKE_FEED_PATH];

	fuzz_check(payload->version > payload->base, "it leads back");
	fuzz_check(payload->unpacked >= IDREVOKE_PAYLOAD_HEADER_SIZE &&
		   (payload->unpacked - 96) / 20 <= IDREVOKE_FEED_RECORDS_MAX &&
		   (payload->unpacked - 96) % 20 == 0, "no size of a payload");
	fuzz_check(payload->stored && payload->stored < payload->unpacked * 2 + 2048, "too large");
	memset(path, 'x', sizeof(path));
	idrevoke_feed_path(payload, path);
	fuzz_check(strnlen(path, sizeof(path)) < sizeof(path) && strstr(path, ".zst"), "no path");
	fuzz_check(strspn(path, "snapshotdelta/0123456789abcdef-.z") == strlen(path), "no path");
}

static void check_same(char *again, const char *text, size_t size)
{
	fuzz_check(again && strlen(again) == size && !memcmp(again, text, size), "two forms");
	free(again);
}

static void check_latest(const char *text, size_t size)
{
	struct idrevoke_latest latest;
	const char *why = "?";
	int error = idrevoke_latest_parse(&latest, text, size, &why);
	uint64_t version;

	fuzz_check(!error == !why, "error %d, and why it is %s", error, why ?: "nothing");
	if (error)
		return;
	check_same(idrevoke_latest_format(&latest), text, size);
	check_payload(&latest.snapshot);
	fuzz_check(!latest.snapshot.base && latest.snapshot.version <= latest.version, "snapshot");
	fuzz_check(latest.delta_count <= IDREVOKE_FEED_DELTAS_MAX, "deltas");
	fuzz_check(latest.epoch && latest.valid_for && latest.confirm_every && latest.root &&
		   latest.issued && latest.issued <= INT64_MAX, "zeros");
	/* from the snapshot, delta by delta, to the newest */
	version = latest.snapshot.version;
	for (int left = idrevoke_latest_deltas(&latest, version); left; left--) {
		fuzz_check(left > 0 && latest.deltas[left - 1].base == version, "a gap");
		check_payload(&latest.deltas[left - 1]);
		version = latest.deltas[left - 1].version;
	}
	fuzz_check(version == latest.version, "another version");
}

static void check_root(const char *text, size_t size)
{
	struct idrevoke_root root;
	const char *why = "?";
	int error = idrevoke_root_parse(&root, text, size, &why);

	fuzz_check(!error == !why, "error %d, and why it is %s", error, why ?: "nothing");
	if (error)
		return;
	check_same(idrevoke_root_format(&root), text, size);
	fuzz_check(root.threshold && root.threshold <= root.key_count &&
		   root.key_count <= IDREVOKE_FEED_KEYS_MAX, "threshold");
}

static void check_digest(const char *text)
{
	char again[IDREVOKE_DIGEST_TEXT];
	struct idrevoke_digest digest;

	if (idrevoke_digest_parse(text, &digest))
		return;
	idrevoke_digest_format(&digest, again);
	fuzz_check(!strcmp(again, text), "a digest of two forms");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	char *text = (char *)fuzz_bytes(&input, &size);

	check_latest(text, size);
	check_root(text, size);
	free(text);
	input = (struct fuzz_input){ data, size };
	text = fuzz_text(&input);
	check_digest(text);
	free(text);
	return 0;
}
