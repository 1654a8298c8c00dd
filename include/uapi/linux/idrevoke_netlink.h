/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * idrevoke - the lost-and-stolen identity-card list, generic netlink family
 *
 * The door for the one who fills the list: usually the service idrevoked. This
 * file is all that a client needs, in any language; include/netlink/
 * idrevoke.yaml says the same to programs that read netlink specifications. A
 * reply has the command of its request.
 *
 * Family "idrevoke", version 1, in the initial network namespace only.
 * Multicast group "events". Every command but STATUS needs CAP_NET_ADMIN in
 * the initial user namespace. The kernel trusts whoever has it: signatures are
 * the sender's business, digests here find faults and not forgers.
 *
 * Attributes are validated strictly, before a command does anything: one that is
 * missing, that the command does not list, or an integer of the wrong size is
 * refused with EINVAL; an integer out of range, or a binary attribute of the
 * wrong size, with ERANGE. Every refusal carries an extended acknowledgement
 * (NLMSGERR_ATTR_MSG) that names the cause. Integers in attributes are in the
 * byte order of the machine; u64 attributes may be preceded by an empty padding
 * attribute.
 *
 * Any command may be refused with ENOMEM before it does anything; where it is
 * generic netlink that lacks memory, without a text. A transaction then goes on
 * as it was, which TRANSACTION of STATUS tells. If there is no memory for the
 * answer, receiving fails with ENOBUFS, and STATUS tells whether the command has
 * taken effect. To repeat a COMMIT is right in either case.
 *
 * Records
 * -------
 * A record says everything about one citizen number, in 12 bytes, little-
 * endian, without padding:
 *
 *	offset 0  u64  number	packed, 47 bits:
 *				(region * 140619 + birth) * 1000 + sequence
 *				region	 the first six digits
 *				birth	 days from 1800-01-01 (day 0) to 2184-12-31
 *				sequence the three digits after the birth date
 *	offset 8  u16  through	days from 1984-01-01 (day 0). Every card of the
 *				number whose validity starts on or before that
 *				day is revoked. 0: none; 65535: every card.
 *	offset 10 u8   reason	enum idrevoke_reason, 1 to 4; 0 if through is 0
 *	offset 11 u8   flags	IDREVOKE_RECORD_*
 *
 * Valid are only: through 1 to 65535 with a reason; or through 0 with no
 * reason, with PERSON, without OPEN; or, in a delta, REMOVE with all else but
 * the number zero. OPEN does not go with through 65535.
 *
 * Digest
 * ------
 * The digest of a list is the sum, modulo 2^128, of one 128-bit term for each
 * record. The order of the records makes no difference; adding or
 * removing one adds or subtracts its term. With all operations modulo 2^64 and
 * mix(x) the 64-bit finalizer of MurmurHash3:
 *
 *	mix(x):	x ^= x >> 33;  x *= 0xff51afd7ed558ccd
 *		x ^= x >> 33;  x *= 0xc4ceb9fe1a85ec53
 *		x ^= x >> 33
 *
 *	a    = number | through << 47
 *	b    = reason | flags << 4
 *	low  = mix(a ^ mix(b + 0x9e3779b97f4a7c15))
 *	high = mix(low + a + 0xc2b2ae3d27d4eb4f)
 *	term = high * 2^64 + low
 *
 * As an attribute it is 16 bytes, least significant first; printed, it is 32
 * hexadecimal digits, most significant first. The empty list has digest 0.
 *
 * Transactions
 * ------------
 * BEGIN, any number of RECORDS, COMMIT. A transaction belongs to the socket
 * that began it; it ends with COMMIT (also with a refused one), with ABORT,
 * when the socket closes, or after idle_timeout seconds without a message.
 * There is one at a time. Nothing that is refused, cut off or aborted changes
 * the list that is in force.
 *
 * The epoch is the generation of the issuer's list; versions count within it.
 * A list that lists nobody may be put in force, but answers no check: its state
 * is NOT_READY.
 *
 * The kernel never goes back to an older (epoch, version) while the module is
 * loaded, not even after FLUSH. A snapshot of the very version that is in
 * force, or was before FLUSH, is taken if its digest and count are the same.
 */
#ifndef _UAPI_LINUX_IDREVOKE_NETLINK_H
#define _UAPI_LINUX_IDREVOKE_NETLINK_H

#define IDREVOKE_GENL_NAME		"idrevoke"
#define IDREVOKE_GENL_VERSION		1
#define IDREVOKE_GENL_GROUP_EVENTS	"events"

/* Bytes in a record, and the most of them in one RECORDS message. */
#define IDREVOKE_RECORD_SIZE		12
#define IDREVOKE_BLOCK_RECORDS		5460
#define IDREVOKE_BLOCK_SIZE		(IDREVOKE_BLOCK_RECORDS * IDREVOKE_RECORD_SIZE)

/* Bytes in a digest. */
#define IDREVOKE_DIGEST_SIZE		16

/* No card of this number is valid at present: a report stands, and no
 * replacement has been handed over.
 */
#define IDREVOKE_RECORD_OPEN		(1U << 0)
/* The holder of the number is on the impersonators' blacklist. */
#define IDREVOKE_RECORD_PERSON		(1U << 1)
/* In a delta only: the number is not listed any more. */
#define IDREVOKE_RECORD_REMOVE		(1U << 7)

/* through of a number that was cancelled: every card is revoked. */
#define IDREVOKE_THROUGH_ALL		65535

/**
 * enum idrevoke_cmd - commands
 *
 * @IDREVOKE_CMD_STATUS: what is in force. No attributes. Anybody may ask.
 *	Reply (STATUS): the attributes marked "status" below.
 *
 * @IDREVOKE_CMD_BEGIN: start a transaction.
 *	KIND, EPOCH, VERSION, COUNT; BASE for a delta only.
 *	COUNT is the number of records that will follow. For a snapshot that is
 *	the size of the resulting list.
 *	Reply: status.
 *	EBUSY	another socket has a transaction, or this one has
 *	ESTALE	(EPOCH, VERSION) is older than what is or was in force; or BASE
 *		is not the version in force (a delta needs the same epoch), or
 *		VERSION is not newer than BASE
 *	ENOSPC	COUNT is above max_entries
 *	ENOMEM	no memory for a list of this size; or a delta of more than
 *		89,478,485 records, which should be a snapshot
 *	EINTR	a fatal signal arrived
 *	EINVAL	a snapshot with BASE, or a delta without
 *
 * @IDREVOKE_CMD_RECORDS: one block of records.
 *	OFFSET, RECORDS.
 *	OFFSET is the number of records sent before, so that a lost block is
 *	noticed. Numbers ascend strictly, within a block and from one block to
 *	the next: a number can come only once. At most IDREVOKE_BLOCK_RECORDS.
 *	Reply: none but the acknowledgement, if it is asked for.
 *	ENOENT	this socket has no transaction (it may have timed out)
 *	EILSEQ	OFFSET is not the number of records received so far
 *	EBADMSG	a record is invalid or not in ascending order; NLMSGERR_ATTR_OFFS
 *		is the offset of its first byte in the request
 *	E2BIG	more records than COUNT of BEGIN
 *	EINVAL	the block is empty or no multiple of 12 bytes; the transaction goes on
 *	ENOMEM	no memory
 *	ENOSPC	no place in the largest table there can be
 *	EINTR	a fatal signal arrived
 *	After all of these but ENOENT and EINVAL the transaction is aborted.
 *
 * @IDREVOKE_CMD_COMMIT: put the transaction in force, whole or not at all.
 *	EPOCH, VERSION, COUNT, DIGEST, ISSUED, VALID_FOR.
 *	COUNT and DIGEST are those of the resulting list.
 *	Reply: status. A COMMIT that names exactly what is in force already
 *	succeeds and changes nothing, with or without a transaction.
 *	ENOENT	this socket has no transaction
 *	EILSEQ	fewer records arrived than BEGIN announced
 *	ESTALE	EPOCH or VERSION is not that of BEGIN, or no longer newer
 *	EBADMSG	the resulting list has another count or digest
 *	ENOSPC	the resulting list would have more than max_entries, or finds no
 *		place in the largest table there can be
 *	ENOMEM	no memory
 *	ERANGE	ISSUED is in the future by more than max_skew seconds
 *	EINTR	a fatal signal arrived
 *	A statement that has expired is no error: the list is STALE at once.
 *
 * @IDREVOKE_CMD_ABORT: drop the transaction. No attributes.
 *	Reply: status. ENOENT: this socket has no transaction.
 *
 * @IDREVOKE_CMD_CONFIRM: the issuer vouches again for what is in force.
 *	EPOCH, VERSION, ISSUED, VALID_FOR.
 *	Reply: status.
 *	ESTALE	(EPOCH, VERSION) is not in force, or ISSUED is not later than
 *		the time at which the issuer vouched before
 *	ERANGE	ISSUED is in the future by more than max_skew seconds
 *
 * @IDREVOKE_CMD_FLUSH: drop the list; every check is UNKNOWN/NOT_READY until a
 *	snapshot is committed. No attributes. Reply: status.
 *	EBUSY	another socket has a transaction
 *
 * @IDREVOKE_CMD_VERIFY: walk the list in force and recount it. No attributes.
 *	Reply: status at the end of the walk, with WALK_COUNT and WALK_DIGEST.
 *	Commits go on meanwhile. Takes some 30 ns a number.
 *	ENODATA	no list is loaded
 *	EINTR	a fatal signal arrived
 *
 * @IDREVOKE_CMD_EVENT: sent to the group "events" after a commit, a
 *	confirmation, a flush and a change of state. EVENT, and the attributes
 *	marked "status" except COUNTERS. Never sent to the kernel. Where one is
 *	lost, for want of memory or of room in the listener's receive buffer,
 *	the listener's next receive fails with ENOBUFS.
 */
enum idrevoke_cmd {
	IDREVOKE_CMD_UNSPEC	= 0,
	IDREVOKE_CMD_STATUS	= 1,
	IDREVOKE_CMD_BEGIN	= 2,
	IDREVOKE_CMD_RECORDS	= 3,
	IDREVOKE_CMD_COMMIT	= 4,
	IDREVOKE_CMD_ABORT	= 5,
	IDREVOKE_CMD_CONFIRM	= 6,
	IDREVOKE_CMD_FLUSH	= 7,
	IDREVOKE_CMD_VERIFY	= 8,
	IDREVOKE_CMD_EVENT	= 9,

	/* private: */
	__IDREVOKE_CMD_END,
	IDREVOKE_CMD_MAX	= __IDREVOKE_CMD_END - 1,
};

/**
 * enum idrevoke_kind - IDREVOKE_A_KIND
 * @IDREVOKE_KIND_SNAPSHOT: the records are the whole list.
 * @IDREVOKE_KIND_DELTA: the records are the numbers that differ from BASE.
 */
enum idrevoke_kind {
	IDREVOKE_KIND_SNAPSHOT	= 1,
	IDREVOKE_KIND_DELTA	= 2,
};

/**
 * enum idrevoke_event - IDREVOKE_A_EVENT
 * @IDREVOKE_EVENT_COMMIT: a snapshot or a delta came in force.
 * @IDREVOKE_EVENT_CONFIRM: the issuer vouched again.
 * @IDREVOKE_EVENT_STATE: the state changed by the passing of time.
 * @IDREVOKE_EVENT_FLUSH: the list was dropped.
 */
enum idrevoke_event {
	IDREVOKE_EVENT_COMMIT	= 1,
	IDREVOKE_EVENT_CONFIRM	= 2,
	IDREVOKE_EVENT_STATE	= 3,
	IDREVOKE_EVENT_FLUSH	= 4,
};

/**
 * enum idrevoke_attr - attributes
 * @IDREVOKE_A_PAD: padding before a u64.
 * @IDREVOKE_A_KIND: u32, enum idrevoke_kind.
 * @IDREVOKE_A_EPOCH: u64, 1 or more. Status: 0 if no list is loaded.
 * @IDREVOKE_A_BASE: u64, the version from which a delta starts.
 * @IDREVOKE_A_VERSION: u64, 1 or more. Status: 0 if no list is loaded.
 * @IDREVOKE_A_COUNT: u64. Status: numbers listed.
 * @IDREVOKE_A_OFFSET: u64, records sent before this block.
 * @IDREVOKE_A_RECORDS: binary, records of 12 bytes.
 * @IDREVOKE_A_DIGEST: binary, 16 bytes. Status.
 * @IDREVOKE_A_ISSUED: u64, when the issuer vouched, seconds since 1970-01-01
 *	UTC. Status.
 * @IDREVOKE_A_VALID_FOR: u32, seconds from ISSUED for which the issuer
 *	vouches, 1 or more. Capped by the module parameter max_valid_for.
 * @IDREVOKE_A_STATE: u32, enum idrevoke_state of <linux/idrevoke.h>. Status.
 * @IDREVOKE_A_FRESH_MS: u64, milliseconds until STALE; 0 if it is. Status.
 * @IDREVOKE_A_FLOOR_EPOCH: u64, status: the newest epoch that was in force
 *	since the module was loaded, and
 * @IDREVOKE_A_FLOOR_VERSION: u64, its newest version. Nothing older is taken.
 * @IDREVOKE_A_MEMORY: u64, status: bytes that the list in force occupies.
 * @IDREVOKE_A_MAX_ENTRIES: u64, status: the module parameter.
 * @IDREVOKE_A_REBUILDS: u64, status: times that the table was rebuilt.
 * @IDREVOKE_A_REBUILDING: u32, status: 1 while a rebuild is under way.
 * @IDREVOKE_A_TRANSACTION: u32, status: port id of the socket that has a
 *	transaction; 0: none.
 * @IDREVOKE_A_COUNTERS: nest of enum idrevoke_counter, status.
 * @IDREVOKE_A_WALK_COUNT: u64, VERIFY: records found, and
 * @IDREVOKE_A_WALK_DIGEST: binary, 16 bytes, VERIFY: their digest.
 * @IDREVOKE_A_EVENT: u32, enum idrevoke_event.
 */
enum idrevoke_attr {
	IDREVOKE_A_UNSPEC	= 0,
	IDREVOKE_A_PAD		= 1,
	IDREVOKE_A_KIND		= 2,
	IDREVOKE_A_EPOCH	= 3,
	IDREVOKE_A_BASE		= 4,
	IDREVOKE_A_VERSION	= 5,
	IDREVOKE_A_COUNT	= 6,
	IDREVOKE_A_OFFSET	= 7,
	IDREVOKE_A_RECORDS	= 8,
	IDREVOKE_A_DIGEST	= 9,
	IDREVOKE_A_ISSUED	= 10,
	IDREVOKE_A_VALID_FOR	= 11,
	IDREVOKE_A_STATE	= 12,
	IDREVOKE_A_FRESH_MS	= 13,
	IDREVOKE_A_FLOOR_EPOCH	= 14,
	IDREVOKE_A_FLOOR_VERSION = 15,
	IDREVOKE_A_MEMORY	= 16,
	IDREVOKE_A_MAX_ENTRIES	= 17,
	IDREVOKE_A_REBUILDS	= 18,
	IDREVOKE_A_REBUILDING	= 19,
	IDREVOKE_A_TRANSACTION	= 20,
	IDREVOKE_A_COUNTERS	= 21,
	IDREVOKE_A_WALK_COUNT	= 22,
	IDREVOKE_A_WALK_DIGEST	= 23,
	IDREVOKE_A_EVENT	= 24,

	/* private: */
	__IDREVOKE_A_END,
	IDREVOKE_A_MAX		= __IDREVOKE_A_END - 1,
};

/**
 * enum idrevoke_counter - checks answered since the module was loaded, u64 each
 * @IDREVOKE_COUNTER_PAD: padding before a u64.
 * @IDREVOKE_COUNTER_CLEAR: CLEAR.
 * @IDREVOKE_COUNTER_REVOKED: REVOKED.
 * @IDREVOKE_COUNTER_AMBIGUOUS: AMBIGUOUS.
 * @IDREVOKE_COUNTER_NOT_READY: UNKNOWN/NOT_READY.
 * @IDREVOKE_COUNTER_STALE: UNKNOWN/STALE.
 * @IDREVOKE_COUNTER_MALFORMED: UNKNOWN/MALFORMED.
 * @IDREVOKE_COUNTER_UNSUPPORTED: UNKNOWN/UNSUPPORTED.
 * @IDREVOKE_COUNTER_THROTTLED: UNKNOWN/THROTTLED.
 */
enum idrevoke_counter {
	IDREVOKE_COUNTER_UNSPEC		= 0,
	IDREVOKE_COUNTER_PAD		= 1,
	IDREVOKE_COUNTER_CLEAR		= 2,
	IDREVOKE_COUNTER_REVOKED	= 3,
	IDREVOKE_COUNTER_AMBIGUOUS	= 4,
	IDREVOKE_COUNTER_NOT_READY	= 5,
	IDREVOKE_COUNTER_STALE		= 6,
	IDREVOKE_COUNTER_MALFORMED	= 7,
	IDREVOKE_COUNTER_UNSUPPORTED	= 8,
	IDREVOKE_COUNTER_THROTTLED	= 9,

	/* private: */
	__IDREVOKE_COUNTER_END,
	IDREVOKE_COUNTER_MAX		= __IDREVOKE_COUNTER_END - 1,
};

#endif /* _UAPI_LINUX_IDREVOKE_NETLINK_H */
