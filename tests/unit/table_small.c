// SPDX-License-Identifier: GPL-2.0-or-later
/* table.c with shorter keys, and with tables of as few as two lines */
#define IDRV_KEY_BITS	14
#include "table.c"
