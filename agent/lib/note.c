// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "note.h"

/* The algorithm's number in C2SP's signed-note. */
#define ED25519 0x01
#define ED25519_SIGNATURE 64

/* What precedes the name in a line with a signature: em dash and space, UTF-8. */
#define DASH "\xe2\x80\x94 "

/* Bytes, and characters without terminator, of a key and of a signature. */
#define KEY_BYTES (1 + 32)
#define KEY_BASE64 44
#define SIGNATURE_BYTES (4 + ED25519_SIGNATURE)
#define SIGNATURE_BASE64 92

#define PRIVATE_PREFIX "PRIVATE+KEY+"

/*
 * Decodes exactly @bytes bytes. Only the one proper spelling is taken, which
 * encoding again shows, so that no note has two forms.
 */
static bool base64_decode(const char *text, size_t length, uint8_t *data, size_t bytes)
{
	unsigned char decoded[SIGNATURE_BASE64 / 4 * 3];
	unsigned char again[SIGNATURE_BASE64 + 1];
	bool same;

	if (length != (bytes + 2) / 3 * 4 || length > SIGNATURE_BASE64)
		return false;
	same = EVP_DecodeBlock(decoded, (const unsigned char *)text, length) >= (int)bytes &&
	       EVP_EncodeBlock(again, decoded, bytes) == (int)length &&
	       !memcmp(again, text, length);
	if (same)
		memcpy(data, decoded, bytes);
	explicit_bzero(decoded, sizeof(decoded));
	explicit_bzero(again, sizeof(again));
	return same;
}

static bool name_is_valid(const char *name, size_t length)
{
	if (!length || length >= IDREVOKE_KEY_NAME)
		return false;
	for (size_t i = 0; i < length; i++)
		if (name[i] <= ' ' || name[i] > '~' || name[i] == '+')
			return false;
	return true;
}

static void key_id(const struct idrevoke_vkey *key, uint8_t id[4])
{
	uint8_t data[IDREVOKE_KEY_NAME + 2 + sizeof(key->key)], hash[EVP_MAX_MD_SIZE];
	size_t length = strlen(key->name);

	memcpy(data, key->name, length);
	data[length++] = '\n';
	data[length++] = ED25519;
	memcpy(data + length, key->key, sizeof(key->key));
	length += sizeof(key->key);
	/* cannot fail but for lack of memory; then no id fits */
	memset(hash, 0, sizeof(hash));
	EVP_Digest(data, length, hash, NULL, EVP_sha256(), NULL);
	memcpy(id, hash, 4);
}

/* Reads "<name>+<id>+<base64 of algorithm and key>". */
static int key_parse(struct idrevoke_vkey *key, uint8_t material[32], const char *text)
{
	const char *id = strchr(text, '+');
	size_t length = strlen(text);
	uint8_t data[KEY_BYTES];

	if (length && text[length - 1] == '\n')
		length--;
	if (!id || !name_is_valid(text, id - text))
		return -EINVAL;
	memset(key, 0, sizeof(*key));
	memcpy(key->name, text, id - text);
	id++;
	if (strspn(id, "0123456789abcdef") != 8 || id[8] != '+')
		return -EINVAL;
	for (int i = 0; i < 4; i++) {
		unsigned int byte;

		sscanf(id + 2 * i, "%2x", &byte);
		key->id[i] = byte;
	}
	id += 9;
	if (!base64_decode(id, text + length - id, data, sizeof(data)) || data[0] != ED25519)
		return -EINVAL;
	memcpy(material, data + 1, 32);
	explicit_bzero(data, sizeof(data));
	return 0;
}

static void key_format(const struct idrevoke_vkey *key, const uint8_t material[32],
		       const char *prefix, char text[IDREVOKE_KEY_TEXT])
{
	unsigned char base64[KEY_BASE64 + 1];
	uint8_t data[KEY_BYTES] = { ED25519 };

	memcpy(data + 1, material, 32);
	EVP_EncodeBlock(base64, data, sizeof(data));
	snprintf(text, IDREVOKE_KEY_TEXT, "%s%s+%02x%02x%02x%02x+%s", prefix, key->name, key->id[0],
		 key->id[1], key->id[2], key->id[3], base64);
	explicit_bzero(data, sizeof(data));
	explicit_bzero(base64, sizeof(base64));
}

int idrevoke_vkey_parse(struct idrevoke_vkey *key, const char *text)
{
	uint8_t id[4];
	int error = key_parse(key, key->key, text);

	if (error)
		return error;
	key_id(key, id);
	return memcmp(id, key->id, sizeof(id)) ? -EBADMSG : 0;
}

void idrevoke_vkey_format(const struct idrevoke_vkey *key, char text[IDREVOKE_KEY_TEXT])
{
	key_format(key, key->key, "", text);
}

/* The public key that belongs to @signer->seed. */
static int derive_public(struct idrevoke_signer *signer)
{
	size_t size = sizeof(signer->verifier.key);
	EVP_PKEY *pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, signer->seed,
						      sizeof(signer->seed));
	int done = pkey && EVP_PKEY_get_raw_public_key(pkey, signer->verifier.key, &size) == 1;

	EVP_PKEY_free(pkey);
	return done ? 0 : -EIO;
}

int idrevoke_signer_generate(struct idrevoke_signer *signer, const char *name)
{
	EVP_PKEY *pkey;
	size_t size = sizeof(signer->seed);
	int done;

	if (!name_is_valid(name, strlen(name)))
		return -EINVAL;
	memset(signer, 0, sizeof(*signer));
	strcpy(signer->verifier.name, name);
	pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	done = pkey && EVP_PKEY_get_raw_private_key(pkey, signer->seed, &size) == 1;
	EVP_PKEY_free(pkey);
	if (!done || derive_public(signer))
		return -EIO;
	key_id(&signer->verifier, signer->verifier.id);
	return 0;
}

int idrevoke_signer_parse(struct idrevoke_signer *signer, const char *text)
{
	uint8_t id[4];
	int error;

	if (strncmp(text, PRIVATE_PREFIX, strlen(PRIVATE_PREFIX)))
		return -EINVAL;
	error = key_parse(&signer->verifier, signer->seed, text + strlen(PRIVATE_PREFIX));
	if (!error)
		error = derive_public(signer);
	if (error)
		return error;
	key_id(&signer->verifier, id);
	return memcmp(id, signer->verifier.id, sizeof(id)) ? -EBADMSG : 0;
}

void idrevoke_signer_format(const struct idrevoke_signer *signer, char text[IDREVOKE_KEY_TEXT])
{
	key_format(&signer->verifier, signer->seed, PRIVATE_PREFIX, text);
}

static int sign(const struct idrevoke_signer *signer, const char *text, size_t length,
		uint8_t signature[ED25519_SIGNATURE])
{
	size_t size = ED25519_SIGNATURE;
	EVP_PKEY *pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, signer->seed,
						      sizeof(signer->seed));
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	int done = pkey && context &&
		   EVP_DigestSignInit(context, NULL, NULL, NULL, pkey) == 1 &&
		   EVP_DigestSign(context, signature, &size, (const unsigned char *)text,
				  length) == 1;

	EVP_MD_CTX_free(context);
	EVP_PKEY_free(pkey);
	return done ? 0 : -EIO;
}

char *idrevoke_note_sign(const char *text, const struct idrevoke_signer *signer)
{
	uint8_t data[SIGNATURE_BYTES];
	unsigned char base64[SIGNATURE_BASE64 + 1];
	size_t length = strlen(text);
	char *note;

	if (!length || text[length - 1] != '\n') {
		errno = EINVAL;
		return NULL;
	}
	memcpy(data, signer->verifier.id, 4);
	if (sign(signer, text, length, data + 4)) {
		errno = EIO;
		return NULL;
	}
	EVP_EncodeBlock(base64, data, sizeof(data));
	if (asprintf(&note, "%s\n" DASH "%s %s\n", text, signer->verifier.name, base64) < 0) {
		errno = ENOMEM;
		return NULL;
	}
	return note;
}

/* Return: 1: right, 0: wrong, -ENOMEM. */
static int signature_is_right(const struct idrevoke_vkey *key, const uint8_t *signature,
			      const char *text, size_t length)
{
	EVP_PKEY *pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key->key,
						     sizeof(key->key));
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	int right = -ENOMEM;

	if (pkey && context && EVP_DigestVerifyInit(context, NULL, NULL, NULL, pkey) == 1)
		right = EVP_DigestVerify(context, signature, ED25519_SIGNATURE,
					 (const unsigned char *)text, length) == 1;
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(pkey);
	return right;
}

/* Finds the empty line that separates text and signatures: the last one. */
static const char *find_signatures(const char *note, size_t size)
{
	for (const char *at = note + size; at - note >= 2; at--)
		if (at[-1] == '\n' && at[-2] == '\n')
			return at;
	return NULL;
}

/* One line with a signature, split. */
struct signature {
	const char *name;
	size_t name_length;
	const char *base64;
	size_t base64_length;
};

static bool split_signature(const char *line, const char *end, struct signature *signature)
{
	size_t dash = strlen(DASH);
	const char *space;

	if ((size_t)(end - line) < dash || memcmp(line, DASH, dash))
		return false;
	signature->name = line + dash;
	space = memchr(signature->name, ' ', end - signature->name);
	if (!space)
		return false;
	signature->name_length = space - signature->name;
	signature->base64 = space + 1;
	signature->base64_length = end - signature->base64;
	return name_is_valid(signature->name, signature->name_length) && signature->base64_length;
}

static const struct idrevoke_vkey *find_key(const struct idrevoke_vkey *keys, size_t key_count,
					    const struct signature *signature, const uint8_t *id)
{
	for (size_t i = 0; i < key_count; i++)
		if (strlen(keys[i].name) == signature->name_length &&
		    !memcmp(keys[i].name, signature->name, signature->name_length) &&
		    !memcmp(keys[i].id, id, 4))
			return &keys[i];
	return NULL;
}

int idrevoke_note_verify(const char *note, size_t size, const struct idrevoke_vkey *keys,
			 size_t key_count, unsigned int threshold, size_t *text_size,
			 const char **why)
{
	const struct idrevoke_vkey *signers[IDREVOKE_NOTE_SIGNATURES_MAX];
	const char *unused, *line, *end = note + size;
	unsigned int lines = 0, signed_by = 0;
	size_t length;

	why = why ?: &unused;
	*why = "not a signed note";
	if (!size || size > IDREVOKE_NOTE_MAX || end[-1] != '\n')
		return -EBADMSG;
	for (size_t i = 0; i < size; i++)
		if ((uint8_t)note[i] < ' ' && note[i] != '\n')
			return -EBADMSG;
	line = find_signatures(note, size);
	if (!line || line == end)
		return -EBADMSG;
	length = line - note - 1;

	while (line < end) {
		const char *newline = memchr(line, '\n', end - line);
		const struct idrevoke_vkey *key;
		struct signature signature;
		uint8_t data[SIGNATURE_BYTES];
		bool seen = false;
		int right;

		if (lines++ == IDREVOKE_NOTE_SIGNATURES_MAX) {
			*why = "too many signatures";
			return -EBADMSG;
		}
		if (!split_signature(line, newline, &signature))
			return -EBADMSG;
		line = newline + 1;
		/* of another algorithm, and so by an unknown key, if of another length */
		if (!base64_decode(signature.base64, signature.base64_length, data, sizeof(data)))
			continue;
		key = find_key(keys, key_count, &signature, data);
		if (!key)
			continue;
		right = signature_is_right(key, data + 4, note, length);
		if (right < 0) {
			*why = "out of memory";
			return right;
		}
		if (!right) {
			*why = "a signature is wrong";
			return -EBADMSG;
		}
		for (unsigned int i = 0; i < signed_by; i++)
			seen |= signers[i] == key;
		if (!seen)
			signers[signed_by++] = key;
	}
	if (!threshold || signed_by < threshold) {
		*why = "not signed by the key that counts";
		return -ENOKEY;
	}
	*why = NULL;
	*text_size = length;
	return 0;
}

bool idrevoke_note_is_damaged(const char *note, size_t size, const struct idrevoke_vkey *key)
{
	const char *line = find_signatures(note, size), *end = note + size, *newline;
	size_t length = line ? line - note - 1 : 0, own = strlen(DASH) + strlen(key->name) + 1;

	for (; line && line < end; line = newline + 1) {
		uint8_t data[SIGNATURE_BYTES];
		const char *base64;
		bool named;

		newline = memchr(line, '\n', end - line);
		if (!newline || newline - line < SIGNATURE_BASE64)
			return false;
		base64 = newline - SIGNATURE_BASE64;
		named = base64 == line + own && base64[-1] == ' ' &&
			!memcmp(line + strlen(DASH), key->name, strlen(key->name));
		if (!base64_decode(base64, SIGNATURE_BASE64, data, sizeof(data))) {
			if (named)
				return true;
			continue;
		}
		if (signature_is_right(key, data + 4, note, length) > 0)
			return true;
		/* One character has bits of both the last byte of the id and the signature. */
		if (named && !memcmp(data, key->id, 3))
			return true;
	}
	return false;
}

bool idrevoke_note_signer(const char *note, size_t size, char signer[IDREVOKE_KEY_TEXT])
{
	const char *line = find_signatures(note, size), *end = note + size;
	const char *newline = line ? memchr(line, '\n', end - line) : NULL;
	struct signature signature;
	uint8_t data[SIGNATURE_BYTES];

	if (!newline || !split_signature(line, newline, &signature) ||
	    !base64_decode(signature.base64, signature.base64_length, data, sizeof(data)))
		return false;
	snprintf(signer, IDREVOKE_KEY_TEXT, "%.*s+%02x%02x%02x%02x", (int)signature.name_length,
		 signature.name, data[0], data[1], data[2], data[3]);
	return true;
}
