/* SPDX-License-Identifier: GPL-2.0-or-later */
/* As in the kernel: one instruction, on memory that nobody else writes. */
#define DEFINE_PER_CPU(type, name)	__thread type name
#define this_cpu_add(variable, value)	((void)((variable) += (value)))
#define per_cpu(variable, cpu)		(*((void)(cpu), &(variable)))
#define for_each_possible_cpu(cpu)	for (cpu = 0; cpu < 1; cpu++)
