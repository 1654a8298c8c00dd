// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

int idrevoke_lines_open(struct idrevoke_lines **lines, FILE *file)
{
	*lines = malloc(sizeof(**lines));
	if (!*lines)
		return -ENOMEM;
	(*lines)->file = file;
	(*lines)->number = 0;
	/* ours, so that it can be wiped */
	setvbuf(file, (*lines)->buffer, _IOFBF, sizeof((*lines)->buffer));
	return 0;
}

/* Reads up to the end of a line; what does not fit is passed over. */
static int read_line(struct idrevoke_lines *lines, bool *fits)
{
	size_t length = 0;
	int character;

	*fits = true;
	while ((character = getc_unlocked(lines->file)) != EOF && character != '\n') {
		if (length < sizeof(lines->text) - 1)
			lines->text[length++] = character;
		else
			*fits = false;
	}
	lines->text[length] = '\0';
	lines->length = length;
	return character;
}

int idrevoke_lines_next(struct idrevoke_lines *lines, const char **why)
{
	const size_t mark = strlen(BYTE_ORDER_MARK);
	char *text = lines->text;
	bool fits;

	errno = 0;
	if (read_line(lines, &fits) == EOF) {
		if (ferror_unlocked(lines->file)) {
			*why = "it cannot be read";
			return errno ? -errno : -EIO;
		}
		if (!lines->length)
			return 0;
	}
	lines->number++;
	if (!fits || memchr(text, '\0', lines->length)) {
		*why = fits ? "the line has a zero byte" : "the line is too long";
		return -EBADMSG;
	}
	while (lines->length && text[lines->length - 1] == '\r')
		text[--lines->length] = '\0';
	if (lines->number == 1 && !strncmp(text, BYTE_ORDER_MARK, mark)) {
		lines->length -= mark;
		memmove(text, text + mark, lines->length + 1);
	}
	return 1;
}

void idrevoke_lines_close(struct idrevoke_lines *lines)
{
	if (!lines)
		return;
	/* the file outlives its buffer */
	setvbuf(lines->file, NULL, _IONBF, 0);
	explicit_bzero(lines, sizeof(*lines));
	free(lines);
}
