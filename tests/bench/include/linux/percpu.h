/* SPDX-License-Identifier: GPL-2.0-or-later */
/* As in the kernel: one instruction, on memory that nobody else writes. */
#ifndef BENCH_LINUX_PERCPU_H
#define BENCH_LINUX_PERCPU_H

#include <linux/slab.h>

#define __percpu
#define DEFINE_PER_CPU(type, name)	__thread type name
#define alloc_percpu(type)		((type *)stub_allocate(sizeof(type), __GFP_ZERO, "percpu"))
#define free_percpu(memory)		stub_free(memory, "percpu", 0)
#define this_cpu_add(variable, value)	((void)((variable) += (value)))
#define this_cpu_inc(variable)		this_cpu_add(variable, 1)
#define per_cpu_ptr(at, cpu)		((void)(cpu), (at))
#define per_cpu(variable, cpu)		(*per_cpu_ptr(&(variable), cpu))
#define for_each_possible_cpu(cpu)	for (cpu = 0; cpu < 1; cpu++)

#endif
