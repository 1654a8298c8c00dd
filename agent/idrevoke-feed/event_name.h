/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words for events: on the command line, in CSV and in what is printed. */
#ifndef IDREVOKE_FEED_EVENT_NAME_H
#define IDREVOKE_FEED_EVENT_NAME_H

#include <stdbool.h>
#include <stdint.h>

/* All kinds, as an error text names them. */
#define EVENT_KIND_NAMES \
	"report, withdraw, replace, cancel, blacklist, unblacklist, correct and take-back"

/**
 * event_kind_name() - the name of a kind of event
 * @kind: enum event_kind
 *
 * Return: "report" for EVENT_REPORT and so on; "?" for one that is not known.
 */
const char *event_kind_name(uint32_t kind);

/**
 * event_kind_fields() - what an event of a kind says
 * @kind: enum event_kind
 *
 * Return: the fields, as an error text names them.
 */
const char *event_kind_fields(uint32_t kind);

/**
 * event_kind_parse() - the reverse of event_kind_name()
 * @text: a name
 * @kind: out
 *
 * Return: whether there is such a kind.
 */
bool event_kind_parse(const char *text, uint32_t *kind);

/**
 * event_reason_parse() - the reason that a word stands for
 * @kind: EVENT_REPORT: lost, stolen, void; EVENT_REPLACE: damage, error, rename,
 *	expiry, superseded; EVENT_CORRECT: any of these
 * @text: the word
 * @reason: out: enum idrevoke_reason
 *
 * Return: whether events of that kind have such a reason.
 */
bool event_reason_parse(uint32_t kind, const char *text, uint32_t *reason);

#endif /* IDREVOKE_FEED_EVENT_NAME_H */
