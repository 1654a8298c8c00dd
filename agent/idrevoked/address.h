/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which addresses a configuration may name. */
#ifndef IDREVOKED_ADDRESS_H
#define IDREVOKED_ADDRESS_H

#include <stdbool.h>

/**
 * address_fault() - what is wrong with the address of a feed
 * @url: the address
 *
 * Return: words, that go on after the name of what @url is; NULL: nothing.
 */
const char *address_fault(const char *url);

/**
 * address_proxy_fault() - the same for the address of a proxy
 * @url: the address
 *
 * Return: as address_fault().
 */
const char *address_proxy_fault(const char *url);

/**
 * address_has_password() - whether an address holds a password
 * @url: an address without fault
 */
bool address_has_password(const char *url);

#endif /* IDREVOKED_ADDRESS_H */
