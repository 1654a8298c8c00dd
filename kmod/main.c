// SPDX-License-Identifier: GPL-2.0
/*
 * idrevoke - the list of lost and stolen identity cards, in the kernel
 *
 *	agent --> netlink --> list --> table <-- check <-- device <-- gateway
 */
#include <linux/module.h>

#ifndef CONFIG_64BIT
#error "idrevoke needs a 64-bit kernel: an entry is one word, stored by one instruction"
#endif

#include "budget.h"
#include "device.h"
#include "list.h"
#include "netlink.h"

module_param_named(max_entries, idrv_limits.max_entries, ulong, 0644);
MODULE_PARM_DESC(max_entries,
		 "Most numbers that may be listed; 11 bytes each (default 200000000)");
module_param_named(max_valid_for, idrv_limits.max_valid_for, uint, 0644);
MODULE_PARM_DESC(max_valid_for,
		 "Most seconds for which one statement of the issuer is believed (default 86400)");
module_param_named(max_skew, idrv_limits.max_skew, uint, 0644);
MODULE_PARM_DESC(max_skew,
		 "Seconds by which the issuer's time may be ahead of this machine's clock (default 60)");
module_param_named(idle_timeout, idrv_limits.idle_timeout, uint, 0644);
MODULE_PARM_DESC(idle_timeout,
		 "Seconds without a message after which a transaction is aborted, 1 or more (default 60)");
module_param_named(confirm_interval, idrv_limits.confirm_interval, uint, 0644);
MODULE_PARM_DESC(confirm_interval,
		 "Seconds between confirmations by the issuer; LATE when three are overdue (default 60)");
module_param_named(hits_per_hour, idrv_hits_per_hour, uint, 0644);
MODULE_PARM_DESC(hits_per_hour,
		 "Listed cards that one user may be told of in an hour; 0: any number (default 1000)");

static int __init idrv_init(void)
{
	int error = idrv_list_init();

	if (error)
		return error;
	error = idrv_netlink_register();
	if (error)
		goto exit_list;
	error = idrv_device_register();
	if (error)
		goto unregister_netlink;
	pr_info("loaded; no list yet\n");
	return 0;

unregister_netlink:
	idrv_netlink_unregister();
exit_list:
	idrv_list_exit();
	return error;
}

static void __exit idrv_exit(void)
{
	idrv_device_unregister();
	idrv_netlink_unregister();
	idrv_list_exit();
	idrv_budget_exit();
	pr_info("unloaded\n");
}

module_init(idrv_init);
module_exit(idrv_exit);

MODULE_DESCRIPTION("List of lost and stolen identity cards, with checks by ioctl");
MODULE_AUTHOR("The idrevoke authors");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1.0");
