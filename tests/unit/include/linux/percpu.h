/* SPDX-License-Identifier: GPL-2.0-or-later */
#define DEFINE_PER_CPU(type, name)	type name
#define this_cpu_add(variable, value)	((void)__atomic_add_fetch(&(variable), value, __ATOMIC_RELAXED))
#define per_cpu(variable, cpu)		(*((void)(cpu), &(variable)))
#define for_each_possible_cpu(cpu)	for (cpu = 0; cpu < 1; cpu++)
