// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "nearest.h"

/* Longer words are near to nothing. */
#define LONGEST 32

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Letters to be put in, left out or changed (Levenshtein), row by row. */
static size_t distance(const char *a, const char *b)
{
	size_t row[LONGEST + 1], length = strlen(b);

	for (size_t j = 0; j <= length; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= length; j++) {
			size_t changed = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			row[j] = least(changed, least(row[j - 1], row[j]) + 1);
		}
	}
	return row[length];
}

const char *nearest_word(const char *typed, const char *const *words, size_t count)
{
	/* With half of its letters wrong it is another word. */
	size_t nearest = strlen(typed) / 2 + 1;
	const char *found = NULL;

	if (strlen(typed) > LONGEST)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		size_t away = strlen(words[i]) > LONGEST ? LONGEST : distance(typed, words[i]);

		if (away < nearest) {
			nearest = away;
			found = words[i];
		}
	}
	return found;
}
