/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernels built to fail on demand: the n-th time from now on that a thread takes
 * memory in the kernel, or the kernel copies from or to its memory, that fails
 * (Documentation/fault-injection in the kernel's sources).
 */
#ifndef TESTS_LIB_FAULTS_H
#define TESTS_LIB_FAULTS_H

#include <stdbool.h>

void faults_begin(void);
void faults_of_pages(bool count);
void faults_arm(unsigned int nth);
bool faults_hit(void);
void faults_arm_workers(unsigned int nth);
bool faults_workers_hit(const char *name);

#endif
