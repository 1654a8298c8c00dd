// SPDX-License-Identifier: GPL-2.0-or-later
#include "cause.h"

const char *cause_name(enum cause cause)
{
	static const char *const names[CAUSES] = {
		[CAUSE_NETWORK] = "network",
		[CAUSE_TLS] = "tls",
		[CAUSE_STATUS] = "status",
		[CAUSE_SIGNATURE] = "signature",
		[CAUSE_OLDER] = "older",
		[CAUSE_DIGEST] = "digest",
		[CAUSE_SIZE] = "size",
		[CAUSE_DISK] = "disk",
	};

	return names[cause];
}
