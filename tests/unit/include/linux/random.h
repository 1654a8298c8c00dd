/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>

/* Drawn from the seed of the run. */
void get_random_bytes(void *at, size_t size);
