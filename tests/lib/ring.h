/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A command of the device as an entry of io_uring. */
#ifndef TESTS_LIB_RING_H
#define TESTS_LIB_RING_H

#include <liburing.h>
#include <linux/idrevoke.h>

/* @fd: the device, or its index if @flags have IOSQE_FIXED_FILE */
static inline void ring_prepare(struct io_uring_sqe *entry, int fd, unsigned int flags,
				uint32_t command, uint64_t argument)
{
	struct idrevoke_uring *area = (void *)entry->cmd;

	io_uring_prep_rw(IORING_OP_URING_CMD, entry, fd, NULL, 0, 0);
	io_uring_sqe_set_flags(entry, flags);
	entry->cmd_op = command;
	area->address = argument;
	area->reserved = 0;
}

#endif
