/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IDRV_DEVICE_H
#define _IDRV_DEVICE_H

int idrv_device_register(void);
void idrv_device_unregister(void);

#endif
