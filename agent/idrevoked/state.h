/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state directory: a verified copy of the part of the feed that the last good
 * list needs. A payload gets its name when its contents are on the disk; "latest"
 * is replaced when the names of all that it needs are, and what only the one
 * before it needed is removed when that has reached the disk. So a power cut at any
 * time leaves the old list or the new one, and at most files that nobody names.
 */
#ifndef IDREVOKED_STATE_H
#define IDREVOKED_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "../lib/feed.h"
#include "edition.h"

/**
 * struct state - the directory
 * @directory: its descriptor, which holds a lock against a second agent; -1: it is
 *	not open, and then all other functions fail
 */
struct state {
	int directory;
};

/**
 * state_open() - open the directory, or make it
 * @state: out
 * @path: where it is
 *
 * What is neither empty nor laid out as a state is left alone: -ENOTEMPTY.
 *
 * Return: 0 or a negative errno.
 */
int state_open(struct state *state, const char *path);

/**
 * state_trouble() - whether a fault may go away by itself
 * @error: a negative errno of these functions
 */
bool state_trouble(int error);

/**
 * state_load() - read and verify the latest that was saved
 * @state: the directory
 * @key: the key that must have signed it
 * @edition: out
 * @why: out: on failure, what is wrong
 *
 * Return: 0; -ENOENT: none was; -ENOKEY: it is another issuer's; -EBADMSG: it is
 * damaged; or another negative errno.
 */
int state_load(const struct state *state, const struct idrevoke_vkey *key,
	       struct edition *edition, const char **why);

/**
 * state_is_damaged() - whether the latest is this issuer's, after -ENOKEY
 * @state: the directory
 * @key: the issuer's
 *
 * See idrevoke_note_is_damaged().
 */
bool state_is_damaged(const struct state *state, const struct idrevoke_vkey *key);

/**
 * state_signer() - whose latest it is, after -ENOKEY
 * @state: the directory
 * @signer: out: "<name>+<key id>"
 */
void state_signer(const struct state *state, char signer[IDREVOKE_KEY_TEXT]);

/**
 * state_set_aside() - keep a damaged latest under another name
 * @state: the directory
 */
void state_set_aside(const struct state *state);

/**
 * state_close() - close it
 * @state: the directory
 */
void state_close(struct state *state);

/**
 * state_has() - whether a payload is there
 * @state: the directory
 * @named: the payload
 */
bool state_has(const struct state *state, const struct idrevoke_feed_payload *named);

/**
 * state_incoming() - a file to write a payload to
 * @state: the directory
 * @named: the payload
 * @in_memory: in memory; else beside its place in the directory
 *
 * Return: the file, for reading and writing; NULL and errno, say ENOSPC if the
 * disk has no room for all of it.
 */
FILE *state_incoming(const struct state *state, const struct idrevoke_feed_payload *named,
		     bool in_memory);

/**
 * state_discard() - remove what state_incoming() made
 * @state: the directory
 * @named: the payload, not in memory
 */
void state_discard(const struct state *state, const struct idrevoke_feed_payload *named);

/**
 * state_write_out() - have the disk write the next part of a file
 * @file: of state_incoming()
 * @written: in and out: how many bytes it was asked for
 *
 * So that state_store() need not wait long for a large file. The kernel tells of an
 * error once, and would not tell state_store() any more.
 *
 * Return: 0 or a negative errno: as if state_store() had failed, but for
 * state_discard(), which is the caller's.
 */
int state_write_out(FILE *file, uint64_t *written);

/**
 * state_store() - write a payload to the disk and give it its place there
 * @state: the directory
 * @named: the payload
 * @file: of state_incoming(), verified
 * @in_memory: as it was there
 *
 * Return: 0 or a negative errno.
 */
int state_store(const struct state *state, const struct idrevoke_feed_payload *named,
		FILE *file, bool in_memory);

/**
 * state_drop() - remove a payload that turned out to be damaged
 * @state: the directory
 * @named: the payload
 *
 * Return: 0 or a negative errno.
 */
int state_drop(const struct state *state, const struct idrevoke_feed_payload *named);

/**
 * state_save() - make a latest the one to start with after a restart
 * @state: the directory
 * @edition: the latest; all payloads that it needs have been stored
 *
 * Removes payloads that it does not need.
 *
 * Return: 0; or a negative errno, to be called again.
 */
int state_save(const struct state *state, const struct edition *edition);

#endif /* IDREVOKED_STATE_H */
