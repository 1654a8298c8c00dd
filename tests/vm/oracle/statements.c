// SPDX-License-Identifier: GPL-2.0-or-later
/* What the issuer says of a list: for how long it may be relied on. */
#include <time.h>

#include "oracle.h"

/* The issuer vouches until then; some seconds from now, or long. */
static void vouch(struct edition *edition, int seconds)
{
	edition->list.issued = time(NULL) - 1 - below(1000);
	edition->list.valid_for = time(NULL) + seconds - edition->list.issued;
}

void vouch_long(struct edition *edition)
{
	vouch(edition, 50000 + below(3) * MODEL_MAX_VALID_FOR);
}

/* Confirmations are overdue, or will be in a second or two. */
void vouch_late(struct edition *edition)
{
	vouch_long(edition);
	edition->list.issued = time(NULL) - 3 * MODEL_CONFIRM_INTERVAL + below(3);
	edition->list.valid_for = 4 * MODEL_CONFIRM_INTERVAL;
}

void vouch_somehow(struct edition *edition)
{
	switch (below(8)) {
	case 0:
		vouch_late(edition);
		break;
	case 1:
		vouch(edition, below(3));
		break;
	case 2:
		vouch_late(edition);
		edition->list.valid_for = 3 * MODEL_CONFIRM_INTERVAL + below(3);
		break;
	default:
		vouch_long(edition);
	}
}
