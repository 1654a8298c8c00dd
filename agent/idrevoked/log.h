/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the agent says: to the journal if standard error leads there. */
#ifndef IDREVOKED_LOG_H
#define IDREVOKED_LOG_H

#include <syslog.h>

/**
 * log_line() - say one line; never with a card number in it
 * @priority: LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO
 * @format: as of printf, without the line's end
 */
void log_line(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif /* IDREVOKED_LOG_H */
