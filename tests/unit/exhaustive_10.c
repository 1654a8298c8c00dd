// SPDX-License-Identifier: GPL-2.0-or-later
/* exhaustive.c with other keys */
#define IDRV_KEY_BITS	10
#include "exhaustive.c"
