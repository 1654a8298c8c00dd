// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "floor.h"

/* The issuer's clock may be so many seconds ahead of ours, as for the kernel. */
#define SKEW_MAX 60

void floor_raise(struct idrevoke_latest *floor, const struct idrevoke_latest *latest)
{
	if (version_order(latest->epoch, latest->version, floor->epoch, floor->version) >= 0)
		*floor = *latest;
}

/* Whether something else was announced later than what is offered now. */
static bool is_overtaken(const struct idrevoke_latest *floor, const struct edition *newest,
			 const struct idrevoke_latest *latest)
{
	return newest->note && !same_list(&newest->latest, floor) &&
	       !same_list(&newest->latest, latest) && latest->issued < newest->latest.issued;
}

int floor_check(const struct idrevoke_latest *floor, const struct edition *newest,
		const struct idrevoke_latest *latest, char why[FETCH_WHY_SIZE])
{
	int order = version_order(latest->epoch, latest->version, floor->epoch, floor->version);
	int64_t ahead = latest->issued - time(NULL);

	if (ahead > SKEW_MAX) {
		snprintf(why, FETCH_WHY_SIZE, "the issuer's time is %" PRId64 " s ahead of this "
			 "machine's clock", ahead);
		return -EAGAIN;
	}
	if (is_overtaken(floor, newest, latest)) {
		snprintf(why, FETCH_WHY_SIZE, "the server offers an older statement (version %"
			 PRIu64 "); version %" PRIu64 " is on its way", latest->version,
			 newest->latest.version);
		return -EAGAIN;
	}
	if (floor->version && latest->epoch < floor->epoch)
		snprintf(why, FETCH_WHY_SIZE, "the server offers an older epoch (%" PRIu64
			 "); ours is %" PRIu64, latest->epoch, floor->epoch);
	else if (floor->version && order < 0)
		snprintf(why, FETCH_WHY_SIZE, "the server offers an older version (%" PRIu64
			 "); ours is %" PRIu64, latest->version, floor->version);
	else if (floor->version && !order && !same_list(latest, floor))
		snprintf(why, FETCH_WHY_SIZE, "the server offers another list under the same "
			 "version (%" PRIu64 ")", latest->version);
	else
		return 0;
	return -ESTALE;
}
