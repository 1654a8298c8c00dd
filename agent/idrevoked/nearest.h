/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What somebody who made a typing error may have meant. */
#ifndef IDREVOKED_NEAREST_H
#define IDREVOKED_NEAREST_H

#include <stddef.h>

/**
 * nearest_word() - the word that is the least typing errors away
 * @typed: what was typed
 * @words: what there is
 * @count: how many words
 *
 * Return: one of @words; NULL: none is near.
 */
const char *nearest_word(const char *typed, const char *const *words, size_t count);

#endif /* IDREVOKED_NEAREST_H */
