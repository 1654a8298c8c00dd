/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Zeroed memory, of pages whose size is known. */
#ifndef TESTS_BENCH_LIB_PAGES_H
#define TESTS_BENCH_LIB_PAGES_H

#include <stdbool.h>
#include <stddef.h>

#define PAGES_HUGE	(2UL << 20)

/* At present, and the most at any time since pages_peak_reset(): bytes, with overhead. */
size_t pages_bytes(void);
size_t pages_peak(void);
void pages_peak_reset(void);

/* Pages of 2 MiB if @huge, of 4 KiB otherwise, all of them there. Never NULL. */
void *pages_allocate(size_t size, bool huge);
void pages_free(const void *memory);

/* What the kernel would occupy besides, to know and to map these pages: bytes. */
size_t pages_overhead(const void *memory);

#endif
