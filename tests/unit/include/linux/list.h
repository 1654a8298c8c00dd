/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _STUB_LINUX_LIST_H
#define _STUB_LINUX_LIST_H

#include <linux/kernel.h>

struct list_head {
	struct list_head *next, *prev;
};

#define LIST_HEAD(name)		struct list_head name = { &name, &name }
#define list_entry(at, type, member)	container_of(at, type, member)
#define list_for_each_entry(entry, head, member) \
	for (entry = list_entry((head)->next, typeof(*entry), member); \
	     &entry->member != (head); \
	     entry = list_entry(entry->member.next, typeof(*entry), member))
#define list_for_each_entry_safe(entry, after, head, member) \
	for (entry = list_entry((head)->next, typeof(*entry), member), \
	     after = list_entry(entry->member.next, typeof(*entry), member); \
	     &entry->member != (head); \
	     entry = after, after = list_entry(after->member.next, typeof(*after), member))

static inline void list_add(struct list_head *entry, struct list_head *head)
{
	entry->next = head->next;
	entry->prev = head;
	head->next->prev = entry;
	head->next = entry;
}

static inline void list_del(struct list_head *entry)
{
	entry->next->prev = entry->prev;
	entry->prev->next = entry->next;
}

#endif
