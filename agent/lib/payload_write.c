// SPDX-License-Identifier: LGPL-2.1-or-later
/* Writing payloads; payload.c reads them. */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "payload_header.h"

/* Bytes packed at a time. */
#define CHUNK 65536
#define LEVEL 3

struct idrevoke_payload_writer {
	struct idrevoke_feed_payload named;
	int feed;
	char temporary[64];
	FILE *file;
	EVP_MD_CTX *sha256;
	ZSTD_CCtx *zstd;
	bool delta;
	uint64_t left;		/* records still to come */
	uint64_t last;		/* number of the record before */
	bool first;		/* there is none before */
	size_t filled;
	uint8_t unpacked[CHUNK];
	uint8_t packed[CHUNK];
};

static int write_packed(struct idrevoke_payload_writer *writer, size_t size)
{
	writer->named.stored += size;
	if (EVP_DigestUpdate(writer->sha256, writer->packed, size) != 1)
		return -ENOMEM;
	if (fwrite(writer->packed, 1, size, writer->file) != size)
		return errno ? -errno : -EIO;
	return 0;
}

/* Packs what has gathered. */
static int pack(struct idrevoke_payload_writer *writer, ZSTD_EndDirective end)
{
	ZSTD_inBuffer in = { writer->unpacked, writer->filled, 0 };
	size_t more;
	int error;

	do {
		ZSTD_outBuffer out = { writer->packed, sizeof(writer->packed), 0 };

		more = ZSTD_compressStream2(writer->zstd, &out, &in, end);
		if (ZSTD_isError(more))
			return -ENOMEM;
		error = write_packed(writer, out.pos);
		if (error)
			return error;
	} while (end == ZSTD_e_end ? more > 0 : in.pos < in.size);
	writer->filled = 0;
	return 0;
}

static int put(struct idrevoke_payload_writer *writer, const void *data, size_t size)
{
	int error = 0;

	if (size > sizeof(writer->unpacked) - writer->filled)
		error = pack(writer, ZSTD_e_continue);
	if (error)
		return error;
	memcpy(writer->unpacked + writer->filled, data, size);
	writer->filled += size;
	return 0;
}

static int put_header(struct idrevoke_payload_writer *writer,
		      const struct idrevoke_payload_header *header)
{
	struct payload_wire wire = {
		.format = htole32(PAYLOAD_FORMAT),
		.record_size = htole32(IDREVOKE_FEED_RECORD_SIZE),
		.epoch = htole64(header->epoch),
		.base = htole64(header->base),
		.version = htole64(header->version),
		.records = htole64(header->records),
		.count = htole64(header->count),
		.issued = htole64(header->issued),
	};

	memcpy(wire.magic, header->delta ? PAYLOAD_DELTA : PAYLOAD_SNAPSHOT, PAYLOAD_MAGIC_SIZE);
	idrevoke_digest_encode(&header->digest, wire.digest);
	return put(writer, &wire, sizeof(wire));
}

static int start(struct idrevoke_payload_writer *writer)
{
	int file;

	writer->sha256 = EVP_MD_CTX_new();
	writer->zstd = ZSTD_createCCtx();
	if (!writer->sha256 || !writer->zstd ||
	    EVP_DigestInit_ex(writer->sha256, EVP_sha256(), NULL) != 1 ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(writer->zstd, ZSTD_c_compressionLevel, LEVEL)) ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(writer->zstd, ZSTD_c_windowLog,
						PAYLOAD_WINDOW_LOG)) ||
	    ZSTD_isError(ZSTD_CCtx_setPledgedSrcSize(writer->zstd, writer->named.unpacked)))
		return -ENOMEM;
	file = openat(writer->feed, writer->temporary,
		      O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (file < 0)
		return -errno;
	writer->file = fdopen(file, "w");
	if (!writer->file) {
		close(file);
		return -ENOMEM;
	}
	/* whatever the umask: a copy of the feed is for web servers */
	if (fchmod(file, 0644))
		return -errno;
	return 0;
}

/* Process ids are not enough: in containers several writers may have the same. */
static int name_temporary(struct idrevoke_payload_writer *writer, const char *directory)
{
	uint64_t random;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return -EIO;
	snprintf(writer->temporary, sizeof(writer->temporary), "%s/.%016" PRIx64, directory,
		 random);
	return 0;
}

static int make_directory(int feed, const char *directory)
{
	if (mkdirat(feed, directory, 0755))
		return errno == EEXIST ? 0 : -errno;
	return fchmodat(feed, directory, 0755, 0) ? -errno : 0;
}

int idrevoke_payload_create(struct idrevoke_payload_writer **writer, int feed,
			    const struct idrevoke_payload_header *header)
{
	const char *directory = header->delta ? "delta" : "snapshot";
	struct idrevoke_payload_writer *new = calloc(1, sizeof(*new));
	int error;

	*writer = NULL;
	if (!new)
		return -ENOMEM;
	new->feed = feed;
	new->delta = header->delta;
	new->left = header->records;
	new->first = true;
	new->named.base = header->base;
	new->named.version = header->version;
	new->named.unpacked =
		IDREVOKE_PAYLOAD_HEADER_SIZE + header->records * IDREVOKE_FEED_RECORD_SIZE;
	error = name_temporary(new, directory);
	if (!error)
		error = make_directory(feed, directory);
	if (!error)
		error = start(new);
	if (!error)
		error = put_header(new, header);
	if (error) {
		idrevoke_payload_discard(new);
		return error;
	}
	*writer = new;
	return 0;
}

int idrevoke_payload_append(struct idrevoke_payload_writer *writer,
			    const struct idrevoke_record *record)
{
	uint8_t wire[IDREVOKE_FEED_RECORD_SIZE];

	if (!writer->left || !idrevoke_record_is_valid(record, writer->delta) ||
	    (!writer->first && record->number <= writer->last))
		return -EINVAL;
	writer->left--;
	writer->last = record->number;
	writer->first = false;
	idrevoke_record_encode(record, wire);
	return put(writer, wire, sizeof(wire));
}

/* Makes durable that a file has its name, and its directory too. */
static int sync_directory(int feed, const char *path)
{
	int directory = openat(feed, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), error = 0;

	if (directory < 0)
		return -errno;
	if (fsync(directory) || fsync(feed))
		error = -errno;
	close(directory);
	return error;
}

int idrevoke_payload_finish(struct idrevoke_payload_writer *writer,
			    struct idrevoke_feed_payload *named)
{
	uint8_t sha256[EVP_MAX_MD_SIZE];
	char path[IDREVOKE_FEED_PATH];
	int error;

	if (writer->left)
		return -EINVAL;
	error = pack(writer, ZSTD_e_end);
	if (error)
		return error;
	if (EVP_DigestFinal_ex(writer->sha256, sha256, NULL) != 1)
		return -ENOMEM;
	memcpy(writer->named.sha256, sha256, IDREVOKE_SHA256_SIZE);
	if (fflush(writer->file) || fsync(fileno(writer->file)))
		return -errno;
	idrevoke_feed_path(&writer->named, path);
	if (renameat(writer->feed, writer->temporary, writer->feed, path))
		return -errno;
	writer->temporary[0] = '\0';
	error = sync_directory(writer->feed, writer->delta ? "delta" : "snapshot");
	if (!error)
		*named = writer->named;
	return error;
}

void idrevoke_payload_discard(struct idrevoke_payload_writer *writer)
{
	if (!writer)
		return;
	if (writer->file) {
		fclose(writer->file);
		if (writer->temporary[0])
			unlinkat(writer->feed, writer->temporary, 0);
	}
	EVP_MD_CTX_free(writer->sha256);
	ZSTD_freeCCtx(writer->zstd);
	explicit_bzero(writer->unpacked, sizeof(writer->unpacked));
	free(writer);
}
