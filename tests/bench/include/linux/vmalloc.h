/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory by the page, of 4 KiB or of 2 MiB, as the kernel maps it. */
#ifndef BENCH_LINUX_VMALLOC_H
#define BENCH_LINUX_VMALLOC_H

#include <linux/slab.h>
#include "pages.h"

#undef __vmalloc
#undef vmalloc_huge
#undef vfree
#define __vmalloc(size, flags)		((void)(flags), pages_allocate(size, false))
#define vmalloc_huge(size, flags)	((void)(flags), pages_allocate(size, true))
#define vfree(memory)			pages_free(memory)

#endif
