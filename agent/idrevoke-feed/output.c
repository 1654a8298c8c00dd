// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <idrevoke.h>

#include "../lib/date.h"
#include "feed_tool.h"
#include "output.h"

void through_format(uint16_t through, char text[THROUGH_TEXT])
{
	if (!through)
		strcpy(text, "none");
	else if (through == IDREVOKE_THROUGH_ALL)
		strcpy(text, "all");
	else
		snprintf(text, THROUGH_TEXT, "%" PRIu32, idrevoke_start_format(through));
}

json_t *record_json(const struct idrevoke_record *record)
{
	char through[THROUGH_TEXT];

	through_format(record->through, through);
	return json_pack("{ss ss sb sb}", "through", through, "reason",
			 idrevoke_reason_name(record->reason), "open",
			 !!(record->flags & IDREVOKE_RECORD_OPEN), "person",
			 !!(record->flags & IDREVOKE_RECORD_PERSON));
}

void output_record(const struct idrevoke_record *record)
{
	char through[THROUGH_TEXT];

	if (record->flags & IDREVOKE_RECORD_REMOVE) {
		fputs(",,,,", stdout);
		return;
	}
	through_format(record->through, through);
	printf(",%s,%s,%s,%s", through, idrevoke_reason_name(record->reason),
	       record->flags & IDREVOKE_RECORD_OPEN ? "yes" : "no",
	       record->flags & IDREVOKE_RECORD_PERSON ? "yes" : "no");
}

json_t *text_json(const char *text)
{
	json_t *value;
	char *copy;

	if (!text)
		return json_null();
	value = json_string(text);
	if (value)
		return value;
	/* older programs took any bytes */
	copy = strdup(text);
	for (char *at = copy; at && *at; at++)
		if (*at & 0x80)
			*at = '?';
	value = copy ? json_string(copy) : NULL;
	free(copy);
	return value;
}

int output_json(json_t *value)
{
	int error = !value || json_dumpf(value, stdout, JSON_COMPACT) || putchar('\n') == EOF;

	json_decref(value);
	return error ? complain("standard output: cannot write JSON") : 0;
}

int output_end(void)
{
	errno = 0;
	if (!fflush(stdout) && !ferror(stdout))
		return 0;
	return complain("standard output: %s", errno ? strerror(errno) : "cannot be written");
}
