// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "listing.h"
#include "number.h"
#include "numbers.h"

void failed(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fprintf(stderr, "bench: ");
	vfprintf(stderr, format, arguments);
	fprintf(stderr, "\n");
	va_end(arguments);
	exit(1);
}

struct wire_list listing_new(uint64_t version, uint64_t count)
{
	return (struct wire_list){
		.epoch = 1,
		.version = version,
		.count = count,
		.issued = time(NULL),
		.valid_for = 86400,
	};
}

struct guest_record listing_record(uint64_t number)
{
	uint32_t value = numbers_value(number);

	return (struct guest_record){
		.number = number,
		.through = value & 0xffff,
		.reason = value >> 16,
	};
}

void listing_encode(struct wire_list *list, uint64_t spread, uint64_t first, uint64_t count,
		    uint8_t *bytes)
{
	uint64_t i;

	for (i = 0; i < count; i++) {
		struct guest_record record = listing_record(numbers_listed(spread, first + i));

		guest_digest_add(&list->digest, &record);
		guest_record_encode(&record, bytes + i * IDREVOKE_RECORD_SIZE);
	}
}

uint32_t listing_ask(int device, struct idrevoke_check *checks, uint32_t count)
{
	struct idrevoke_batch batch = { .checks = (uintptr_t)checks, .count = count };
	uint32_t i, listed = 0;

	if (ioctl(device, IDREVOKE_IOC_CHECK_BATCH, &batch) != (int)count)
		failed("a batch is not answered: %s", strerror(errno));
	for (i = 0; i < count; i++) {
		if (checks[i].verdict == IDREVOKE_UNKNOWN)
			failed("an answer is UNKNOWN, why %u", checks[i].why);
		listed += checks[i].verdict != IDREVOKE_CLEAR;
	}
	return listed;
}

void listing_question(struct idrevoke_check *check, uint64_t number)
{
	char text[IDREVOKE_NUMBER_TEXT];

	idrevoke_number_format(number, text);
	memset(check, 0, sizeof(*check));
	memcpy(check->number, text, sizeof(check->number));
}
