/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IDRV_NETLINK_H
#define _IDRV_NETLINK_H

int idrv_netlink_register(void);
void idrv_netlink_unregister(void);

#endif
