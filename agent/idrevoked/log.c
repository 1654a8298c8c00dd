// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "log.h"

/* "NAME=value" one after another, as the journal takes them. */
struct message {
	struct iovec parts[16];
	int count;
	size_t used;
	char text[8192];
};

static void __attribute__((format(printf, 2, 3)))
add(struct message *message, const char *format, ...)
{
	size_t room = sizeof(message->text) - message->used;
	char *text = message->text + message->used;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(text, room, format, arguments);
	va_end(arguments);
	if (length < 0 || (size_t)length >= room)
		return; /* better without a field than with half of it */
	message->parts[message->count++] = (struct iovec){ text, length };
	message->used += length;
}

static void add_fields(struct message *message, const struct log_fields *fields)
{
	if (fields->epoch)
		add(message, "IDREVOKE_EPOCH=%" PRIu64, fields->epoch);
	if (fields->version) {
		add(message, "IDREVOKE_VERSION=%" PRIu64, fields->version);
		add(message, "IDREVOKE_COUNT=%" PRIu64, fields->count);
	}
	if (fields->url)
		add(message, "IDREVOKE_URL=%s", fields->url);
	if (fields->path)
		add(message, "IDREVOKE_PATH=%s", fields->path);
	if (fields->cause)
		add(message, "IDREVOKE_CAUSE=%s", fields->cause);
	if (fields->error)
		add(message, "ERRNO=%d", fields->error);
}

/*
 * systemd.exec(5): the variable names what systemd connected standard error to,
 * and children may have it connected to something else.
 */
static bool is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat status;

	return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
	       !fstat(STDERR_FILENO, &status) && status.st_dev == device &&
	       status.st_ino == inode;
}

void log_one_line(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
}

void log_write(const char *file, const char *line, const char *function, int priority,
	       const char *id, const struct log_fields *fields, const char *format, ...)
{
	char words[1024];
	va_list arguments;
	struct message message;

	va_start(arguments, format);
	vsnprintf(words, sizeof(words), format, arguments);
	va_end(arguments);
	log_one_line(words);
	if (is_journal()) {
		message.count = 0;
		message.used = 0;
		add(&message, "PRIORITY=%d", priority);
		add(&message, "MESSAGE=%s", words);
		if (id)
			add(&message, "MESSAGE_ID=%s", id);
		if (fields)
			add_fields(&message, fields);
		if (!sd_journal_sendv_with_location(file, line, function, message.parts,
						    message.count))
			return;
	}
	fprintf(stderr, "idrevoked: %s\n", words);
}
