// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "feed_tool.h"
#include "import.h"

void bad_lines_add(struct bad_lines *bad, uint64_t line, const char *problem)
{
	size_t at = bad->listed;

	bad->count++;
	while (at && bad->list[at - 1].line > line)
		at--;
	if (at == BAD_LINES_LISTED)
		return;
	/* the last gives way if there is no room */
	if (bad->listed < BAD_LINES_LISTED)
		bad->listed++;
	memmove(&bad->list[at + 1], &bad->list[at],
		(bad->listed - at - 1) * sizeof(bad->list[0]));
	bad->list[at].line = line;
	snprintf(bad->list[at].problem, REFUSAL_SIZE, "%s", problem);
}

void bad_lines_print(const struct bad_lines *bad, const char *file)
{
	for (size_t i = 0; i < bad->listed; i++)
		complain("%s:%" PRIu64 ": %s", file, bad->list[i].line, bad->list[i].problem);
	if (bad->count > bad->listed)
		complain("%s: and %" PRIu64 " bad lines more", file, bad->count - bad->listed);
}
