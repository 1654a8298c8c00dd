/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's firewall as a place to look a number up, by the messages that
 * "ipset test" and "nft get element" send: no program is started for each.
 *
 * A number of 47 bits fits exactly into an Ethernet address, and both ipset
 * (hash:mac) and nftables (ether_addr) have sets of these: no type of theirs that
 * could hold it is smaller, and none is faster. They keep that a number is listed,
 * and nothing of why.
 */
#ifndef TESTS_BENCH_LIB_FIREWALL_H
#define TESTS_BENCH_LIB_FIREWALL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Of the table of nftables, and of the set of ipset and that of nftables. */
#define FIREWALL_NAME	"bench"

/* The number as an Ethernet address, in words. */
void firewall_print(FILE *file, uint64_t number);

/* Whether a number is in the set. */
bool firewall_ipset_has(uint64_t number);
bool firewall_nft_has(uint64_t number);

#endif
