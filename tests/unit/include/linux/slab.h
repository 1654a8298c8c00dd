/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _STUB_LINUX_SLAB_H
#define _STUB_LINUX_SLAB_H

#include <linux/kernel.h>

#define GFP_KERNEL		0
#define __GFP_ZERO		1
#define __GFP_RETRY_MAYFAIL	0
#define __GFP_NOWARN		0

void *stub_allocate(size_t size, gfp_t flags, const char *kind);
void stub_free(const void *memory, const char *kind, size_t wipe);

#define kmalloc(size, flags)	stub_allocate(size, flags, "kmalloc")
#define kzalloc(size, flags)	stub_allocate(size, (flags) | __GFP_ZERO, "kmalloc")
#define kfree(memory)		stub_free(memory, "kmalloc", 0)
#define kfree_sensitive(memory)	stub_free(memory, "kmalloc", ~0UL)
#define kvmalloc_array(n, size, flags) stub_allocate((n) * (size), flags, "kvmalloc")
#define kvfree_sensitive(memory, size) stub_free(memory, "kvmalloc", size)
#define __vmalloc(size, flags)	stub_allocate(size, flags, "vmalloc")
#define vmalloc_huge(size, flags) stub_allocate(size, flags, "vmalloc")
#define vfree(memory)		stub_free(memory, "vmalloc", 0)

#endif
