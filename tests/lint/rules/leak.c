// SPDX-License-Identifier: GPL-2.0-or-later
static long by_member(struct idrevoke_info __user *argument)
{
	struct idrevoke_info info;

	info.version = 1;
	return copy_to_user(argument, &info, sizeof(info)); /* finding */
}

static long of_array(struct idrevoke_check __user *argument)
{
	struct idrevoke_check group[16];

	group[0].verdict = IDREVOKE_CLEAR;
	return copy_to_user(argument, group, sizeof(group)); /* finding */
}

static int in_attribute(struct sk_buff *skb)
{
	struct idrv_digest digest;

	digest.low = 0;
	return nla_put(skb, IDREVOKE_A_DIGEST, sizeof(digest), &digest); /* finding */
}

static long of_heap(struct idrevoke_info __user *argument)
{
	struct idrevoke_info *info = kmalloc(sizeof(*info), GFP_KERNEL);

	info->version = 1;
	return copy_to_user(argument, info, sizeof(*info)); /* finding */
}

static long cleared(struct idrevoke_info __user *argument)
{
	struct idrevoke_info info;

	memset(&info, 0, sizeof(info));
	info.version = 1;
	return copy_to_user(argument, &info, sizeof(info));
}

static long initialised(struct idrevoke_info __user *argument)
{
	struct idrevoke_info info = { .version = 1 };

	return copy_to_user(argument, &info, sizeof(info));
}

static long cleared_heap(struct idrevoke_info __user *argument)
{
	struct idrevoke_info *info = kzalloc(sizeof(*info), GFP_KERNEL);

	return copy_to_user(argument, info, sizeof(*info));
}

static long from_there(struct idrevoke_check __user *argument)
{
	struct idrevoke_check group[16];

	if (copy_from_user(group, argument, sizeof(group)))
		return -EFAULT;
	return copy_to_user(argument, group, sizeof(group));
}
