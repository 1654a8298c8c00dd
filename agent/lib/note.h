/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Signed notes, as C2SP's signed-note has them: a text, an empty line, and one
 * line "— <name> <base64 of key id and signature>" for each signature. The
 * algorithm is Ed25519, number 1. Keys are lines of text:
 *
 *	verifier	<name>+<key id, 8 hex digits>+<base64 of 0x01 and public key>
 *	signer		PRIVATE+KEY+<name>+<key id>+<base64 of 0x01 and private key>
 */
#ifndef IDREVOKE_LIB_NOTE_H
#define IDREVOKE_LIB_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room for a key's name, terminated, and for a key of either kind as text. */
#define IDREVOKE_KEY_NAME 128
#define IDREVOKE_KEY_TEXT (IDREVOKE_KEY_NAME + 80)

/* A note with more signatures is refused; so is one of more bytes. */
#define IDREVOKE_NOTE_SIGNATURES_MAX 16
#define IDREVOKE_NOTE_MAX 65536

/**
 * struct idrevoke_vkey - a verifier key: whose signatures count
 * @name: of the signer: no space, no '+'
 * @id: first four bytes of the SHA-256 of name, newline, 0x01, public key
 * @key: the public key
 */
struct idrevoke_vkey {
	char name[IDREVOKE_KEY_NAME];
	uint8_t id[4];
	uint8_t key[32];
};

/**
 * struct idrevoke_signer - a key that signs
 * @verifier: its public part
 * @seed: its private part: to be wiped with explicit_bzero()
 */
struct idrevoke_signer {
	struct idrevoke_vkey verifier;
	uint8_t seed[32];
};

/**
 * idrevoke_vkey_parse() - read a verifier key
 * @key: out
 * @text: as above, terminated; one newline at its end is ignored
 *
 * Return: 0; -EINVAL: not in that form; -EBADMSG: the key id is not the key's.
 */
int idrevoke_vkey_parse(struct idrevoke_vkey *key, const char *text);

/**
 * idrevoke_vkey_format() - write a verifier key
 * @key: the key
 * @text: out, terminated, without newline
 */
void idrevoke_vkey_format(const struct idrevoke_vkey *key, char text[IDREVOKE_KEY_TEXT]);

/**
 * idrevoke_signer_generate() - make a new key
 * @signer: out
 * @name: of the signer: not empty, no white space, no '+'
 *
 * Return: 0, -EINVAL for a bad name, -EIO if there is no randomness.
 */
int idrevoke_signer_generate(struct idrevoke_signer *signer, const char *name);

/**
 * idrevoke_signer_parse() - read a signer's key
 * @signer: out
 * @text: as above, terminated; one newline at its end is ignored
 *
 * Return: 0, -EINVAL or -EBADMSG.
 */
int idrevoke_signer_parse(struct idrevoke_signer *signer, const char *text);

/**
 * idrevoke_signer_format() - write a signer's key
 * @signer: the key
 * @text: out, terminated, without newline; to be wiped
 */
void idrevoke_signer_format(const struct idrevoke_signer *signer, char text[IDREVOKE_KEY_TEXT]);

/**
 * idrevoke_note_sign() - sign a text
 * @text: terminated; ends with a newline
 * @signer: who signs
 *
 * Return: the note, terminated, for the caller to free(); NULL and errno.
 */
char *idrevoke_note_sign(const char *text, const struct idrevoke_signer *signer);

/**
 * idrevoke_note_verify() - check a note before anything in it is believed
 * @note: the note; need not be terminated
 * @size: its bytes
 * @keys: whose signatures count
 * @key_count: how many keys
 * @threshold: how many different keys must have signed, 1 or more
 * @text_size: out: bytes of the text that was signed, which is the beginning of
 *	@note, its last newline included; on success only
 * @why: out: on failure, words without any part of the note; may be NULL
 *
 * Signatures by unknown keys are passed over; a wrong one by a known key spoils
 * the note.
 *
 * Return: 0; -EBADMSG: no note, or a wrong signature; -ENOKEY: too few of @keys
 * have signed; -ENOMEM.
 */
int idrevoke_note_verify(const char *note, size_t size, const struct idrevoke_vkey *keys,
			 size_t key_count, unsigned int threshold, size_t *text_size,
			 const char **why);

/**
 * idrevoke_note_is_damaged() - whether a note is a key's own all the same
 * @note: the note, which idrevoke_note_verify() refused with -ENOKEY
 * @size: its bytes
 * @key: the key
 *
 * A signature that cannot be decoded, or is not of a known name and id, counts as
 * somebody else's. A single damaged place in a signature of @key is told from that:
 * what is left of it is right for this text, or bears the name.
 */
bool idrevoke_note_is_damaged(const char *note, size_t size, const struct idrevoke_vkey *key);

/**
 * idrevoke_note_signer() - who claims to have signed a note; proves nothing
 * @note: the note; need not be terminated
 * @size: its bytes
 * @signer: out, terminated: "<name>+<key id>" of the first signature
 *
 * Return: whether it has one.
 */
bool idrevoke_note_signer(const char *note, size_t size, char signer[IDREVOKE_KEY_TEXT]);

#endif /* IDREVOKE_LIB_NOTE_H */
