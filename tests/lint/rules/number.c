// SPDX-License-Identifier: GPL-2.0-or-later
static void tell(u64 number)
{
	pr_info("not listed: %llu\n", number); /* finding */
}

static void tell_of(const struct idrv_change *change)
{
	pr_warn_ratelimited("no place for %#llx\n", change->number + 1); /* finding */
}

static void tell_of_last(void)
{
	pr_info("after %llu\n", transaction.last); /* finding */
}

static void right(u64 numbers)
{
	pr_info("%llu numbers\n", numbers);
}
