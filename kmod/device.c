// SPDX-License-Identifier: GPL-2.0
/* /dev/idrevoke: the gateways' door. <linux/idrevoke.h> says what it promises. */
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/overflow.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "check.h"
#include "compat.h"
#include "device.h"
#include "list.h"

static_assert(sizeof(struct idrevoke_check) == 64);
static_assert(offsetof(struct idrevoke_check, verdict) == 32);
/* As kmod/check.h has what the halves begin with. */
static_assert(offsetof(struct idrv_question, consistency) ==
	      offsetof(struct idrevoke_check, consistency));
static_assert(offsetof(struct idrv_question, valid_from) ==
	      offsetof(struct idrevoke_check, valid_from));
static_assert(sizeof(struct idrv_question) == offsetof(struct idrevoke_check, flags));
static_assert(offsetof(struct idrevoke_check, reserved) + sizeof(u32) ==
	      offsetof(struct idrevoke_check, verdict));
static_assert(offsetof(struct idrv_answer, reason) == offsetof(struct idrevoke_check, reason) - 32);
static_assert(sizeof(struct idrv_answer) == offsetof(struct idrevoke_check, version) - 32);
static_assert(sizeof(struct idrevoke_batch) == 16);
static_assert(sizeof(struct idrevoke_info) == 128);
static_assert(sizeof(struct idrevoke_uring) == 16);

/*
 * Between two looks at signals and at who else wants to run. A ring is not kept
 * waiting for longer than that either.
 */
#define BATCH_TURN	1024
static_assert(BATCH_TURN % IDRV_CHECK_GROUP == 0);

struct opener {
	struct idrv_budget *budget;
	atomic64_t seen;	/* changes of the list that this descriptor knows of */
};

static int device_open(struct inode *inode, struct file *file)
{
	struct opener *opener = kmalloc(sizeof(*opener), GFP_KERNEL);

	if (!opener)
		return -ENOMEM;
	opener->budget = idrv_budget_get(current_fsuid());
	if (!opener->budget) {
		kfree(opener);
		return -ENOMEM;
	}
	atomic64_set(&opener->seen, atomic64_read_acquire(&idrv_list.changes));
	file->private_data = opener;
	return stream_open(inode, file);
}

static int device_release(struct inode *inode, struct file *file)
{
	struct opener *opener = file->private_data;

	idrv_budget_put(opener->budget);
	kfree(opener);
	return 0;
}

/*
 * Questions in and answers out, word by word: for so few words, copy_from_user() and
 * copy_to_user() would be a seventh of all instructions of a check. Both return how
 * many were copied before memory that is not there.
 */
static __always_inline unsigned int questions_read(union idrv_check *checks,
						   const struct idrevoke_check __user *from,
						   unsigned int count)
{
	unsigned int i = 0;

	if (!user_read_access_begin(from, count * sizeof(*from)))
		return 0;
	for (; i < count; i++) {
		const u64 __user *words = (const u64 __user *)&from[i];
		u64 word;

		/* Where a record ends too soon, no part of an answer is written. */
		unsafe_get_user(word, &from[i].issued, fault);
		unsafe_get_user(checks[i].raw[0], words, fault);
		unsafe_get_user(checks[i].raw[1], words + 1, fault);
		unsafe_get_user(checks[i].raw[2], words + 2, fault);
		unsafe_get_user(word, words + 3, fault);
		if (word)
			checks[i].question.consistency = IDRV_CONSISTENCY_UNDEFINED;
	}
fault:
	user_read_access_end();
	return i;
}

static __always_inline unsigned int answers_write(struct idrevoke_check __user *to,
						  const union idrv_check *checks,
						  unsigned int count,
						  const struct idrv_origin *origin)
{
	unsigned int i = 0;

	if (!user_write_access_begin(to, count * sizeof(*to)))
		return 0;
	for (; i < count; i++) {
		u64 __user *words = (u64 __user *)&to[i].verdict;

		unsafe_put_user(checks[i].raw[0], words, fault);
		unsafe_put_user(checks[i].raw[1], words + 1, fault);
		unsafe_put_user(origin->version, &to[i].version, fault);
		unsafe_put_user(origin->issued, &to[i].issued, fault);
	}
fault:
	user_write_access_end();
	return i;
}

static long check_one(struct opener *opener, struct idrevoke_check __user *argument)
{
	struct idrv_origin origin __uninitialized;
	union idrv_check check __uninitialized;
	bool valid;

	if (!questions_read(&check, argument, 1))
		return -EFAULT;
	valid = idrv_question_valid(&check.question);
	idrv_check_answer(&check, 1, opener->budget, &origin);
	if (!answers_write(argument, &check, 1, &origin))
		return -EFAULT;
	/* An invalid question is answered UNKNOWN as well. */
	return valid ? 0 : -EINVAL;
}

static long check_batch(struct opener *opener, struct idrevoke_batch __user *argument,
			bool in_haste)
{
	union idrv_check group[IDRV_CHECK_GROUP] __uninitialized;
	struct idrv_origin origin __uninitialized;
	struct idrevoke_check __user *checks;
	struct idrevoke_batch batch;
	u32 done = 0;
	u64 end;

	if (copy_from_user(&batch, argument, sizeof(batch)))
		return -EFAULT;
	if (batch.flags || !batch.count || batch.count > IDREVOKE_BATCH_MAX ||
	    check_add_overflow((u64)batch.checks, (u64)batch.count * sizeof(*checks), &end))
		return -EINVAL;
	if (in_haste && batch.count > BATCH_TURN)
		return -EAGAIN;
	checks = u64_to_user_ptr(batch.checks);

	while (done < batch.count) {
		u32 wanted = min_t(u32, batch.count - done, IDRV_CHECK_GROUP), read, written;

		/* A group may reach into memory that is not there: what is there counts. */
		read = questions_read(group, checks + done, wanted);
		if (!read)
			break;
		idrv_check_answer(group, read, opener->budget, &origin);
		written = answers_write(checks + done, group, read, &origin);
		done += written;
		if (written < wanted)
			break;

		if (done % BATCH_TURN == 0) {
			cond_resched();
			if (fatal_signal_pending(current))
				break;
		}
	}
	return done ?: -EFAULT;
}

static long read_info(struct opener *opener, struct idrevoke_info __user *argument)
{
	struct idrevoke_info info;
	struct idrv_budget_counts counts;
	struct idrv_status status;
	s64 seen;

	if (copy_from_user(&info, argument, sizeof(info)))
		return -EFAULT;
	if (info.flags || memchr_inv(info.reserved, 0, sizeof(info.reserved)))
		return -EINVAL;

	/*
	 * Before the status is read: a change in between must wake poll again. Pairs
	 * with atomic64_fetch_inc_release() in idrv_freshness_announce().
	 */
	seen = atomic64_read_acquire(&idrv_list.changes);
	idrv_list_status(&status);
	memset(&info, 0, sizeof(info));
	info.features = IDREVOKE_FEATURE_CHECK | IDREVOKE_FEATURE_CHECK_BATCH |
			IDREVOKE_FEATURE_POLL;
	if (IS_ENABLED(CONFIG_IO_URING))
		info.features |= IDREVOKE_FEATURE_URING;
	info.state = status.state;
	info.epoch = status.epoch;
	info.version = status.version;
	info.count = status.count;
	info.issued = status.issued;
	info.fresh_ms = status.fresh_ms;
	idrv_digest_encode(&status.digest, info.digest);
	counts = idrv_budget_count(opener->budget);
	info.hits = counts.hits;
	info.throttled = counts.throttled;
	if (copy_to_user(argument, &info, sizeof(info)))
		return -EFAULT;
	atomic64_set(&opener->seen, seen);
	return 0;
}

/* @in_haste: what takes long is to be refused with EAGAIN */
static long obey(struct file *file, unsigned int command, void __user *argument, bool in_haste)
{
	struct opener *opener = file->private_data;

	switch (command) {
	case IDREVOKE_IOC_CHECK:
		return check_one(opener, argument);
	case IDREVOKE_IOC_CHECK_BATCH:
		return check_batch(opener, argument, in_haste);
	case IDREVOKE_IOC_INFO:
		return read_info(opener, argument);
	default:
		return -ENOTTY;
	}
}

static long device_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	return obey(file, command, (void __user *)argument, false);
}

/*
 * Called by the one who submits, by the ring's own thread (SQPOLL) or by one of its
 * workers: each has the submitter's memory, which may be faulted in while the ring
 * is locked, as io_uring itself does with what entries point at. All but a long
 * batch is done at once. That one would keep the ring locked: after EAGAIN it comes
 * again from a worker, which may take its time.
 *
 * The entry may lie in memory that the submitter goes on writing.
 */
static int device_uring_cmd(struct io_uring_cmd *command, unsigned int issue_flags)
{
	const struct idrevoke_uring *entry = idrv_uring_entry(command);
	u64 address = READ_ONCE(entry->address);
	long result;

	if (READ_ONCE(entry->reserved) || command->flags & IORING_URING_CMD_MASK)
		return -EINVAL;
	result = obey(command->file, command->cmd_op, u64_to_user_ptr(address),
		      issue_flags & IO_URING_F_NONBLOCK);
	if (result <= 0)
		return result;
	/* Returned, 6.1 would take it for a failure, or from a worker forget it. */
	idrv_uring_done(command, result, issue_flags);
	return -EIOCBQUEUED;
}

static __poll_t device_poll(struct file *file, poll_table *wait)
{
	struct opener *opener = file->private_data;

	poll_wait(file, &idrv_list.wait, wait);
	if (atomic64_read_acquire(&idrv_list.changes) != atomic64_read(&opener->seen))
		return EPOLLIN | EPOLLRDNORM;
	return 0;
}

static const struct file_operations device_operations = {
	.owner = THIS_MODULE,
	.open = device_open,
	.release = device_release,
	.unlocked_ioctl = device_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.uring_cmd = device_uring_cmd,
	.poll = device_poll,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "idrevoke",
	.mode = 0660,
	.fops = &device_operations,
};

/**
 * idrv_device_register - make the device appear
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
int idrv_device_register(void)
{
	return misc_register(&device);
}

/**
 * idrv_device_unregister - make the device disappear; no descriptor is open
 *
 * Context: may sleep.
 */
void idrv_device_unregister(void)
{
	misc_deregister(&device);
}
