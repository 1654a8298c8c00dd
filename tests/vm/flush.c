// SPDX-License-Identifier: GPL-2.0-or-later
/* Drops the kernel's list, as an admin might by hand; for tests in bash. */
#include <stdio.h>

#include "netlink.h"

int main(void)
{
	struct idrevoke_netlink *link;

	if (idrevoke_netlink_open(&link)) {
		fputs("flush: the module is not loaded\n", stderr);
		return 1;
	}
	if (idrevoke_netlink_flush(link, NULL)) {
		fprintf(stderr, "flush: %s\n", idrevoke_netlink_message(link));
		return 1;
	}
	idrevoke_netlink_close(link);
	return 0;
}
