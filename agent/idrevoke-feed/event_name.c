// SPDX-License-Identifier: GPL-2.0-or-later
#include <stddef.h>
#include <string.h>

#include <linux/idrevoke.h>

#include "event.h"
#include "event_name.h"

static const struct {
	const char *name;
	const char *fields;
} kinds[] = {
	[EVENT_REPORT] = { "report", "it has a start and a reason: lost, stolen or void" },
	[EVENT_WITHDRAW] = { "withdraw", "it has nothing else" },
	[EVENT_REPLACE] = { "replace", "it has a start and a reason: damage, error, rename, expiry "
				       "or superseded" },
	[EVENT_CANCEL] = { "cancel", "it has nothing else" },
	[EVENT_BLACKLIST] = { "blacklist", "it has a ground and an end" },
	[EVENT_UNBLACKLIST] = { "unblacklist", "it has nothing else" },
	[EVENT_CORRECT] = { "correct", "it has what the event that it corrects has" },
	[EVENT_TAKE_BACK] = { "take-back", "it has nothing else" },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

const char *event_kind_name(uint32_t kind)
{
	return kind < KINDS && kinds[kind].name ? kinds[kind].name : "?";
}

const char *event_kind_fields(uint32_t kind)
{
	return kind < KINDS && kinds[kind].name ? kinds[kind].fields : "?";
}

bool event_kind_parse(const char *text, uint32_t *kind)
{
	for (*kind = 0; *kind < KINDS; ++*kind)
		if (kinds[*kind].name && !strcmp(text, kinds[*kind].name))
			return true;
	return false;
}

bool event_reason_parse(uint32_t kind, const char *text, uint32_t *reason)
{
	static const struct {
		enum event_kind kind;
		const char *word;
		enum idrevoke_reason reason;
	} words[] = {
		{ EVENT_REPORT, "lost", IDREVOKE_REASON_LOST },
		{ EVENT_REPORT, "stolen", IDREVOKE_REASON_STOLEN },
		{ EVENT_REPORT, "void", IDREVOKE_REASON_VOID },
		{ EVENT_REPLACE, "damage", IDREVOKE_REASON_VOID },
		{ EVENT_REPLACE, "error", IDREVOKE_REASON_VOID },
		{ EVENT_REPLACE, "rename", IDREVOKE_REASON_VOID },
		{ EVENT_REPLACE, "expiry", IDREVOKE_REASON_VOID },
		{ EVENT_REPLACE, "superseded", IDREVOKE_REASON_SUPERSEDED },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if ((kind != EVENT_CORRECT && kind != words[i].kind) || strcmp(text, words[i].word))
			continue;
		*reason = words[i].reason;
		return true;
	}
	return false;
}
