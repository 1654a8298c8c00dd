/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * idrevoke - the lost-and-stolen identity-card list, device interface
 *
 * A gateway opens /dev/idrevoke and asks with ioctl(2) whether a card is
 * revoked. This file is all that a client needs, in any language.
 *
 * Conventions
 *
 *   - All integers are in the byte order of the machine. Every structure has
 *     the same layout for 32-bit and 64-bit callers.
 *   - A field described as "must be zero" is checked: a call that sets it is
 *     refused, so that it can be given a meaning later.
 *   - A structure never changes. A new meaning gets a new command number and
 *     a bit in idrevoke_info.features.
 *   - An unknown command fails with ENOTTY.
 *
 * Three rules for a client
 *
 *   1. Accept a card only on IDREVOKE_CLEAR. Every other verdict, a failed
 *      call and an answer that was never written (zeroed memory reads as
 *      IDREVOKE_UNKNOWN) mean "not known to be good".
 *   2. Zero the answer before asking, and do not read it if the call failed.
 *      Of a batch, do not read the records beyond the number returned.
 *   3. CLEAR means: not listed, as of this version. It says nothing about
 *      expiry, which is printed on the card, nor about who presents it.
 *
 * Example
 *
 *	struct idrevoke_check check = { .valid_from = 20190412 };
 *
 *	memcpy(check.number, "110101199003078881", 18);
 *	if (ioctl(fd, IDREVOKE_IOC_CHECK, &check) == 0 &&
 *	    check.verdict == IDREVOKE_CLEAR)
 *		accept();
 */
#ifndef _UAPI_LINUX_IDREVOKE_H
#define _UAPI_LINUX_IDREVOKE_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define IDREVOKE_DEVICE		"/dev/idrevoke"

/* Characters in a citizen number (GB 11643-1999), without terminator. */
#define IDREVOKE_NUMBER_LEN	18

/**
 * enum idrevoke_verdict - the answer to "may this card be relied on?"
 * @IDREVOKE_UNKNOWN: no answer; idrevoke_check.why says why. Zero on purpose:
 *	memory that nobody wrote must not read as CLEAR.
 * @IDREVOKE_CLEAR: the card is not listed, as of idrevoke_check.version.
 * @IDREVOKE_REVOKED: the card is listed; idrevoke_check.reason says why.
 * @IDREVOKE_AMBIGUOUS: the number is listed, and the validity start that was
 *	given (or left out) does not decide which of its cards this is:
 *	ask for the printed start, or refer the person to the issuer.
 */
enum idrevoke_verdict {
	IDREVOKE_UNKNOWN	= 0,
	IDREVOKE_CLEAR		= 1,
	IDREVOKE_REVOKED	= 2,
	IDREVOKE_AMBIGUOUS	= 3,
};

/**
 * enum idrevoke_why - why a verdict is IDREVOKE_UNKNOWN
 * @IDREVOKE_WHY_NONE: the verdict is not UNKNOWN, or nothing was asked.
 * @IDREVOKE_WHY_NOT_READY: no list is loaded, or one that lists nobody.
 * @IDREVOKE_WHY_STALE: the card is not listed, but the list is past the time
 *	for which its issuer vouches, so this proves nothing.
 * @IDREVOKE_WHY_MALFORMED: no citizen number: wrong length, characters, birth
 *	date or check character; or a validity start that is no calendar day
 *	from 1984-01-01 to 2163-06-05.
 * @IDREVOKE_WHY_UNSUPPORTED: another kind of document (a travel permit, an
 *	older foreigner's card, a 15-digit first-generation number), or a list
 *	that this kernel does not hold; in a batch also a record with an
 *	unknown flag, an unknown consistency or a non-zero reserved field.
 * @IDREVOKE_WHY_THROTTLED: this user has received more listed answers than
 *	the module parameter hits_per_hour allows. Unlisted cards are still
 *	answered; so this tells that the number is listed, but not how or why.
 */
enum idrevoke_why {
	IDREVOKE_WHY_NONE		= 0,
	IDREVOKE_WHY_NOT_READY		= 1,
	IDREVOKE_WHY_STALE		= 2,
	IDREVOKE_WHY_MALFORMED		= 3,
	IDREVOKE_WHY_UNSUPPORTED	= 4,
	IDREVOKE_WHY_THROTTLED		= 5,
};

/**
 * enum idrevoke_reason - why a card is listed, in order of gravity
 * @IDREVOKE_REASON_NONE: not listed.
 * @IDREVOKE_REASON_SUPERSEDED: a newer card was handed over.
 * @IDREVOKE_REASON_VOID: void after damage, error, rename, expiry, or because
 *	the number itself was cancelled.
 * @IDREVOKE_REASON_LOST: reported lost.
 * @IDREVOKE_REASON_STOLEN: reported stolen.
 */
enum idrevoke_reason {
	IDREVOKE_REASON_NONE		= 0,
	IDREVOKE_REASON_SUPERSEDED	= 1,
	IDREVOKE_REASON_VOID		= 2,
	IDREVOKE_REASON_LOST		= 3,
	IDREVOKE_REASON_STOLEN		= 4,
};

/**
 * enum idrevoke_consistency - how it was established that the person who
 *	presents the card is its holder
 * @IDREVOKE_CONSISTENCY_NONE: not established.
 * @IDREVOKE_CONSISTENCY_FACE: the face was compared.
 * @IDREVOKE_CONSISTENCY_FINGERPRINT: a fingerprint was compared.
 * @IDREVOKE_CONSISTENCY_OTHER: by other means.
 * @IDREVOKE_CONSISTENCY_MISMATCH: compared, and it is not the holder.
 *
 * Recorded for accounting; it never changes the verdict.
 */
enum idrevoke_consistency {
	IDREVOKE_CONSISTENCY_NONE		= 0,
	IDREVOKE_CONSISTENCY_FACE		= 1,
	IDREVOKE_CONSISTENCY_FINGERPRINT	= 2,
	IDREVOKE_CONSISTENCY_OTHER		= 3,
	IDREVOKE_CONSISTENCY_MISMATCH		= 4,
};

/* idrevoke_check.answer_flags */

/* The holder of this number is on the list of persons who impersonate others. */
#define IDREVOKE_FLAG_PERSON	(1U << 0)
/* Three confirmations by the issuer are overdue; the list is still in force. */
#define IDREVOKE_FLAG_LATE	(1U << 1)
/* The list is past the time for which its issuer vouches. A card that it
 * lists stays REVOKED; one that it does not list is UNKNOWN.
 */
#define IDREVOKE_FLAG_STALE	(1U << 2)

/**
 * struct idrevoke_check - one question and its answer
 * @number: in: the 18 characters as printed, the check character 'X' or 'x'.
 *	Not terminated. A shorter document number is padded with NUL.
 * @consistency: in: one of enum idrevoke_consistency.
 * @list: in: which list is asked. 0: resident identity cards. Others are
 *	reserved and answer UNKNOWN/UNSUPPORTED.
 * @valid_from: in: the start of validity printed on the card, as the decimal
 *	number YYYYMMDD (12 April 2019: 20190412). 0: not known.
 * @flags: in: must be zero.
 * @reserved: in: must be zero.
 * @verdict: out: one of enum idrevoke_verdict.
 * @why: out: one of enum idrevoke_why; 0 unless @verdict is UNKNOWN.
 * @reason: out: one of enum idrevoke_reason; 0 unless @verdict is REVOKED or
 *	AMBIGUOUS.
 * @answer_flags: out: IDREVOKE_FLAG_*.
 * @version: out: the version of the list that was asked. The answer is of
 *	this version or of a newer one, never of an older one. 0: no list.
 * @issued: out: the time at which the issuer last vouched for @version, in
 *	seconds since 1970-01-01 UTC. 0: no list.
 *
 * 64 bytes: 32 of question, 32 of answer. No answer carries a date of the
 * record.
 */
struct idrevoke_check {
	__u8		number[IDREVOKE_NUMBER_LEN];
	__u8		consistency;
	__u8		list;
	__u32		valid_from;
	__u32		flags;
	__u32		reserved;

	__u32		verdict;
	__u32		why;
	__u32		reason;
	__u32		answer_flags;
	__aligned_u64	version;
	__aligned_u64	issued;
};

/* The most records that one IDREVOKE_IOC_CHECK_BATCH takes. */
#define IDREVOKE_BATCH_MAX	65536

/**
 * struct idrevoke_batch - an array of questions
 * @checks: in: address of the first of @count struct idrevoke_check.
 * @count: in: 1 to IDREVOKE_BATCH_MAX.
 * @flags: in: must be zero.
 */
struct idrevoke_batch {
	__aligned_u64	checks;
	__u32		count;
	__u32		flags;
};

/**
 * enum idrevoke_state - what the kernel's list is worth at present
 * @IDREVOKE_STATE_NOT_READY: none is loaded, or one that lists nobody: every
 *	check is UNKNOWN.
 * @IDREVOKE_STATE_CURRENT: loaded, and its issuer vouches for it.
 * @IDREVOKE_STATE_LATE: as CURRENT, but three confirmations are overdue.
 * @IDREVOKE_STATE_STALE: past the time for which its issuer vouches: a listed
 *	card is still REVOKED, an unlisted one is UNKNOWN.
 */
enum idrevoke_state {
	IDREVOKE_STATE_NOT_READY	= 0,
	IDREVOKE_STATE_CURRENT		= 1,
	IDREVOKE_STATE_LATE		= 2,
	IDREVOKE_STATE_STALE		= 3,
};

/* idrevoke_info.features: what this kernel has beyond INFO. */
#define IDREVOKE_FEATURE_CHECK		(1ULL << 0)
#define IDREVOKE_FEATURE_CHECK_BATCH	(1ULL << 1)
#define IDREVOKE_FEATURE_POLL		(1ULL << 2)
/* The same commands through io_uring, see struct idrevoke_uring. */
#define IDREVOKE_FEATURE_URING		(1ULL << 3)

/**
 * struct idrevoke_info - the list that is in force
 * @features: out: IDREVOKE_FEATURE_*.
 * @state: out: one of enum idrevoke_state.
 * @flags: in: must be zero.
 * @epoch: out: generation of the issuer's list; versions count within it.
 * @version: out: version of the list; 0 if none is loaded.
 * @count: out: number of citizen numbers listed.
 * @issued: out: when the issuer last vouched, seconds since 1970-01-01 UTC.
 * @fresh_ms: out: milliseconds until the list turns STALE; 0 if it is.
 * @digest: out: digest of the listed records, 128 bits, least significant byte
 *	first; <linux/idrevoke_netlink.h> defines it.
 * @hits: out: answers given to the user who opened this descriptor that
 *	revealed a listing, on all descriptors of that user.
 * @throttled: out: answers withheld from that user (UNKNOWN/THROTTLED).
 * @reserved: in: must be zero. out: zero.
 *
 * 128 bytes.
 */
struct idrevoke_info {
	__aligned_u64	features;
	__u32		state;
	__u32		flags;
	__aligned_u64	epoch;
	__aligned_u64	version;
	__aligned_u64	count;
	__aligned_u64	issued;
	__aligned_u64	fresh_ms;
	__u8		digest[16];
	__aligned_u64	hits;
	__aligned_u64	throttled;
	__aligned_u64	reserved[5];
};

#define IDREVOKE_IOC_TYPE	0xD7

/**
 * IDREVOKE_IOC_CHECK - ask about one card
 *
 * Return: 0, and the answer in the upper half of the structure. -1 and errno:
 *   EFAULT  the address is not readable or not writable.
 *   EINVAL  an unknown bit in flags, an unknown consistency, or reserved is
 *	     not zero; the answer reads UNKNOWN/UNSUPPORTED.
 */
#define IDREVOKE_IOC_CHECK	 _IOWR(IDREVOKE_IOC_TYPE, 0x01, struct idrevoke_check)

/**
 * IDREVOKE_IOC_CHECK_BATCH - ask about many cards
 *
 * One bad record spoils only itself: it answers UNKNOWN with its own why, and
 * the others go on. The question half of each record is left as it was asked.
 *
 * Return: the number of records answered, from the first on: less than count
 * if memory beyond them cannot be accessed or a fatal signal arrived. -1 and
 * errno if that number is 0:
 *   EFAULT  the structure or the first record is not accessible.
 *   EINVAL  count is 0 or above IDREVOKE_BATCH_MAX, flags is not zero, or the
 *	     array does not fit the address space.
 */
#define IDREVOKE_IOC_CHECK_BATCH _IOW(IDREVOKE_IOC_TYPE, 0x02, struct idrevoke_batch)

/**
 * IDREVOKE_IOC_INFO - read what is in force, and re-arm poll(2)
 *
 * poll(2) on a descriptor reports POLLIN once the state or the version has
 * changed since it was opened, or since the last INFO through it.
 *
 * Return: 0. -1 and errno:
 *   EFAULT  the address is not readable or not writable.
 *   EINVAL  flags or reserved is not zero.
 */
#define IDREVOKE_IOC_INFO	 _IOWR(IDREVOKE_IOC_TYPE, 0x03, struct idrevoke_info)

/**
 * struct idrevoke_uring - a command that is submitted through io_uring
 * @address: in: what the third argument of ioctl(2) would be.
 * @reserved: in: must be zero.
 *
 * 16 bytes: the command area (cmd) of a submission queue entry with opcode
 * IORING_OP_URING_CMD, fd the device, cmd_op one of IDREVOKE_IOC_*, and
 * uring_cmd_flags zero; larger entries (IORING_SETUP_SQE128) have their further
 * 64 bytes ignored. res of the completion is what ioctl(2) would return, or the
 * negative errno: as there, and EINVAL also if @reserved or uring_cmd_flags is
 * not zero.
 *
 * What is asked, and the structure at @address, must stay in place until the
 * completion. All commands complete while they are submitted, but batches of more
 * than 1,024, which a worker of the ring takes over so that the ring can go on.
 *
 *	struct idrevoke_check check = { ... };
 *	struct io_uring_sqe *entry = io_uring_get_sqe(&ring);
 *
 *	io_uring_prep_rw(IORING_OP_URING_CMD, entry, fd, NULL, 0, 0);
 *	entry->cmd_op = IDREVOKE_IOC_CHECK;
 *	*(struct idrevoke_uring *)entry->cmd =
 *		(struct idrevoke_uring){ .address = (uintptr_t)&check };
 */
struct idrevoke_uring {
	__aligned_u64	address;
	__aligned_u64	reserved;
};

#endif /* _UAPI_LINUX_IDREVOKE_H */
