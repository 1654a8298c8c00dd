/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What programs in the virtual machine share: the module and its device, card
 * numbers and dates, records and their digest. Written from the ABI headers
 * alone: it shares no code with kmod/ or agent/, so that a mistake there is
 * not made here as well.
 */
#ifndef TESTS_LIB_GUEST_H
#define TESTS_LIB_GUEST_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <linux/idrevoke.h>
#include <linux/idrevoke_netlink.h>

/* The largest packed number, and one more. */
#define GUEST_NUMBER_END	(1000000ULL * 140619 * 1000)

/**
 * struct guest_record - what is recorded of one number
 * @number: packed
 * @through: days from 1984-01-01, or IDREVOKE_THROUGH_ALL
 * @reason: enum idrevoke_reason
 * @flags: IDREVOKE_RECORD_*
 */
struct guest_record {
	uint64_t number;
	uint16_t through;
	uint8_t reason;
	uint8_t flags;
};

/**
 * struct guest_digest - sum of the terms of records, modulo 2^128
 * @low: its lower half
 * @high: its upper half
 */
struct guest_digest {
	uint64_t low;
	uint64_t high;
};

/* The module. */
int guest_try_load(const char *parameters);
void guest_load(const char *parameters);
int guest_try_unload(void);
void guest_unload(void);
void guest_parameter(const char *name, const char *value);
int guest_open(void);
bool guest_readable(int fd, int milliseconds);
char *guest_kernel_log(void);
size_t guest_module_memory(void);
bool guest_is_uml(void);
int guest_child(int (*run)(void *), void *argument);
void guest_drop_net_admin(void);
bool guest_has_digits(const char *text, unsigned int length);

/* Numbers, dates, records. */
uint64_t guest_number(uint32_t index);
void guest_number_print(uint64_t number, uint8_t text[IDREVOKE_NUMBER_LEN]);
void guest_set_check_character(uint8_t text[IDREVOKE_NUMBER_LEN]);
uint32_t guest_date(uint32_t year, uint32_t days);
uint16_t guest_day(uint32_t yyyymmdd);
void guest_record_encode(const struct guest_record *record, uint8_t wire[IDREVOKE_RECORD_SIZE]);
void guest_digest_add(struct guest_digest *digest, const struct guest_record *record);
void guest_digest_subtract(struct guest_digest *digest, const struct guest_record *record);
void guest_digest_encode(const struct guest_digest *digest, uint8_t wire[IDREVOKE_DIGEST_SIZE]);
void guest_question(struct idrevoke_check *check, uint64_t number, uint32_t valid_from);

#endif
