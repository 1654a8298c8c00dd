// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The shape of every netlink command: each attribute missing, of a wrong size,
 * or foreign to the command; and who may send it. After each refusal the last
 * good list serves, and the same command succeeds without the defect.
 */
#include <errno.h>
#include <sched.h>
#include <unistd.h>

#include "cards.h"

static struct wire wire;
static struct wire_list list;
static uint8_t bytes[CARDS * IDREVOKE_RECORD_SIZE];

/* Every command in a form that is right, and how to come to where it is. */
enum form {
	STATUS, BEGIN_SNAPSHOT, BEGIN_DELTA, RECORDS, COMMIT, ABORT, CONFIRM, FLUSH, VERIFY, FORMS,
};

static const char *const names[FORMS] = {
	"STATUS", "BEGIN of a snapshot", "BEGIN of a delta", "RECORDS", "COMMIT", "ABORT",
	"CONFIRM", "FLUSH", "VERIFY",
};

static struct wire_list next_list(void)
{
	struct wire_list next = list;

	next.version++;
	return next;
}

static struct wire_message right(enum form form)
{
	struct wire_list next = next_list();

	switch (form) {
	case STATUS:
		return wire_plain(IDREVOKE_CMD_STATUS);
	case BEGIN_SNAPSHOT:
		return wire_begin_snapshot(&next, CARDS);
	case BEGIN_DELTA:
		return wire_begin_delta(&next, list.version, CARDS);
	case RECORDS:
		return wire_records(0, bytes, CARDS);
	case COMMIT:
		return wire_commit(&next);
	case ABORT:
		return wire_plain(IDREVOKE_CMD_ABORT);
	case CONFIRM:
		next.version--;
		next.issued++;
		return wire_confirm(&next);
	case FLUSH:
		return wire_plain(IDREVOKE_CMD_FLUSH);
	default:
		return wire_plain(IDREVOKE_CMD_VERIFY);
	}
}

static void must(int error, const char *what)
{
	if (error)
		bail_out("%s: %s", what, strerror(error));
}

/* Comes to where @form can be sent. */
static void prepare(enum form form)
{
	struct wire_message message = right(BEGIN_SNAPSHOT);
	struct wire_reply reply;

	if (form != RECORDS && form != COMMIT && form != ABORT)
		return;
	must(wire_call(&wire, &message, &reply), "BEGIN");
	message = right(RECORDS);
	if (form == COMMIT)
		must(wire_call(&wire, &message, &reply), "RECORDS");
}

/* Goes back from there, whatever has become of the transaction. */
static void leave(void)
{
	struct wire_reply reply;
	int error = wire_ask(&wire, IDREVOKE_CMD_ABORT, &reply);

	if (error != ENOENT)
		must(error, "ABORT");
}

/* The right command works; the list is then what it says. */
static bool works(enum form form)
{
	struct wire_message message = right(form);
	struct wire_reply reply;
	int error;

	prepare(form);
	error = wire_call(&wire, &message, &reply);
	if (error) {
		diag("%s without a defect: %s (%s)", names[form], strerror(error), reply.text);
		return false;
	}
	if (form == COMMIT)
		list.version++;
	if (form == CONFIRM)
		list.issued++;
	if (form == FLUSH) {
		list.version++;
		must(wire_snapshot(&wire, &list, bytes, CARDS, &reply), "a snapshot after FLUSH");
	}
	leave();
	return wire_serves(&wire, &list);
}

/* One message is refused with a text, and changes nothing. */
static bool refused(enum form form, const struct wire_message *message, int wanted,
		    const char *defect)
{
	struct wire_reply reply;
	bool good;
	int error;

	prepare(form);
	error = wire_call(&wire, message, &reply);
	good = error == wanted && reply.text[0] && !guest_has_digits(reply.text, 12);
	if (!good)
		diag("%s, %s: %s instead of %s, text \"%s\"", names[form], defect,
		     strerror(error), strerror(wanted), reply.text);
	leave();
	if (!wire_serves(&wire, &list)) {
		diag("%s, %s: the list does not serve any more", names[form], defect);
		good = false;
	}
	return good && works(form);
}

static void shape(enum form form)
{
	const unsigned int count = right(form).count;
	struct wire_message message;
	unsigned int i, size, wrong = 0;
	int wrong_size;
	char defect[64];
	unsigned int type;

	ok(works(form), "%s works", names[form]);
	for (i = 0; i < count; i++) {
		message = right(form);
		type = message.attributes[i].type;
		size = message.attributes[i].size;
		wrong_size = type == IDREVOKE_A_DIGEST ? ERANGE : EINVAL;
		wire_omit(&message, type);
		snprintf(defect, sizeof(defect), "attribute %u missing", type);
		ok(refused(form, &message, EINVAL, defect), "%s, %s: EINVAL", names[form], defect);

		message = right(form);
		message.attributes[i].size--;
		snprintf(defect, sizeof(defect), "attribute %u too short", type);
		ok(refused(form, &message, wrong_size, defect), "%s, %s: %s", names[form], defect,
		   strerror(wrong_size));

		message = right(form);
		message.attributes[i].size = type == IDREVOKE_A_RECORDS ? 13 :
					     size == 16 ? 12 : size + 4;
		snprintf(defect, sizeof(defect), "attribute %u of another size", type);
		ok(refused(form, &message, wrong_size, defect), "%s, %s: %s", names[form], defect,
		   strerror(wrong_size));

		message = right(form);
		message.attributes[i].size = 0;
		snprintf(defect, sizeof(defect), "attribute %u empty", type);
		ok(refused(form, &message, wrong_size, defect), "%s, %s: %s", names[form], defect,
		   strerror(wrong_size));
	}
	for (type = IDREVOKE_A_PAD + 1; type <= IDREVOKE_A_MAX + 2; type++) {
		uint8_t one[16] = { 1 };

		message = right(form);
		if (wire_find(&message, type))
			continue;
		wire_set(&message, type, one, type == IDREVOKE_A_KIND ||
			 type == IDREVOKE_A_VALID_FOR || type == IDREVOKE_A_STATE ? 4 : 8);
		snprintf(defect, sizeof(defect), "foreign attribute %u", type);
		wrong += !refused(form, &message, EINVAL, defect);
	}
	is(wrong, 0, "%s: every foreign attribute is EINVAL", names[form]);
	message = right(form);
	wire_set_u64(&message, 16000, 1);
	ok(refused(form, &message, EINVAL, "attribute 16000"),
	   "%s: attribute 16000 is EINVAL", names[form]);
	message = right(form);
	message.trailer = 3;
	ok(refused(form, &message, EINVAL, "a trailer"), "%s: bytes behind the attributes are EINVAL",
	   names[form]);
	if (count) {
		message = right(form);
		memmove(message.attributes + 1, message.attributes,
			sizeof(*message.attributes) * message.count++);
		message.attributes[0] =
			(struct wire_attribute){ .type = IDREVOKE_A_PAD, .size = 0 };
		prepare(form);
		is(wire_call(&wire, &message, &(struct wire_reply){ 0 }), 0,
		   "%s: a padding attribute is fine", names[form]);
		leave();
		list.version += form == COMMIT;
		list.issued += form == CONFIRM;

		message = right(form);
		wire_set(&message, IDREVOKE_A_PAD, "pad", 4);
		ok(refused(form, &message, ERANGE, "padding"), "%s: padding that is not empty is ERANGE",
		   names[form]);
	}
}

static void unknown_commands(void)
{
	static const uint8_t commands[] = { IDREVOKE_CMD_UNSPEC, IDREVOKE_CMD_EVENT,
					    IDREVOKE_CMD_MAX + 1, 255 };
	struct wire_reply reply;
	unsigned int i;

	for (i = 0; i < sizeof(commands); i++)
		is(wire_ask(&wire, commands[i], &reply), EOPNOTSUPP, "command %u is EOPNOTSUPP",
		   commands[i]);
}

/* A process that may not: every command but STATUS is EPERM. */
static int try_all(void *argument)
{
	struct wire *sender = argument;
	struct wire_message message;
	struct wire_reply reply;
	enum form form;
	int wrong = 0, error;

	for (form = 0; form < FORMS; form++) {
		message = right(form);
		error = wire_call(sender, &message, &reply);
		if (error != (form == STATUS ? 0 : EPERM) || (error && !reply.text[0])) {
			diag("%s: %s, text \"%s\"", names[form], strerror(error), reply.text);
			wrong++;
		}
	}
	return wrong;
}

static int other_user(void *argument)
{
	struct wire own;

	(void)argument;
	if (setgid(1000) || setuid(1000))
		return 255;
	wire_open(&own);
	return try_all(&own);
}

static int without_capability(void *argument)
{
	struct wire own;

	(void)argument;
	guest_drop_net_admin();
	wire_open(&own);
	return try_all(&own);
}

static int with_socket_of_root(void *argument)
{
	guest_drop_net_admin();
	return try_all(argument);
}

static int in_user_namespace(void *argument)
{
	struct wire own;

	(void)argument;
	if (unshare(CLONE_NEWUSER))
		return 255;
	wire_open(&own);
	return try_all(&own);
}

static int in_network_namespace(void *argument)
{
	struct wire own;
	int error;

	(void)argument;
	if (unshare(CLONE_NEWNET))
		return 255;
	error = wire_try_open(&own);
	if (error != ENOENT)
		diag("the family in another network namespace: %s", strerror(error));
	return error != ENOENT;
}

static void permissions(void)
{
	struct wire of_root;

	wire_open(&of_root);
	is(guest_child(other_user, NULL), 0, "another user: EPERM, but for STATUS");
	is(guest_child(without_capability, NULL), 0, "root without CAP_NET_ADMIN: EPERM");
	is(guest_child(with_socket_of_root, &of_root), 0, "... on a socket of root's also");
	is(guest_child(in_user_namespace, NULL), 0,
	   "CAP_NET_ADMIN in another user namespace: EPERM");
	is(guest_child(in_network_namespace, NULL), 0,
	   "another network namespace: there is no such family");
	wire_close(&of_root);
	ok(wire_serves(&wire, &list), "the list serves after all that");
	ok(works(COMMIT), "and whoever may, can commit");
}

int main(void)
{
	enum form form;

	guest_load("");
	wire_open(&wire);
	cards_list(bytes);
	list = cards_load(&wire);
	/* each CONFIRM takes a later second */
	list.issued -= 3000;
	list.version++;
	list.epoch++;
	must(wire_snapshot(&wire, &list, bytes, CARDS, &(struct wire_reply){ 0 }), "snapshot");

	for (form = 0; form < FORMS; form++)
		shape(form);
	unknown_commands();
	permissions();

	wire_close(&wire);
	guest_unload();
	return done();
}
