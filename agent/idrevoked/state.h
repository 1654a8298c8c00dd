/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state directory: a verified copy of the part of the feed that the list in
 * force needs. "latest" is written after what it names, and replaced before any of
 * that is removed.
 */
#ifndef IDREVOKED_STATE_H
#define IDREVOKED_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "../lib/feed.h"

/**
 * struct state - the directory
 * @directory: its descriptor, which holds a lock against a second agent
 */
struct state {
	int directory;
};

/**
 * state_open() - open the directory, or make it; logs what is wrong
 * @state: out
 * @path: where it is
 *
 * Return: 0 or a negative errno.
 */
int state_open(struct state *state, const char *path);

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
 * Return: the file, for reading and writing; NULL and errno.
 */
FILE *state_incoming(const struct state *state, const struct idrevoke_feed_payload *named,
		     bool in_memory);

/**
 * state_store() - give a payload its place in the directory, on the disk
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
 */
void state_drop(const struct state *state, const struct idrevoke_feed_payload *named);

/**
 * state_save() - make a latest the one to start with after a restart
 * @state: the directory
 * @latest: what it says; all payloads that it needs have been stored
 * @note: the whole note
 * @size: its bytes
 *
 * Removes payloads that it does not name.
 *
 * Return: 0 or a negative errno.
 */
int state_save(const struct state *state, const struct idrevoke_latest *latest,
	       const char *note, size_t size);

#endif /* IDREVOKED_STATE_H */
