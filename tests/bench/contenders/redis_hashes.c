// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Redis as its page on memory optimization has it: numbers side by side share a
 * hash, of less than the 128 entries up to which Redis keeps one as a plain list.
 * That takes numbers as evenly spread as these, and hashes not to outgrow it.
 */
#define HASH_NUMBERS	64
#define NAME		"redis_hashes"
#define CONTENDER	contender_redis_hashes
#define BYTES_AT_MOST	40
#include "redis.c"
