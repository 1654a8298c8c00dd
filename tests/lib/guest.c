// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/klog.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/capability.h>

#include "guest.h"
#include "tap.h"

/**
 * guest_try_load - load the module
 * @parameters: "name=value ..."
 * Return: 0 or a positive errno.
 */
int guest_try_load(const char *parameters)
{
	const char *path = getenv("IDREVOKE_MODULE");
	int fd, error = 0;

	if (!path)
		bail_out("IDREVOKE_MODULE is not set: tests are run by make check");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		bail_out("%s: %s", path, strerror(errno));
	if (syscall(SYS_finit_module, fd, parameters, 0))
		error = errno;
	close(fd);
	return error;
}

/**
 * guest_load - load the module, which must work
 * @parameters: "name=value ..."
 */
void guest_load(const char *parameters)
{
	int error = guest_try_load(parameters);

	if (error)
		bail_out("the module cannot be loaded with '%s': %s", parameters, strerror(error));
}

/**
 * guest_try_unload - unload the module
 * Return: 0 or a positive errno.
 */
int guest_try_unload(void)
{
	return syscall(SYS_delete_module, "idrevoke", O_NONBLOCK) ? errno : 0;
}

/** guest_unload - unload the module, which must work */
void guest_unload(void)
{
	int error = guest_try_unload();

	if (error)
		bail_out("the module cannot be unloaded: %s", strerror(error));
}

/**
 * guest_parameter - change a parameter of the module that is loaded
 * @name: which
 * @value: its new value
 */
void guest_parameter(const char *name, const char *value)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "/sys/module/idrevoke/parameters/%s", name);
	file = fopen(path, "w");
	if (!file || fputs(value, file) < 0 || fclose(file))
		bail_out("%s: %s", path, strerror(errno));
}

/**
 * guest_open - open the device, which must work
 * Return: a descriptor.
 */
int guest_open(void)
{
	int fd = open(IDREVOKE_DEVICE, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		bail_out("%s: %s", IDREVOKE_DEVICE, strerror(errno));
	return fd;
}

/**
 * guest_readable - wait for POLLIN
 * @fd: descriptor
 * @milliseconds: for how long
 *
 * By epoll: poll(2) looks once more when the time is over, and so would find what
 * it was not woken for.
 */
bool guest_readable(int fd, int milliseconds)
{
	struct epoll_event event = { .events = EPOLLIN };
	int epoll = epoll_create1(EPOLL_CLOEXEC), count;

	if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event))
		bail_out("epoll: %s", strerror(errno));
	count = epoll_wait(epoll, &event, 1, milliseconds);
	if (count < 0)
		bail_out("epoll: %s", strerror(errno));
	close(epoll);
	return count == 1 && event.events == EPOLLIN;
}

/**
 * guest_kernel_log - all that the kernel has said
 * Return: text, to be freed.
 */
char *guest_kernel_log(void)
{
	int size = klogctl(10 /* SYSLOG_ACTION_SIZE_BUFFER */, NULL, 0);
	char *text = malloc(size + 1);

	size = klogctl(3 /* SYSLOG_ACTION_READ_ALL */, text, size);
	if (size < 0)
		bail_out("the kernel's log cannot be read: %s", strerror(errno));
	text[size] = 0;
	return text;
}

/**
 * guest_module_memory - what the module has of the kernel's address space
 *
 * Also what a module left that is not there any more: its areas are allocated by no
 * function that the kernel can name.
 *
 * Return: bytes.
 */
size_t guest_module_memory(void)
{
	FILE *file = fopen("/proc/vmallocinfo", "r");
	char line[512], caller[64];
	size_t size, sum = 0;

	if (!file)
		bail_out("/proc/vmallocinfo: %s", strerror(errno));
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%*s %zu %63s", &size, caller) != 2)
			continue;
		if (strstr(line, "[idrevoke]") || !strncmp(caller, "0x", 2))
			sum += size;
	}
	fclose(file);
	return sum;
}

/**
 * guest_is_uml - whether this is user-mode Linux
 *
 * It has areas that look like those of guest_module_memory() before the module is
 * loaded; elsewhere, a module was loaded before and has left them.
 */
bool guest_is_uml(void)
{
	return !strcmp(getenv("IDREVOKE_KERNEL") ?: "", "uml");
}

/**
 * guest_child - run a function in a process of its own
 * @run: the function
 * @argument: its argument
 * Return: what it returned, 0 to 255.
 */
int guest_child(int (*run)(void *), void *argument)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		bail_out("fork: %s", strerror(errno));
	if (pid == 0)
		_exit(run(argument));
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		bail_out("a child did not end by itself");
	return WEXITSTATUS(status);
}

/** guest_drop_net_admin - give up one capability and stay root otherwise */
void guest_drop_net_admin(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data))
		bail_out("capget: %s", strerror(errno));
	data[0].effective &= ~(1U << CAP_NET_ADMIN);
	data[0].permitted &= ~(1U << CAP_NET_ADMIN);
	if (syscall(SYS_capset, &header, data))
		bail_out("capset: %s", strerror(errno));
}

/**
 * guest_has_digits - whether a text contains a number that long
 * @text: to look at
 * @length: digits; more count as well. Digits within a word, such as a
 *	hexadecimal one, do not.
 */
bool guest_has_digits(const char *text, unsigned int length)
{
	while (*text) {
		size_t digits = strspn(text, "0123456789");
		size_t word = strspn(text, "0123456789abcdefABCDEF_");

		if (digits >= length && digits == word)
			return true;
		text += word ? word : 1;
	}
	return false;
}

static bool is_leap(uint32_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static uint32_t days_in_month(uint32_t year, uint32_t month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return days[month - 1] + (month == 2 && is_leap(year));
}

/**
 * guest_date - count days forward on the calendar
 * @year: from 1 January of this year
 * @days: days after it
 * Return: the day as YYYYMMDD.
 */
uint32_t guest_date(uint32_t year, uint32_t days)
{
	uint32_t month = 1;

	while (days >= 365U + is_leap(year))
		days -= 365 + is_leap(year++);
	while (days >= days_in_month(year, month))
		days -= days_in_month(year, month++);
	return year * 10000 + month * 100 + days + 1;
}

/**
 * guest_day - days from 1984-01-01
 * @yyyymmdd: a calendar day
 */
uint16_t guest_day(uint32_t yyyymmdd)
{
	uint32_t days = 0, year, month;

	for (year = 1984; year < yyyymmdd / 10000; year++)
		days += 365 + is_leap(year);
	for (month = 1; month < yyyymmdd / 100 % 100; month++)
		days += days_in_month(year, month);
	return days + yyyymmdd % 100 - 1;
}

/**
 * guest_number - different packed numbers for different indices
 * @index: up to 2 * 10^8; a greater one gives a greater number
 */
uint64_t guest_number(uint32_t index)
{
	return 110101ULL * 140619 * 1000 + index * 600011ULL;
}

/**
 * guest_set_check_character - make the last of 18 characters right
 * @text: with 17 digits
 */
void guest_set_check_character(uint8_t text[IDREVOKE_NUMBER_LEN])
{
	static const uint8_t weights[] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
	unsigned int i, sum = 0;

	for (i = 0; i < sizeof(weights); i++)
		sum += weights[i] * (text[i] - '0');
	text[17] = "10X98765432"[sum % 11];
}

/**
 * guest_number_print - what is printed on a card
 * @number: packed
 * @text: 18 characters, not terminated
 */
void guest_number_print(uint64_t number, uint8_t text[IDREVOKE_NUMBER_LEN])
{
	char digits[48];

	snprintf(digits, sizeof(digits), "%06llu%08u%03u", (unsigned long long)number / 140619000,
		 guest_date(1800, number / 1000 % 140619), (unsigned int)(number % 1000));
	memcpy(text, digits, 17);
	guest_set_check_character(text);
}

/**
 * guest_record_encode - put a record on the wire
 * @record: valid or not
 * @wire: 12 bytes
 */
void guest_record_encode(const struct guest_record *record, uint8_t wire[IDREVOKE_RECORD_SIZE])
{
	unsigned int i;

	for (i = 0; i < 8; i++)
		wire[i] = record->number >> (8 * i);
	wire[8] = record->through & 0xff;
	wire[9] = record->through >> 8;
	wire[10] = record->reason;
	wire[11] = record->flags;
}

static uint64_t mix(uint64_t x)
{
	x ^= x >> 33;
	x *= 0xff51afd7ed558ccdULL;
	x ^= x >> 33;
	x *= 0xc4ceb9fe1a85ec53ULL;
	x ^= x >> 33;
	return x;
}

static struct guest_digest term(const struct guest_record *record)
{
	uint64_t a = record->number | (uint64_t)record->through << 47;
	uint64_t b = record->reason | record->flags << 4;
	struct guest_digest term;

	term.low = mix(a ^ mix(b + 0x9e3779b97f4a7c15ULL));
	term.high = mix(term.low + a + 0xc2b2ae3d27d4eb4fULL);
	return term;
}

/**
 * guest_digest_add - add a record's term
 * @digest: of a set without it
 * @record: valid, without REMOVE
 */
void guest_digest_add(struct guest_digest *digest, const struct guest_record *record)
{
	struct guest_digest one = term(record);

	digest->low += one.low;
	digest->high += one.high + (digest->low < one.low ? 1 : 0);
}

/**
 * guest_digest_subtract - subtract a record's term
 * @digest: of a set with it
 * @record: valid, without REMOVE
 */
void guest_digest_subtract(struct guest_digest *digest, const struct guest_record *record)
{
	struct guest_digest one = term(record);
	bool borrow = digest->low < one.low;

	digest->low -= one.low;
	digest->high -= one.high + borrow;
}

/**
 * guest_digest_encode - put a digest on the wire
 * @digest: the digest
 * @wire: 16 bytes
 */
void guest_digest_encode(const struct guest_digest *digest, uint8_t wire[IDREVOKE_DIGEST_SIZE])
{
	unsigned int i;

	for (i = 0; i < 8; i++) {
		wire[i] = digest->low >> (8 * i);
		wire[8 + i] = digest->high >> (8 * i);
	}
}

/**
 * guest_question - ask about a card
 * @check: the question, with an answer of zeros
 * @number: packed
 * @valid_from: start of validity as YYYYMMDD, or 0
 */
void guest_question(struct idrevoke_check *check, uint64_t number, uint32_t valid_from)
{
	memset(check, 0, sizeof(*check));
	guest_number_print(number, check->number);
	check->valid_from = valid_from;
}
