// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libidrevoke where there is no device, or another one: no failure leaves an
 * answer that reads as CLEAR.
 */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <idrevoke.h>

#include "tap.h"

/* The ABI: these never change. */
#define AT(type, field, offset) _Static_assert(offsetof(struct type, field) == (offset), #field)
#define SIZE(type, size) _Static_assert(sizeof(struct type) == (size), #type)

SIZE(idrevoke_check, 64);
AT(idrevoke_check, consistency, 18);
AT(idrevoke_check, list, 19);
AT(idrevoke_check, valid_from, 20);
AT(idrevoke_check, flags, 24);
AT(idrevoke_check, reserved, 28);
AT(idrevoke_check, verdict, 32);
AT(idrevoke_check, why, 36);
AT(idrevoke_check, reason, 40);
AT(idrevoke_check, answer_flags, 44);
AT(idrevoke_check, version, 48);
AT(idrevoke_check, issued, 56);
SIZE(idrevoke_info, 128);
AT(idrevoke_info, state, 8);
AT(idrevoke_info, flags, 12);
AT(idrevoke_info, epoch, 16);
AT(idrevoke_info, version, 24);
AT(idrevoke_info, count, 32);
AT(idrevoke_info, issued, 40);
AT(idrevoke_info, fresh_ms, 48);
AT(idrevoke_info, digest, 56);
AT(idrevoke_info, hits, 72);
AT(idrevoke_info, throttled, 80);
AT(idrevoke_info, reserved, 88);
SIZE(idrevoke_policy, 16);
AT(idrevoke_policy, mode, 0);
AT(idrevoke_policy, tolerate, 4);
AT(idrevoke_policy, reserved, 8);
SIZE(idrevoke_outcome, 16);
AT(idrevoke_outcome, decision, 0);
AT(idrevoke_outcome, ground, 4);
AT(idrevoke_outcome, would, 8);
AT(idrevoke_outcome, observed, 12);

static const struct idrevoke_check old_answer = {
	.number = "110101199003078881",
	.verdict = IDREVOKE_CLEAR,
	.reason = IDREVOKE_REASON_LOST,
	.answer_flags = IDREVOKE_FLAG_PERSON,
	.version = 7,
	.issued = 7,
};

static bool is_unanswered(const struct idrevoke_check *check)
{
	return check->verdict == IDREVOKE_UNKNOWN && !check->why && !check->reason &&
	       !check->answer_flags && !check->version && !check->issued &&
	       !memcmp(check->number, old_answer.number, sizeof(check->number));
}

static void without_device(void)
{
	struct idrevoke_device *device = (void *)1;

	is(idrevoke_device_open(&device, "/nonexistent/idrevoke"), -ENOENT, "open: no such device");
	ok(!device, "open: no handle after a failure");
	idrevoke_device_close(NULL);
	ok(true, "close: NULL is nothing");
}

static void with_another_device(void)
{
	struct idrevoke_check check = old_answer, checks[3] = { old_answer, old_answer, old_answer };
	struct idrevoke_info info = { .version = 7 }, seen = { .version = 7 };
	struct idrevoke_device *device;

	is(idrevoke_device_open(&device, "/dev/null"), 0, "open: any device");
	is(idrevoke_device_check(device, &check), -ENOTTY, "check: not our device");
	ok(is_unanswered(&check), "check: the answer reads UNKNOWN");
	is(idrevoke_device_check_batch(device, checks, 3), -ENOTTY, "batch: not our device");
	for (int i = 0; i < 3; i++)
		ok(is_unanswered(&checks[i]), "batch: answer %d reads UNKNOWN", i);
	is(idrevoke_device_check_batch(device, checks, 0), 0, "batch: of nothing");
	is(idrevoke_device_info(device, &info), -ENOTTY, "info: not our device");
	ok(info.state == IDREVOKE_STATE_NOT_READY && !info.version, "info: reads NOT_READY");
	is(idrevoke_device_wait(device, &seen, 10), -ENOTTY, "wait: not our device");
	is(seen.version, 7, "wait: what was seen is as it was");
	is(idrevoke_device_release(device), 0, "release");
	check = old_answer;
	is(idrevoke_device_check(device, &check), -ENOTTY, "check: opens it again");
	ok(is_unanswered(&check), "check: the answer reads UNKNOWN");
	idrevoke_device_close(device);
}

/* The device appears after the handle was made. */
static void device_to_come(void)
{
	struct idrevoke_check check = old_answer, checks[2] = { old_answer, old_answer };
	struct idrevoke_info info = { .version = 7 };
	char directory[] = "/tmp/idrevoke.XXXXXX", path[64];
	struct idrevoke_device *device;

	if (!mkdtemp(directory))
		bail_out("mkdtemp: %s", strerror(errno));
	snprintf(path, sizeof(path), "%s/device", directory);
	is(idrevoke_device_open_later(&device, path), 0, "open_later: a device that is to come");
	is(idrevoke_device_check(device, &check), -ENOENT, "check: there is none yet");
	ok(is_unanswered(&check), "check: the answer reads UNKNOWN");
	is(idrevoke_device_check_batch(device, checks, 2), -ENOENT, "batch: there is none yet");
	ok(is_unanswered(&checks[0]) && is_unanswered(&checks[1]), "batch: answers read UNKNOWN");
	is(idrevoke_device_wait(device, &info, -1), -ENOENT, "wait: there is none yet");
	is(info.version, 7, "wait: what was seen is as it was");
	is(idrevoke_device_info(device, &info), -ENOENT, "info: there is none yet");
	ok(!info.version, "info: reads NOT_READY");
	is(idrevoke_device_release(device), 0, "release: of a handle that was never used");
	if (symlink("/dev/null", path))
		bail_out("symlink: %s", strerror(errno));
	is(idrevoke_device_check(device, &check), -ENOTTY, "check: now there is one, another one");
	idrevoke_device_close(device);
	unlink(path);
	rmdir(directory);
}

static unsigned int descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	unsigned int count = 0;

	while (readdir(directory))
		count++;
	closedir(directory);
	return count;
}

static void call_all(struct idrevoke_device *device)
{
	struct idrevoke_check check = old_answer;
	struct idrevoke_info info = { 0 };

	idrevoke_device_check(device, &check);
	idrevoke_device_check_batch(device, &check, 1);
	idrevoke_device_info(device, &info);
	idrevoke_device_wait(device, &info, 1);
	idrevoke_device_release(device);
}

static void no_descriptor_left(void)
{
	struct idrevoke_device *device, *to_come;
	unsigned int before = descriptors();
	struct rlimit limit, none;
	int error;

	idrevoke_device_open(&device, "/nonexistent/idrevoke");
	is(descriptors(), before, "open: a failure leaves no descriptor");
	idrevoke_device_open(&device, "/dev/null");
	idrevoke_device_open_later(&to_come, "/nonexistent/idrevoke");
	is(descriptors(), before + 4, "a handle has two descriptors");
	call_all(device);
	call_all(to_come);
	is(descriptors(), before + 4, "... and no more after all calls");
	idrevoke_device_close(to_come);
	idrevoke_device_close(device);
	is(descriptors(), before, "close: leaves none");

	getrlimit(RLIMIT_NOFILE, &limit);
	none = (struct rlimit){ 0, limit.rlim_max };
	setrlimit(RLIMIT_NOFILE, &none);
	error = idrevoke_device_open_later(&device, NULL);
	setrlimit(RLIMIT_NOFILE, &limit);
	is(error, -EMFILE, "open: no descriptor to be had");
	ok(!device, "open: no handle after that");
}

static void names(void)
{
	ok(!strcmp(idrevoke_verdict_name(IDREVOKE_CLEAR), "CLEAR") &&
	   !strcmp(idrevoke_verdict_name(4), "?"), "names of verdicts");
	ok(!strcmp(idrevoke_why_name(IDREVOKE_WHY_THROTTLED), "THROTTLED") &&
	   !strcmp(idrevoke_why_name(6), "?"), "names of whys");
	ok(!strcmp(idrevoke_reason_name(IDREVOKE_REASON_STOLEN), "stolen") &&
	   !strcmp(idrevoke_reason_name(5), "?"), "names of reasons");
	ok(!strcmp(idrevoke_state_name(IDREVOKE_STATE_STALE), "STALE") &&
	   !strcmp(idrevoke_state_name(UINT32_MAX), "?"), "names of states");
}

int main(void)
{
	without_device();
	with_another_device();
	device_to_come();
	no_descriptor_left();
	names();
	return done();
}
