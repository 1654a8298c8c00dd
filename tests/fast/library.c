// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libidrevoke where there is no device, or another one: no failure leaves an
 * answer that reads as CLEAR.
 */
#include <errno.h>
#include <string.h>

#include <idrevoke.h>

#include "tap.h"

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
	names();
	return done();
}
